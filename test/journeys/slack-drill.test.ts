import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SlackMessage } from '../../src/embedded/slack/contract.ts';
import { openDecisions } from '../../src/incident/view.ts';
import { ACTIONS, COMMAND } from '../../src/surfaces/slack/contract.ts';
import { everyRow } from '../support/rows.ts';
import { openSlackDesk, type SlackDesk } from '../support/slack-desk.ts';
import { WITHIN_MS } from './wait.ts';

/** A drill that two people, a facilitator and bots play in Slack, on a whole Tocsin with a drill worker, real Temporal and PostgreSQL. */
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
  'is planned, started, facilitated and played wholly in Slack, in a channel of its own, from one line to ENDEX and the hot wash',
  async () => {
    const { served, slack } = desk;
    const say = (person: string, text: string, channel: string) =>
      slack.interactions.command({ user: desk.user(person), channel, command: COMMAND, text });
    const whispered = (person: string, words: RegExp) =>
      desk.see(`${words} to ${person}`, () => desk.whispers(person).find((one) => words.test(one)));
    const mention = (person: string) => `<@${desk.user(person)}|${person}>`;

    // Sofia plans it in one line, and starts it when everybody is there.
    const roster = `with ${mention(MARA)} as incident-commander, ${mention(INGRID)} as legal counsel, facilitated by me`;
    await say(SOFIA, `drill plan pii-leak-output 15m ${roster}`, 'C0INCIDENTS');
    const planned = await whispered(SOFIA, /EXERCISE · EX-\d{4}-\d{4} is planned/);
    const id = /EX-\d{4}-\d{4}/.exec(planned)?.[0] ?? '';
    await say(DANIEL, `drill start ${id}`, 'C0INCIDENTS');
    await whispered(DANIEL, /is a drill that others arrange/);
    await say(SOFIA, `drill start ${id}`, 'C0INCIDENTS');
    await whispered(SOFIA, /EXERCISE · EX-\d{4}-\d{4} begins/);

    const channel = await desk.see('a channel of the drill', () =>
      slack.workspace.channels().find(({ name }) => name.startsWith(`exercise-${id.toLowerCase()}`)),
    );
    const find = (what: string, words: string) =>
      desk.see(what, () => desk.messages(channel.id).find((one) => !one.ephemeralTo && all(one).includes(words)));
    await find('STARTEX', 'STARTEX');
    const members = () => slack.workspace.channels().find((one) => one.id === channel.id)?.members ?? [];
    await desk.see('its people', () => [MARA, INGRID, SOFIA].every((one) => members().includes(desk.user(one))));
    expect(members()).toHaveLength(4);

    // Sofia alone runs it: she stops the clock, looks at what is to come, and jumps.
    const run = (text: string) => say(SOFIA, `drill ${text}`, channel.id);
    const jump = async () => {
      await run('jump');
      await desk.submit(SOFIA);
    };
    await say(MARA, 'drill pause', channel.id);
    await whispered(MARA, /EXERCISE · .*Only whoever runs this drill/s);
    await run('pause Coffee');
    await served.house.until(id, 'the pause', ({ exercise }) => exercise?.paused);
    await find('the pause', 'Coffee');
    await run('resume');
    await served.house.until(id, 'the clock', ({ exercise }) => exercise?.paused === false);
    await run('board');
    await whispered(SOFIA, /EXERCISE · .*to come/s);

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

    // A hint, to Mara alone.
    await run('hint incident-commander Seventeen times?');
    const hint = await desk.see('a hint', () =>
      slack.workspace
        .messages(slack.workspace.im(desk.user(MARA)).id, null)
        .find((one) => all(one).includes('Seventeen times?')),
    );
    expect(hint.text).toMatch(/^EXERCISE · /);
    await run('say as "Ylva Dahlberg" by phone to legal-counsel: When do I hear from you?');
    await find('a voice', 'When do I hear from you?');

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

    // Sofia ends it, and is asked first.
    await run('end We have seen enough');
    await desk.modal(SOFIA);
    expect((await served.house.read(id)).view.exercise?.endedAt).toBeUndefined();
    await desk.submit(SOFIA, { reason: 'We have seen enough' });
    const endex = await find('ENDEX', 'Hot wash: what went well');
    expect(all(endex)).toContain('We have seen enough');
    await desk.press(MARA, { channel: channel.id, ts: endex.ts }, ACTIONS.hotWash);
    await desk.submit(MARA, { 'question-1': 'We asked counsel too late.' });
    const named = await served.house.until(id, 'her answer in the hot wash', ({ exercise }) => exercise?.hotWash[0]);
    expect(named).toMatchObject({ question: 1, actor: { id: MARA }, text: 'We asked counsel too late.' });
    // Ingrid is asked in a message to her alone, and gives no name.
    const direct = slack.workspace.im(desk.user(INGRID)).id;
    const asked = await desk.see('the hot wash, to Ingrid', () =>
      desk.messages(direct).find((one) => all(one).includes(`Hot wash of ${id}`)),
    );
    await desk.press(INGRID, { channel: direct, ts: asked.ts }, ACTIONS.hotWash);
    await desk.submit(INGRID, { else: 'I did not dare to speak.', unnamed: 'unnamed' });
    const unnamed = await served.house.until(id, 'an answer of nobody', ({ exercise }) => exercise?.hotWash[1]);
    expect(unnamed).toMatchObject({ question: null, actor: { kind: 'tocsin' }, text: 'I did not dare to speak.' });
    const kept = (await everyRow(served.house.pool)).filter((row) => row.includes('I did not dare to speak.'));
    expect(kept.length).toBeGreaterThan(0);
    for (const row of kept) for (const name of [INGRID, desk.user(INGRID)]) expect(row).not.toContain(name);
    const everywhere = slack.workspace.channels().flatMap((one) => desk.messages(one.id));
    expect([...everywhere, ...desk.messages(direct)].filter((one) => all(one).includes('did not dare'))).toEqual([]);

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

it(
  'is started by one person among bots, and stopped for something real',
  async () => {
    const { served, slack } = desk;
    const user = desk.user(INGRID);
    const say = (text: string) =>
      slack.interactions.command({ user, channel: 'C0INCIDENTS', command: COMMAND, text: `drill ${text}` });
    await say('start pii-leak-output as legal-counsel 15m');
    const begun = await desk.see('that it begins', () =>
      desk.whispers(INGRID).find((one) => /EXERCISE · EX-\d{4}-\d{4} begins/.test(one)),
    );
    const id = /EX-\d{4}-\d{4}/.exec(begun)?.[0] ?? '';
    await served.house.until(id, 'its clock', ({ exercise }) => exercise?.clock);
    await say(`no-duff ${id} The gateway`);
    await desk.submit(INGRID, { reason: 'The real gateway answers with names.' });
    await served.house.until(id, 'ENDEX', ({ exercise }) => exercise?.because === 'real');
    await desk.see('NO DUFF in its channel', () =>
      slack.workspace
        .channels()
        .filter(({ name }) => name.startsWith(`exercise-${id.toLowerCase()}`))
        .some((one) => desk.messages(one.id).some((message) => all(message).includes('NO DUFF'))),
    );
  },
  4 * WITHIN_MS,
);
