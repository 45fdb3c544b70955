import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SlackMessage } from '../../src/embedded/slack/contract.ts';
import { openDecisions } from '../../src/incident/view.ts';
import { ACTIONS, COMMAND } from '../../src/surfaces/slack/contract.ts';
import { openSlackDesk, type SlackDesk } from '../support/slack-desk.ts';
import { WITHIN_MS } from './wait.ts';

/** A drill that two people and bots play in Slack, on a whole Tocsin with a drill worker, real Temporal and PostgreSQL. */
let desk: SlackDesk;
beforeAll(async () => {
  desk = await openSlackDesk('socket', { local: true, drillWorker: true });
}, 120_000);
afterAll(() => desk?.close(), 60_000);

const MARA = 'mara-lindqvist';
const INGRID = 'ingrid-solheim';
const SOFIA = 'sofia-mendes';
const DANIEL = 'daniel-achterberg';

const all = (message: SlackMessage): string => `${message.text}\n${JSON.stringify(message.blocks)}`;

it(
  'is played wholly in Slack, in a channel of its own, from STARTEX to a real incident and the hot wash',
  async () => {
    const { served, slack } = desk;
    const plan = {
      ...{ simulation: 'pii-leak-output', length: '15m', seed: 7 },
      players: [
        { role: 'incident-commander', person: MARA },
        { role: 'legal-counsel', person: INGRID },
      ],
      staff: [{ role: 'facilitator', person: SOFIA }],
    };
    const planned = await served.call(SOFIA, 'POST', '/api/drills', plan);
    expect(planned.status, planned.text).toBeLessThan(300);
    const id = String(planned.body.id);
    const started = await served.call(SOFIA, 'POST', `/api/drills/${id}/start`);
    expect(started.status, started.text).toBeLessThan(300);
    const jump = async () => {
      const told = await served.call(SOFIA, 'POST', `/api/drills/${id}/commands`, { type: 'drill-jump', to: null });
      expect(told.status, told.text).toBeLessThan(300);
    };

    const channel = await desk.see('a channel of the drill', () =>
      slack.workspace.channels().find(({ name }) => name.startsWith(`exercise-${id.toLowerCase()}`)),
    );
    const find = (what: string, words: string) =>
      desk.see(what, () => desk.messages(channel.id).find((one) => !one.ephemeralTo && all(one).includes(words)));
    await find('STARTEX', 'STARTEX');
    const members = () => slack.workspace.channels().find((one) => one.id === channel.id)?.members ?? [];
    await desk.see('its people', () => [MARA, INGRID, SOFIA].every((one) => members().includes(desk.user(one))));
    expect(members()).toHaveLength(4);

    // An inject: read, answered, by who takes part.
    await jump();
    const inject = await find('the first inject', 'Inject 1 of');
    const place = { channel: channel.id, ts: inject.ts };
    await expect(desk.press(DANIEL, place, ACTIONS.seen)).rejects.toThrow(/daniel-achterberg sees no channel/);
    await desk.press(MARA, place, ACTIONS.seen);
    await find('who has read it', 'Seen by Mara Lindqvist');
    await desk.press(MARA, place, ACTIONS.answerInject);
    await desk.submit(MARA, { to: 'Ylva Dahlberg', text: 'We look into it.' });
    await desk.see('the answer below it', () =>
      slack.workspace.messages(channel.id, inject.ts).find((one) => one.text.includes('We look into it.')),
    );

    // An alert opens the incident; Mara is asked, and answers in the channel.
    await jump();
    const { number } = await served.house.until(id, 'a question to Mara', (view) =>
      openDecisions(view)
        .map(({ question }) => question)
        .find(({ by }) => by.some(({ role }) => role === 'incident-commander')),
    );
    const card = await desk.card(id, number);
    expect(card.channel).toBe(channel.id);
    expect(card.message.text).toMatch(/^EXERCISE · /);
    await desk.decide(MARA, card, 'approve', { reason: 'Seventeen times is no chance.' });
    const vote = await served.house.until(id, 'her vote', (view) =>
      view.decisions.flatMap(({ votes }) => votes).find(({ person }) => person === MARA),
    );
    expect(vote).toMatchObject({ surface: 'slack', roles: ['incident-commander'], answer: 'approve' });

    // Something real: Ingrid stops it.
    const user = desk.user(INGRID);
    await slack.interactions.command({
      user,
      channel: channel.id,
      command: COMMAND,
      text: 'drill no-duff The gateway',
    });
    await desk.submit(INGRID, { reason: 'The real gateway answers with names.' });
    const endex = await find('ENDEX', 'Hot wash: add a note');
    expect(all(endex)).toContain('NO DUFF');
    await desk.press(MARA, { channel: channel.id, ts: endex.ts }, ACTIONS.hotWash);
    await desk.submit(MARA, { text: 'We asked counsel too late.' });
    await served.house.until(id, 'the note of the hot wash', (_, events) =>
      events.find((event) => event.type === 'note.added' && event.data.text.includes('too late')),
    );

    // All that was said of it begins with EXERCISE; nobody else was told, and nothing stands where incidents are.
    const said = slack.workspace.channels().flatMap((one) => slack.workspace.messages(one.id, null));
    const about = said.filter((one) => all(one).includes(id) && one.user === slack.workspace.app.botUser);
    expect(about.filter(({ text }) => !/^EXERCISE · /.test(text)).map(({ text }) => text)).toEqual([]);
    expect(desk.messages('C0INCIDENTS').filter((one) => all(one).includes(id) && !one.ephemeralTo)).toEqual([]);
    const told = slack.workspace
      .users()
      .filter((one) =>
        slack.workspace.messages(slack.workspace.im(one.id).id, null).some((message) => all(message).includes(id)),
      );
    expect(told.map(({ name }) => name).filter((name) => ![MARA, INGRID, SOFIA].includes(name))).toEqual([]);
  },
  4 * WITHIN_MS,
);
