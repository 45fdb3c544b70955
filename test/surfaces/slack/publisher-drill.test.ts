import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../../src/surfaces/slack/contract.ts';
import { ADA, BEN, buttonsOf, eventually, LEA, MIA, SCOPES, type Setting, said, setting } from './publishing.ts';

const ID = 'EX-2026-0003';
const CHANNELS = [{ name: 'incidents' }, { name: 'exercises' }];
const settings = (drills?: string) => () => ({
  channel: 'incidents',
  ownChannelFor: ['sev1' as const, 'sev2' as const],
  ownChannelsPrivate: false,
  ...(drills === undefined ? {} : { drills }),
});

/** Ben commands and Mia facilitates; a bot is legal counsel, which Lea is in the inventory. Ada is no part of it. */
async function startex(at: Setting) {
  const tale = at.tale(ID);
  const now = at.clock.now();
  await tale.tell('exercise.started', {
    seats: [
      { role: 'incident-commander', person: 'ben', persona: null },
      { role: 'legal-counsel', person: 'bot-legal-counsel', persona: 'steady' },
    ],
    staff: [{ role: 'facilitator', person: 'mia' }],
    endsAt: now + 3_600_000,
  });
  await tale.tell('exercise.clock', { wall: now, rate: 1, because: 'startex' });
  return tale;
}

const channel = (at: Setting, name: string) => at.slack.workspace.channels().find((one) => one.name === name);
const inDrills = (at: Setting) => at.messages(channel(at, 'exercises')?.id ?? '');
const starting = (all: ReturnType<typeof inDrills>, words: string) =>
  all.filter(({ text }) => text.startsWith(`EXERCISE · ${words}`));

describe('a drill with a channel for drills', () => {
  test('is played there: injects, the question with its buttons, voices below their inject; nothing where incidents are', async () => {
    const at = await setting({ channels: CHANNELS });
    at.server({ settings: settings('exercises') });
    const tale = await startex(at);
    await tale.tell('inject.delivered', { to: ['incident-commander', 'legal-counsel'] });
    await tale.tell('voice.said', { as: 'Kari Nygaard', to: ['incident-commander'] });
    await tale.tell('voice.answered', { to: 'Kari Nygaard', about: 'reporter' });
    await tale.tell('hint.given', { to: ['everybody'] });
    await tale.tell('incident.opened', { severity: 'sev1', requester: null });
    await tale.ask({
      excluded: [],
      by: [
        { role: 'incident-commander', count: 1 },
        { role: 'legal-counsel', count: 1 },
      ],
    });
    await eventually(() => {
      const all = inDrills(at);
      const inject = all.find(({ text }) => text.includes('Inject 1'));
      expect(starting(all, 'STARTEX')).toHaveLength(1);
      expect(said(inject)).toContain(`<@${BEN}>`);
      expect(inject && at.thread(inject).map(({ text }) => text)).toEqual([
        expect.stringContaining('Kari Nygaard, phone call'),
        expect.stringContaining('Ben Okafor to Kari Nygaard'),
      ]);
      expect(all.filter((one) => buttonsOf(one).length > 0)).toHaveLength(1);
      expect(all.filter((one) => /"\*Incident commander\*"[^*]*"Ben Okafor"/.test(said(one)))).toHaveLength(1);
      // The question and the hint; whoever is legal counsel outside the drill is told of neither.
      expect(
        at
          .dm(BEN)
          .map(({ text }) => text)
          .sort(),
      ).toEqual([expect.stringMatching(/^EXERCISE · A hint/), expect.stringMatching(/^EXERCISE · EX-2026-0003 asks/)]);
    });
    expect([at.dm(LEA), at.dm(ADA), at.dm(MIA), at.messages(at.main)]).toEqual([[], [], [], []]);
    expect(at.own(ID)).toBeUndefined();
    await tale.tell('exercise.ended', { because: 'real', incident: 'INC-2026-0147' });
    await eventually(() => {
      const all = inDrills(at);
      expect(all.filter((one) => buttonsOf(one).length > 0)).toEqual([]);
      expect(all.filter((one) => said(one).includes(ACTIONS.seen))).toEqual([]);
      const ended = all.filter((one) => said(one).includes(ACTIONS.hotWash));
      expect(ended.map(({ text }) => text)).toEqual([expect.stringMatching(/ENDEX.*NO DUFF.*INC-2026-0147/)]);
    });
    // Those who see to what is real are not asked one by one.
    expect([...at.dm(BEN), ...at.dm(MIA)].filter((one) => said(one).includes(ACTIONS.hotWash))).toEqual([]);
  });

  test('says nothing of what evaluators write, while it runs and after, nor of what is answered in the hot wash', async () => {
    const at = await setting({ channels: CHANNELS });
    at.server({ settings: settings('exercises') });
    const tale = await startex(at);
    await tale.tell('observation.recorded', { text: 'planted: he froze' });
    await tale.tell('inject.delivered');
    await eventually(() => expect(inDrills(at)).toHaveLength(2));
    await tale.tell('exercise.ended', { because: 'time' });
    await tale.tell('observation.recorded', { text: 'planted: he froze again' });
    await tale.tell('hot-wash.answered', { question: 1, text: 'planted: I froze' });
    await tale.tell('note.added', { text: 'The last of it.' });
    await eventually(() => {
      expect(inDrills(at).map(({ text }) => text)).toContainEqual(expect.stringMatching(/ENDEX/));
      // Each of those who took part is asked by themselves as well.
      for (const user of [BEN, MIA])
        expect(at.dm(user).filter((one) => said(one).includes(ACTIONS.hotWash))).toMatchObject([
          { text: 'EXERCISE · Hot wash of EX-2026-0003' },
        ]);
    });
    expect([at.dm(LEA), at.dm(ADA)]).toEqual([[], []]);
    const everything = [...inDrills(at), ...at.dm(BEN), ...at.dm(MIA), ...at.messages(at.main)];
    expect(JSON.stringify(everything)).not.toContain('planted');
    expect(everything.flatMap((one) => JSON.stringify(at.thread(one))).join()).not.toContain('planted');
  });

  test('a restart in the middle says nothing twice; who has read an inject, and that the clock stands, is shown', async () => {
    const at = await setting({ channels: CHANNELS });
    const first = at.server({ settings: settings('exercises') });
    const tale = await startex(at);
    await tale.tell('inject.delivered');
    await eventually(() => expect(inDrills(at)).toHaveLength(2));
    await first.end();
    await tale.tell('inject.seen');
    const now = at.clock.now();
    await tale.tell('exercise.clock', { wall: now, rate: 0, because: 'paused', reason: 'Lunch' });
    const next = at.server({ settings: settings('exercises') });
    await eventually(() => {
      const all = inDrills(at);
      expect(all).toHaveLength(3);
      expect(said(all.find(({ text }) => text.includes('Inject 1')))).toContain('Seen by Ben Okafor');
      expect(said(starting(all, 'STARTEX')[0])).toContain('It is paused');
      expect(said(starting(all, 'EX-2026-0003')[0])).toContain('Lunch');
    });
    // In this channel the commands of incidents are about the drill that runs, and about nothing while two do.
    const id = channel(at, 'exercises')?.id ?? '';
    expect(await next.publisher.incidentIn(id)).toBe(ID);
    expect(await next.publisher.incidentIn(at.main)).toBeNull();
  });

  test('is told nowhere when tocsin.yaml names the channel of incidents for it, and the console is told why', async () => {
    const at = await setting({ channels: CHANNELS });
    const { publisher } = at.server({ settings: settings(at.main) });
    const tale = await startex(at);
    await tale.tell('inject.delivered');
    await eventually(() => expect(publisher.notice()).toContain('names the channel of incidents'));
    // What is real goes on there.
    await at.tale('INC-2026-0148', { severity: 'sev3' }).open();
    await eventually(() =>
      expect(at.messages(at.main).map(({ text }) => text)).toEqual([expect.stringContaining('INC-2026-0148')]),
    );
  });
});

describe('a drill without a channel for drills', () => {
  test('gets one of its own, named as an exercise, for its roster alone', async () => {
    const at = await setting();
    at.server({ settings: settings() });
    const tale = await startex(at);
    await tale.tell('inject.delivered');
    await eventually(() => {
      const own = at.own(ID);
      expect(own?.name).toBe('exercise-ex-2026-0003-the-release-nobody-signed-off');
      // Whoever is not on it reads nothing of what has come before ENDEX.
      expect(own?.kind).toBe('private');
      expect(own?.topic).toBe('EXERCISE · running · The release nobody signed off');
      expect([...(own?.members ?? [])].sort()).toEqual([BEN, MIA, at.slack.workspace.app.botUser].sort());
      expect(at.messages(own?.id ?? '')).toHaveLength(2);
    });
    expect(at.messages(at.main)).toEqual([]);
  });

  test('is not in Slack at all where none can be made, and the console is told: never where incidents are', async () => {
    const at = await setting({ scopes: SCOPES.filter((scope) => scope !== 'groups:write') });
    const { publisher } = at.server({ settings: settings() });
    const tale = await startex(at);
    await tale.tell('inject.delivered');
    await eventually(() => expect(publisher.notice()).toContain('Not told in Slack: EX-2026-0003'));
    // What is real is told in the main channel, after the drill was looked at.
    await at.tale('INC-2026-0149', { severity: 'sev3' }).open();
    await eventually(() => expect(at.messages(at.main)).toHaveLength(1));
    expect(at.messages(at.main).map(({ text }) => text)).toEqual([expect.stringContaining('INC-2026-0149')]);
    expect([at.own(ID), at.dm(BEN)]).toEqual([undefined, []]);
    await tale.tell('exercise.ended');
    await eventually(() => expect(publisher.notice()).toBeNull());
  });

  test('of bots alone, or over before anything was told: nothing is made', async () => {
    const at = await setting();
    const alone = at.tale('EX-2026-0004');
    await alone.tell('exercise.started');
    await alone.tell('inject.delivered');
    const over = await startex(at);
    await over.tell('exercise.ended');
    at.server({ settings: settings() });
    await at.tale('INC-2026-0150', { severity: 'sev3' }).open();
    await eventually(() => expect(at.messages(at.main)).toHaveLength(1));
    expect(at.slack.workspace.channels().filter(({ name }) => name.startsWith('exercise'))).toEqual([]);
  });
});
