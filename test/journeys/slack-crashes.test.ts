import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../src/embedded/slack/contract.ts';
import { openDecisions } from '../../src/incident/view.ts';
import { ACTIONS } from '../../src/surfaces/slack/contract.ts';
import { deskOn, type SlackDesk, slackSettings, startDeskSlack } from '../support/slack-desk.ts';
import { openTown, type Part, type Town } from './town.ts';
import { eventually, WITHIN_MS } from './wait.ts';

/** Decisions in Slack on processes of their own, which are killed. */
let slack: LocalSlack;
let desk: Omit<SlackDesk, 'served' | 'slack' | 'close'>;
let town: Town;
let forget = () => {};

const PEOPLE = ['cara', 'milo', 'kit'].map((id) => ({ id, name: id, email: `${id}@journeys.example` }));

beforeAll(async () => {
  town = await openTown(async (port) => {
    slack = await startDeskSlack(port, 'socket', 0, PEOPLE);
    const settings = slackSettings(slack, 'socket');
    forget = settings.forget;
    return settings.env;
  });
  desk = deskOn(slack);
}, 180_000);
afterAll(async () => {
  await town?.close();
  await slack?.stop();
  forget();
}, 60_000);

async function asked(system: string) {
  const incident = await town.open('contain', system);
  const { question } = await town.until(incident, 'a question', (view) =>
    openDecisions(view).find((one) => one.question.path === 'contain'),
  );
  return { incident, number: question.number, card: await desk.card(incident, question.number) };
}

const copies = (incident: string) =>
  slack.workspace
    .channels()
    .filter((channel) => channel.kind !== 'im')
    .flatMap((channel) => slack.workspace.messages(channel.id, null))
    .filter(
      (message) => message.text.includes(incident) && /contain|Cut traffic/i.test(JSON.stringify(message.blocks)),
    );

/** As long as a trigger lives, the modal may still come. */
function modalSoon(user: string): Promise<boolean> {
  const isThere = () => Boolean(slack.workspace.modals(user).at(-1)?.submit);
  return new Promise((resolve) => {
    const end = (found: boolean): void => {
      clearTimeout(timer);
      off();
      resolve(found);
    };
    const timer = setTimeout(() => end(false), 3_500);
    const off = slack.workspace.onChange(() => {
      if (isThere()) end(true);
    });
    if (isThere()) end(true);
  });
}

/** Presses and confirms until it is taken: what a person does who is told that it was not. */
async function insist(person: string, incident: string, place: { channel: string; ts: string }): Promise<void> {
  await eventually(`the vote of ${person}`, async () => {
    const user = desk.user(person);
    await slack.interactions.dismiss({ user, all: true });
    const on = { channel: place.channel, ts: place.ts };
    const pressed = await slack.interactions.act({ user, on, actionId: ACTIONS.approve });
    if (pressed.ok && (await modalSoon(user))) await slack.interactions.submit({ user, values: {} });
    // Nobody can look while a part is down.
    const view = await town.view(incident).catch(() => null);
    return view?.decisions[0]?.votes.some((vote) => vote.person === person);
  });
}

describe.each<[Part, string]>([
  ['server', 'system-1'],
  ['worker', 'system-2'],
  ['temporal', 'system-3'],
  ['postgres', 'system-4'],
])('kill -9 of the %s', { timeout: 4 * WITHIN_MS }, (part, system) => {
  it('while a decision waits and people click: every vote counts once, and the question stands once', async () => {
    const { incident, number, card } = await asked(system);
    await desk.press('cara', card, ACTIONS.approve);
    await desk.modal('cara');
    // The confirmation and the death in one moment: it may be lost, and is then said to be.
    const confirmed = slack.interactions.submit({ user: desk.user('cara'), values: {} });
    await town.kill(part);
    await confirmed;
    await insist('cara', incident, card);
    await insist('milo', incident, card);
    await town.until(incident, 'the act', (view) => view.steps.isolate?.status === 'done');
    const view = await town.view(incident);
    expect(view.decisions[0]?.made).toMatchObject({ outcome: 'approve' });
    const people = view.decisions[0]?.made?.people ?? [];
    expect([...people].sort()).toEqual(['cara', 'milo']);
    await desk.see('the outcome', () => !desk.textOf(card).includes(`"${incident}/${number}/`));
    expect(copies(incident).filter((message) => /Approved/.test(JSON.stringify(message.blocks)))).toHaveLength(1);
  });
});
