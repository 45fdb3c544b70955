import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../src/incident/messages.ts';
import type { Drill, HotWashAnswer } from '../../../src/surfaces/drills/contract.ts';
import { Problem } from '../../../src/surfaces/problem.ts';
import { ACTIONS, SHORTCUTS } from '../../../src/surfaces/slack/contract.ts';
import { storyOf } from '../../../src/surfaces/slack/handlers/deps.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { type House, openHouse } from '../../support/house.ts';
import { question } from '../../support/sample-events.ts';
import { shippedScript } from '../../support/scripts.ts';
import { type Hearing, openHearing } from './hearing.ts';
import { playedDrill, SPRING } from './played-drill.ts';
import { within } from './publishing.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ worker: false });
}, 120_000);
afterAll(() => house?.close());

const MARA = 'U0MARA';
const RHEA = 'U0RHEA';
const KIT = 'U0KIT';

const drill = (ends?: true) => playedDrill(house, ends);

/** Posts what the publisher posts. */
async function show(slack: Hearing, id: string, what: 'reporter' | 'question' | 'endex') {
  const found = await slack.deps.reader.incident(id);
  if (!found) throw new Error(`no timeline of ${id}`);
  const story = storyOf(slack.deps, found);
  const [asked] = found.view.decisions;
  const ended = found.events.find((event) => event.type === 'exercise.ended');
  const said =
    what === 'question'
      ? asked && messages.decision(story, asked, 'channel')
      : what === 'reporter'
        ? messages.drill(story, { kind: 'inject', id: what })
        : ended && messages.drill(story, { kind: 'turn', event: ended });
  if (!said) throw new Error(`nothing to show of ${what}`);
  return slack.show(said);
}

const typed = (value: string) => ({ type: 'plain_text_input', value });
const told = (slack: Hearing) => slack.noted.drills.map(({ by, drill: id, command }) => [by, id, command]);

describe.each(['socket', 'http'] as const)('a drill, heard over %s', (transport) => {
  test('Seen and Answer below an inject are told to the drill, once however often Slack brings it', async () => {
    const slack = await openHearing(house, transport);
    const id = await drill();
    const card = await show(slack, id, 'reporter');
    await slack.press(KIT, card, ACTIONS.seen);
    await vi.waitFor(() => expect(slack.noted.drills).toHaveLength(1), within);
    expect(told(slack)).toEqual([['kit', id, { type: 'seen', inject: 'reporter' }]]);
    const [first] = slack.payloads.splice(-1);
    await slack.again(first ?? {});
    expect(new Set(slack.noted.drills.map(({ key }) => key)).size).toBe(1);
    await slack.press(KIT, card, ACTIONS.answerInject);
    await slack.modal(KIT, /EXERCISE\. This is a drill/);
    await slack.submit(KIT, { to: typed('Kari Nygaard'), text: typed('<!channel> At four.') });
    await slack.modal(KIT, /You answered Kari Nygaard/);
    expect(told(slack).at(-1)).toEqual([
      'kit',
      id,
      { type: 'answer-voice', to: 'Kari Nygaard', text: '<!channel> At four.', about: 'reporter' },
    ]);
    expect(slack.noted.refreshed).toContain(id);
    expect(slack.noted.failures).toEqual([]);
  });
});

describe('who takes part in a drill', () => {
  test('who is not on its roster is told so at every button, whatever they are outside it, and nothing is done', async () => {
    const sent: Message[] = [];
    const slack = await openHearing(house, 'socket', {
      send: async (_, message) => {
        sent.push(message);
        return { status: 'accepted' };
      },
    });
    const id = await drill();
    const inject = await show(slack, id, 'reporter');
    await slack.press('U0CARL', await show(slack, id, 'question'), ACTIONS.approve);
    await slack.told('U0CARL', /^EXERCISE · .*is an exercise, and you are no part of it/s);
    for (const [who, action] of [
      ['U0MILO', ACTIONS.seen],
      ['U0GWEN', ACTIONS.answerInject],
    ] as const) {
      await slack.press(who, inject, action);
      await slack.told(who, /is an exercise, and you are no part of it/);
    }
    await slack.command('U0CARL', `note ${id} I look on`);
    await slack.told('U0CARL', /EX-2026-\d+ is an exercise, and you are no part of it.*Nothing was done/s);
    await slack.command('U0GWEN', `note ${id}`);
    const asked = ['status', 'decide', 'decide 1', 'decide 1 approve', 'decide 1 perhaps', 'decide 9 approve'];
    for (const [verb, ...rest] of asked.map((words) => words.split(' ')))
      await slack.command('U0MILO', [verb, id, ...rest].join(' '));
    await vi.waitFor(() => {
      const toMilo = slack.toldTo('U0MILO');
      // What waits for him in it: nothing.
      expect(toMilo.filter((one) => /is an exercise that others play/.test(one))).toHaveLength(asked.length - 1);
      expect(toMilo.join()).not.toContain(question.question);
      expect(slack.toldTo('U0GWEN').filter((one) => /and you are no part of it/.test(one))).toHaveLength(2);
    }, within);
    expect(slack.modals('U0GWEN')).toEqual([]);
    // The facilitator runs it, and does not play.
    await slack.press(RHEA, inject, ACTIONS.seen);
    await slack.told(RHEA, /^EXERCISE · .*staff never play/s);
    await slack.command(MARA, `role ${id} ml-on-call milo`);
    await slack.told(MARA, /^EXERCISE · .*Milo Sand is no part of EX-/s);
    await slack.command(KIT, `severity ${id} sev1 It spreads`);
    await slack.told(KIT, /^EXERCISE · .*You may not do this/s);
    expect([sent, slack.noted.drills, slack.noted.failures]).toEqual([[], [], []]);
  });

  test('a player decides with the roles of their seat and at the time of the scenario', async () => {
    const sent: Message[] = [];
    const slack = await openHearing(house, 'socket', {
      send: async (_, message) => {
        sent.push(message);
        return { status: 'accepted' };
      },
    });
    const id = await drill();
    await slack.press(MARA, await show(slack, id, 'question'), ACTIONS.approve);
    await slack.told(MARA, /Your answer is recorded/);
    const [message] = sent;
    if (message?.type !== 'decide') throw new Error('no vote was sent');
    expect(message.vote).toMatchObject({ incident: id, person: 'mara', roles: ['incident-commander'] });
    expect(message.vote.at - SPRING).toBeLessThan(60_000);
    expect(slack.toldTo(MARA).at(-1)).toMatch(/^EXERCISE · /);
  });
});

describe('/tocsin drill', () => {
  test('in the channel of a drill it is about that drill, by name about any, else about the only one that I play', async () => {
    const slack = await openHearing(house);
    const id = await drill();
    const here = slack.own(id);
    await slack.command(KIT, 'drill seen', here);
    await slack.told(KIT, /EXERCISE.*You have read inject 1/s);
    await slack.command(MARA, 'drill answer 2 We call back at four', here);
    await slack.told(MARA, /You answered Datatilsynet/);
    await slack.command(MARA, `drill open ${id} Odd answers --system support-assistant`);
    await slack.told(MARA, /The incident is open/);
    expect(told(slack)).toEqual([
      ['kit', id, { type: 'seen', inject: 'reporter' }],
      ['mara', id, { type: 'answer-voice', to: 'Datatilsynet', text: 'We call back at four', about: 'a-letter' }],
      ['mara', id, { type: 'drill-open', title: 'Odd answers', system: 'support-assistant' }],
    ]);
    await slack.command(MARA, 'drill seen 9', here);
    await slack.told(MARA, /There is no inject 9/);
    await slack.command('U0CARL', 'drill seen');
    await slack.told('U0CARL', /You play in no drill that runs/);
    await slack.command(MARA, 'drill sen 1');
    await slack.told(MARA, /Did you mean "seen"/);
    expect(slack.noted.failures).toEqual([]);
  });

  test('no-duff asks to confirm, and then ends the drill for a real incident', async () => {
    const slack = await openHearing(house);
    const id = await drill();
    await slack.command(RHEA, 'drill no-duff The real gateway is down', slack.own(id));
    await slack.modal(RHEA, /This ends the exercise for everybody/);
    expect(slack.noted.drills).toEqual([]);
    await slack.submit(RHEA, { reason: typed('The real gateway is down'), incident: typed('inc-2026-0147') });
    await slack.modal(RHEA, /NO DUFF\. The exercise is over/);
    const command = { type: 'endex', because: 'real', reason: 'The real gateway is down', incident: 'INC-2026-0147' };
    expect(told(slack)).toEqual([['rhea', id, command]]);
  });

  test('nobody opens a real incident where a drill is played, unless they say so', async () => {
    const opened: string[] = [];
    const slack = await openHearing(house, 'socket', {
      open: async ({ title }) => {
        opened.push(title ?? '');
        return { incident: 'INC-2026-0147', created: true };
      },
    });
    const id = await drill();
    const here = slack.own(id);
    await slack.command(MARA, 'open Odd answers --severity sev1', here);
    await slack.told(MARA, /^EXERCISE · .*would open a real incident.*Nothing was opened.*drill open TITLE/s);
    await slack.command(KIT, 'open', here);
    await slack.told(KIT, /^EXERCISE · .*would open a real incident/s);
    // Nor out of a message of the drill, wherever it stands.
    const inject = await show(slack, id, 'reporter');
    await slack.slack.interactions.shortcut({ user: RHEA, callbackId: SHORTCUTS.reportMessage, message: inject });
    await slack.told(RHEA, /^EXERCISE · .*would open a real incident.*tocsin report/s);
    expect([opened, slack.modals(RHEA)]).toEqual([[], []]);
    await slack.command(KIT, 'report It is real', here);
    await slack.modal(KIT, /Report an AI incident/);
    await slack.command(MARA, 'open Payouts --severity sev3', slack.own(await drill(true)));
    await vi.waitFor(() => expect(opened).toEqual(['Payouts']), within);
  });

  test('what the drill refuses is said, and nothing is claimed to be done', async () => {
    const slack = await openHearing(house, 'socket', {
      tell: async () => {
        throw new Problem({ status: 409, code: 'opened', message: 'The incident is open already.' });
      },
    });
    const id = await drill();
    await slack.command(MARA, 'drill open Odd answers', slack.own(id));
    await slack.told(MARA, /^EXERCISE · .*The incident is open already/s);
  });
});

describe('what is played and what is real', () => {
  test('stand apart in Home, and drills are in no list of incidents', async () => {
    const slack = await openHearing(house);
    const id = await drill();
    await slack.slack.interactions.openHome({ user: MARA });
    const home = JSON.stringify((await slack.home(MARA, /EXERCISE: \d+ drills? running/)).blocks);
    expect(home).toContain('EX-2026-');
    expect(home.indexOf('Report an AI incident')).toBeLessThan(home.indexOf('EXERCISE: '));
    await slack.command(MARA, '');
    await slack.told(MARA, /All quiet|question/);
    expect(slack.toldTo(MARA).join()).not.toContain(id);
    await slack.command(MARA, 'drill');
    await slack.told(MARA, /EXERCISE: \d+ drills? running/);
  });

  test('after ENDEX the questions of the hot wash are answered in one form, with a name or without; left out are those left empty', async () => {
    const { script } = shippedScript('pii-leak-output', '15m');
    const said: { by: string; id: string; answer: HotWashAnswer; key: string | undefined }[] = [];
    const slack = await openHearing(house, 'socket', {
      find: async (id) => ({ id, script }) as Drill,
      hotWash: async ({ id: by }, id, answer, key) => {
        said.push({ by, id, answer, key });
        return { status: 'accepted' };
      },
    });
    const id = await drill(true);
    const endex = await show(slack, id, 'endex');
    await slack.press(MARA, endex, ACTIONS.hotWash);
    await slack.modal(MARA, /EXERCISE.*What else should be said/s);
    await slack.submit(MARA, {});
    await slack.modal(MARA, /EXERCISE.*What else should be said/s);
    const unnamed = { type: 'checkboxes', selected_options: [{ value: 'unnamed' }] };
    await slack.submit(MARA, {
      'question-2': typed('I did not dare to ask.'),
      else: typed('Thank you.'),
      unnamed: unnamed as unknown as ReturnType<typeof typed>,
    });
    await slack.modal(MARA, /EXERCISE.*2 answers added, without your name/s);
    expect(said.map(({ answer }) => answer)).toEqual([
      { question: 2, text: 'I did not dare to ask.', anonymous: true },
      { question: null, text: 'Thank you.', anonymous: true },
    ]);
    expect(new Set(said.map(({ key }) => key)).size).toBe(2);
    await slack.press(KIT, endex, ACTIONS.hotWash);
    await slack.modal(KIT, /What else should be said/);
    await slack.submit(KIT, { 'question-1': typed('Quick.') });
    await slack.modal(KIT, /1 answer added\./);
    expect(said.at(-1)).toMatchObject({ by: 'kit', id, answer: { question: 1, anonymous: false } });
    await slack.press('U0MILO', endex, ACTIONS.hotWash);
    await slack.told('U0MILO', /is an exercise, and you are no part of it/);
    expect(JSON.stringify(slack.noted.failures)).not.toContain('dare');
  });
});
