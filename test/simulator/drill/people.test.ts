import { describe, expect, it } from 'vitest';
import { openDecisions } from '../../../src/incident/view.ts';
import type { DrillPeople } from '../../../src/simulator/core/drill.ts';
import { WALL_AT_STARTEX } from '../../../src/simulator/prove/people-drill.ts';
import { PeopleDrill, type PlayOptions } from '../../support/people-drill.ts';
import { shippedScript } from '../../support/scripts.ts';

const named = shippedScript('supply-chain-tampered-artifact', '15m');
const longer = shippedScript('supply-chain-tampered-artifact', '60m');
const { script } = named;
const IC = 'incident-commander';

/** Ann commands, Fay facilitates, bots do the rest. The question whether to cut is hers alone. */
const people: DrillPeople = {
  players: [{ role: IC, person: 'ann' }],
  staff: [
    { role: 'facilitator', person: 'fay' },
    { role: 'observer', person: 'ole' },
  ],
  rate: 10,
};
const start = (options: Partial<PlayOptions> = {}, played = named) => PeopleDrill.start(played, { people, ...options });
/** Whoever it is escalated to is Ann, too. */
const atFirstQuestion = async () => {
  const seats = [IC, 'engineering-manager'].map((role) => ({ role, person: 'ann' }));
  const drill = await start({ people: { ...people, players: seats } }, longer);
  await drill.pass(0.45);
  const question = openDecisions(drill.view)[0]?.question;
  if (!question) throw new Error('nobody is asked');
  return { drill, question };
};
const alone: DrillPeople = { players: people.players, staff: [], rate: 10 };

const paces = (drill: PeopleDrill) =>
  drill.of('exercise.clock').map((event) => [event.data.because, event.data.rate, drill.minuteOf(event)]);
const minutesOf = (drill: PeopleDrill, inject: string) =>
  drill.of('inject.delivered').flatMap((event) => (event.data.id === inject ? [drill.minuteOf(event)] : []));

describe('STARTEX', () => {
  it('says who sits where, who runs it, and how fast its clock runs', async () => {
    const drill = await start();
    const [started, clock] = drill.events;
    expect(started).toMatchObject({ type: 'exercise.started', at: script.startsAt });
    const { exercise } = drill.view;
    expect(exercise?.seats).toContainEqual({ role: IC, person: 'ann', persona: null });
    expect(exercise?.seats).toContainEqual({ role: 'ml-on-call', person: 'bot-ml-on-call', persona: 'steady' });
    expect(exercise?.seats.filter(({ role }) => role === IC)).toHaveLength(1);
    expect(exercise?.staff).toEqual(people.staff);
    expect(clock).toMatchObject({
      type: 'exercise.clock',
      data: { wall: WALL_AT_STARTEX, rate: 10, because: 'startex', from: script.startsAt },
    });
  });
});

describe('the clock of a drill with people', () => {
  it('runs as fast as was chosen, and injects come at their scenario time', async () => {
    const drill = await start();
    await drill.pass(0.05);
    expect(drill.of('inject.delivered')).toEqual([]);
    await drill.pass(0.05);
    expect(minutesOf(drill, 'scene')).toEqual([1]);
    expect(drill.minute).toBe(1);
  });

  it('runs with the clock on the wall while a person is asked, and as before when they have answered', async () => {
    const drill = await start();
    await drill.pass(0.25);
    const [asked] = drill.of('decision.asked');
    const at = drill.minuteOf(asked);
    expect(paces(drill).at(-1)).toEqual(['people', 1, at]);
    const before = drill.minute;
    await drill.pass(2);
    expect(drill.minute - before).toBeCloseTo(2);
    expect(await drill.tell('ann', drill.ballot('ann', [IC], 'approve'))).toMatchObject({ status: 'accepted' });
    expect(paces(drill).at(-1)).toEqual(['quiet', 10, drill.minuteOf(drill.of('decision.made')[0])]);
    expect(paces(drill)).toHaveLength(3);
  });

  it('gives a person their whole time to answer on the wall, and not one second more', async () => {
    const { drill, question } = await atFirstQuestion();
    const minutes = (question.until - drill.now) / 60_000;
    await drill.pass(minutes - 0.01);
    expect(openDecisions(drill.view)).toHaveLength(1);
    await drill.pass(0.01);
    expect(drill.view.decisions[0]?.made).toMatchObject({ by: 'default', at: question.until });
  });

  it('is not slowed by questions to bots, nor by one that the person may not answer', async () => {
    const drill = await start({ people: { ...people, players: [{ role: 'communications-lead', person: 'cy' }] } });
    await drill.pass(1.5);
    expect(drill.view.status).toBe('closed');
    expect(paces(drill).map(([because]) => because)).toEqual(['startex']);
  });

  it('stands still while it is paused, and goes on from there', async () => {
    const drill = await start();
    await drill.pass(0.15);
    expect(await drill.tell('fay', { type: 'drill-pause', reason: 'fire alarm' })).toEqual({ status: 'accepted' });
    expect(drill.refuse('fay', { type: 'drill-pause', reason: null })).toMatchObject({ code: 'paused-already' });
    await drill.pass(60);
    expect(drill.minute).toBe(1.5);
    expect(drill.view.exercise).toMatchObject({ paused: true });
    await drill.tell('fay', { type: 'drill-resume' });
    expect(drill.refuse('fay', { type: 'drill-resume' })).toMatchObject({ code: 'not-paused' });
    await drill.pass(0.05);
    expect(minutesOf(drill, 'alarm')).toEqual([2]);
  });

  it('takes a new pace at once, or as soon as nobody is asked any more', async () => {
    const drill = await start();
    await drill.tell('fay', { type: 'drill-pace', rate: 2 });
    await drill.pass(0.5);
    expect(drill.minute).toBe(1);
    await drill.pass(1);
    await drill.tell('fay', { type: 'drill-pace', rate: 30 });
    expect(paces(drill).at(-1)?.slice(0, 2)).toEqual(['paced', 1]);
    await drill.tell('ann', drill.ballot('ann', [IC], 'approve'));
    expect(paces(drill).at(-1)?.slice(0, 2)).toEqual(['quiet', 30]);
  });

  it('takes none of the time to answer of somebody who was asked late, because the worker was away', async () => {
    const drill = await start({ people: { ...people, rate: 1 } });
    await drill.pass(1);
    drill.sleep(30);
    await drill.wake();
    const [asked] = drill.of('decision.asked');
    expect(drill.minuteOf(asked)).toBeLessThan(3);
    expect(drill.now).toBe(asked?.at);
    expect(drill.view.decisions[0]?.made).toBeUndefined();
  });
});

describe('a vote', () => {
  it('that comes after the time to answer counts for nothing, though nothing had woken the drill by then', async () => {
    const { drill } = await atFirstQuestion();
    const ballot = drill.ballot('ann', [IC], 'approve');
    drill.sleep(40);
    expect(drill.refuse('ann', ballot)).toMatchObject({ code: 'late' });
    expect(await drill.tell('ann', ballot)).toMatchObject({ status: 'refused', code: 'decided' });
    expect(drill.of('decision.voted')).toEqual([]);
    expect(drill.of('decision.made')[0]?.data).toMatchObject({ by: 'default' });
  });

  it('is for oneself, in one’s own seat, never as a bot', async () => {
    const drill = await start();
    await drill.pass(0.25);
    const good = drill.ballot('ann', [IC], 'approve');
    const { vote } = good;
    for (const bad of [
      { ...vote, person: 'bot-ml-on-call', roles: ['ml-on-call'] },
      { ...vote, roles: [IC, 'ml-on-call'] },
      { ...vote, key: 'bot', surface: 'bot' as const },
    ])
      expect(await drill.tell('ann', { ...good, vote: bad }), JSON.stringify(bad)).toMatchObject({
        status: 'refused',
        code: 'not-entitled',
      });
    expect(drill.refuse('fay', drill.ballot('fay', [], 'approve'))).toMatchObject({ code: 'not-a-player' });
    expect(drill.refuse('eve', drill.ballot('eve', [IC], 'approve'))).toMatchObject({ code: 'not-on-roster' });
    expect(drill.refuse('ann', { ...good, vote: { ...vote, planHash: 'b'.repeat(64) } })).toMatchObject({
      code: 'mismatch',
    });
    expect(await drill.tell('ann', good)).toEqual({ status: 'accepted', outcome: 'approve' });
  });

  it('counts beside those of bots, and the drill is played to its end', async () => {
    const drill = await start();
    await drill.pass(0.25);
    await drill.tell('ann', drill.ballot('ann', [IC], 'approve'));
    await drill.pass(0.9);
    expect(openDecisions(drill.view)[0]?.question.path).toBe('reopen');
    await drill.tell('ann', drill.ballot('ann', [IC], 'approve'));
    await drill.pass(10);
    expect(drill.view.decisions[1]?.made?.people.toSorted()).toEqual(['ann', 'bot-ml-on-call']);
    expect(drill.view).toMatchObject({
      status: 'closed',
      exercise: { because: 'time' },
      plan: { outcome: 'completed' },
    });
  });
});

describe('the facilitator', () => {
  it('delivers, passes over, edits and adds injects; each once', async () => {
    const drill = await start();
    const tell = (said: Parameters<PeopleDrill['tell']>[1]) => drill.tell('fay', said);
    await tell({ type: 'inject-now', inject: 'scene' });
    expect(minutesOf(drill, 'scene')).toEqual([0]);
    expect(drill.refuse('fay', { type: 'inject-now', inject: 'scene' })).toMatchObject({ code: 'delivered-already' });
    await tell({ type: 'inject-skip', inject: 'reporter', reason: 'She is on holiday.' });
    expect(drill.refuse('fay', { type: 'inject-now', inject: 'reporter' })).toMatchObject({ code: 'skipped-already' });
    expect(drill.refuse('fay', { type: 'inject-now', inject: 'alrm' })).toEqual({
      code: 'unknown-inject',
      message: 'There is no inject "alrm". Did you mean "alarm"?',
    });
    await tell({ type: 'inject-edit', inject: 'alarm', edit: { subject: 'Look', dueAt: script.startsAt + 90_000 } });
    const added = {
      title: 'Café är ränt!',
      by: 'news' as const,
      from: 'Radio',
      to: ['everybody'],
      subject: 'S',
      text: 'T',
    };
    expect(await tell({ type: 'inject-add', inject: { ...added, dueAt: null } })).toEqual({
      status: 'accepted',
      outcome: 'cafe-ar-rant',
    });
    expect(await tell({ type: 'inject-add', inject: { ...added, dueAt: drill.now + 60_000 } })).toEqual({
      status: 'accepted',
      outcome: 'cafe-ar-rant-2',
    });
    expect(drill.board.injects.at(-1)?.id).toBe('cafe-ar-rant-2');
    expect(drill.board.due['cafe-ar-rant-2']).toBe(script.startsAt + 60_000);
    await drill.pass(1);
    expect(minutesOf(drill, 'scene')).toEqual([0]);
    expect(minutesOf(drill, 'alarm')).toEqual([1.5]);
    expect(drill.of('inject.delivered').find(({ data }) => data.id === 'alarm')?.data.subject).toBe('Look');
    expect(minutesOf(drill, 'cafe-ar-rant-2')).toEqual([1]);
    expect(drill.view.exercise?.skipped).toMatchObject({ reporter: 'facilitator' });
  });

  it('is refused what nobody sits for, what is past, and what is after the end', async () => {
    const drill = await start();
    await drill.pass(0.1);
    const edit = (to: object) => drill.refuse('fay', { type: 'inject-edit', inject: 'alarm', edit: to });
    expect(edit({ to: ['incident-comander'] })).toEqual({
      code: 'unknown-seat',
      message: 'There is no seat "incident-comander" in this exercise. Did you mean "incident-commander"?',
    });
    expect(edit({ dueAt: script.startsAt })).toMatchObject({ code: 'past' });
    expect(edit({ dueAt: script.startsAt + 3_600_000 })).toMatchObject({ code: 'past-end' });
    expect(edit({})).toMatchObject({ code: 'unchanged' });
    expect(drill.refuse('fay', { type: 'hint', to: [IC], text: 'Look.', about: 'alam' })).toMatchObject({
      code: 'unknown-inject',
    });
  });

  it('alone gives hints and speaks for the outside world; players answer it', async () => {
    const drill = await start();
    await drill.pass(0.1);
    await drill.tell('fay', { type: 'hint', to: [IC], text: 'Which version?', about: 'alarm' });
    await drill.tell('fay', { type: 'voice', as: 'Kari', by: 'phone', to: ['everybody'], text: 'Well?' });
    await drill.tell('ann', { type: 'answer-voice', to: 'Kari', text: 'No comment.', about: 'scene' });
    expect(drill.view.exercise).toMatchObject({
      hints: [{ actor: { id: 'fay' }, about: 'alarm' }],
      voices: [
        { said: true, as: 'Kari' },
        { said: false, to: 'Kari', actor: { id: 'ann' } },
      ],
    });
    for (const person of ['ann', 'ole'])
      expect(drill.refuse(person, { type: 'hint', to: [IC], text: 'x', about: null })).toMatchObject({
        code: 'not-facilitator',
      });
  });

  it('of a drill without one is nobody: players may stop its clock and end it, and no more', async () => {
    const drill = await start({ people: alone });
    expect(drill.refuse('ann', { type: 'drill-pause', reason: null })).toBeNull();
    expect(drill.refuse('ann', { type: 'inject-now', inject: 'scene' })).toMatchObject({ code: 'not-facilitator' });
    const run = await start();
    expect(run.refuse('ann', { type: 'drill-pause', reason: null })).toMatchObject({ code: 'may-not-run' });
    expect(run.refuse('ole', { type: 'endex', because: 'facilitator', reason: null, incident: null })).toMatchObject({
      code: 'may-not-run',
    });
    expect(run.refuse('ole', { type: 'endex', because: 'real', reason: null, incident: null })).toBeNull();
  });
});

describe('a player', () => {
  it('is told nothing of injects to come, whatever they ask about', async () => {
    const drill = await start();
    for (const inject of ['alarm', 'alarn'])
      expect(drill.refuse('ann', { type: 'seen', inject })).toEqual({
        code: 'unknown-inject',
        message: `There is no inject "${inject}".`,
      });
  });

  it('has seen an inject once', async () => {
    const drill = await start();
    await drill.pass(0.1);
    for (let i = 0; i < 2; i++)
      expect(await drill.tell('ann', { type: 'seen', inject: 'scene' })).toEqual({ status: 'accepted' });
    expect(drill.view.exercise?.seen).toEqual({ scene: [{ person: 'ann', at: drill.now }] });
  });

  it('opens the incident before an alert does, and decides on nothing in it; the alert joins', async () => {
    const drill = await start();
    expect(await drill.tell('ann', { type: 'note', text: 'Something is odd.' })).toEqual({ status: 'accepted' });
    expect(drill.refuse('ann', { type: 'resolve', summary: 'x' })).toMatchObject({ code: 'not-opened' });
    const open = { type: 'drill-open', title: 'Odd payments' } as const;
    expect(drill.refuse('ann', { ...open, system: null })).toMatchObject({
      code: 'inputs',
      message: expect.stringMatching(/^No incident was opened: .*is missing/),
    });
    expect(drill.refuse('ann', { ...open, system: 'claims-triag' })).toMatchObject({
      message: expect.stringMatching(/did you mean "claims-triage"/),
    });
    await drill.tell('ann', { ...open, system: 'claims-triage' });
    expect(drill.refuse('ann', { ...open, system: 'claims-triage' })).toMatchObject({ code: 'opened-already' });
    expect(drill.view).toMatchObject({ title: 'Odd payments', requester: 'ann', mode: 'exercise' });
    await drill.pass(1);
    expect(drill.of('alert.joined')).toHaveLength(1);
    expect(drill.refuse('ann', drill.ballot('ann', [IC], 'approve'))).toMatchObject({ code: 'requester' });
    // She cannot answer, so her time is nobody's.
    expect(paces(drill).map(([because]) => because)).toEqual(['startex']);
  });

  it('may resolve the incident, and closes it for nobody: that would show what is to come', async () => {
    const drill = await start();
    await drill.tell('ann', { type: 'drill-open', title: 'Odd payments', system: 'claims-triage' });
    expect(await drill.tell('ann', { type: 'resolve', summary: 'Done.' })).toEqual({ status: 'accepted' });
    expect(drill.refuse('ann', { type: 'close' })).toMatchObject({ code: 'close' });
    expect(drill.view.status).toBe('resolved');
  });

  it('who says the same twice is answered as at first', async () => {
    const drill = await start();
    const first = await drill.tell('ann', { type: 'note', text: 'Once.' }, 'same');
    expect(await drill.tell('ann', { type: 'note', text: 'Once.' }, 'same')).toEqual(first);
    expect(drill.of('note.added')).toHaveLength(1);
  });

  it.each([false, true])(
    'is answered as at first after ENDEX, too (continued after every event: %s)',
    async (broken) => {
      const drill = await start({ broken });
      await drill.pass(0.25);
      const said = { type: 'note', text: 'Once.' } as const;
      const ballot = drill.ballot('ann', [IC], 'approve');
      const note = await drill.tell('ann', said, 'note');
      const vote = await drill.tell('ann', ballot, 'vote');
      await drill.tell('fay', { type: 'endex', because: 'facilitator', reason: null, incident: null });
      expect(await drill.tell('ann', said, 'note')).toEqual(note);
      expect(await drill.tell('ann', ballot, 'vote')).toEqual(vote);
      expect(vote).toEqual({ status: 'accepted', outcome: 'approve' });
      expect(drill.of('note.added')).toHaveLength(1);
    },
  );
});

describe('ENDEX', () => {
  it('withdraws what is asked, and leaves room for notes until the hot wash is over', async () => {
    const drill = await start();
    await drill.pass(0.25);
    const asked = drill.of('decision.asked')[0];
    await drill.tell('ole', { type: 'endex', because: 'real', reason: 'NO DUFF', incident: 'INC-2026-0007' });
    const [withdrawn, ended] = drill.events.slice(-2);
    expect(withdrawn).toMatchObject({ type: 'decision.withdrawn', path: asked?.path, data: { number: 1 } });
    expect(ended).toMatchObject({
      type: 'exercise.ended',
      actor: { id: 'ole' },
      data: { because: 'real', reason: 'NO DUFF', incident: 'INC-2026-0007' },
    });
    expect(openDecisions(drill.view)).toEqual([]);
    expect(drill.refuse('ann', { type: 'seen', inject: 'scene' })).toMatchObject({ code: 'over' });
    expect(await drill.tell('ole', { type: 'note', text: 'The cut was late.' })).toEqual({ status: 'accepted' });
    expect(drill.refuse('ann', { type: 'drill-close' })).toMatchObject({ code: 'may-not-run' });
    expect(drill.ended).toBe(false);
    await drill.tell('fay', { type: 'drill-close' });
    expect(drill.ended).toBe(true);
  });

  it('ends the hot wash by itself after 14 days', async () => {
    const drill = await start({ people: alone });
    await drill.pass(60);
    expect(drill.view.status).toBe('closed');
    await drill.pass(14 * 24 * 60 - 60);
    expect(drill.ended).toBe(false);
    await drill.pass(60);
    expect(drill.ended).toBe(true);
  });
});

describe('given up and taken up again after every event', () => {
  it('tells the same story to the byte', async () => {
    const played = async (broken: boolean) => {
      const drill = await start({ broken });
      await drill.tell('ann', { type: 'note', text: 'Quiet so far.' });
      await drill.pass(0.05);
      await drill.tell('fay', { type: 'drill-pause', reason: null });
      await drill.pass(3);
      await drill.tell('fay', { type: 'drill-resume' });
      await drill.tell('fay', { type: 'inject-edit', inject: 'not-now', edit: { text: 'Wait.' } });
      const news = { title: 'News', by: 'news' as const, from: 'Radio', to: ['everybody'], subject: 'S', text: 'T' };
      await drill.tell('fay', { type: 'inject-add', inject: { ...news, dueAt: drill.now + 240_000 } });
      await drill.pass(0.3);
      await drill.tell('ann', { type: 'seen', inject: 'alarm' });
      await drill.tell('ann', { type: 'role', role: 'engineering-manager', assignee: 'ann' });
      await drill.tell('ann', drill.ballot('ann', [IC], 'approve'));
      await drill.tell('fay', { type: 'drill-jump', to: drill.now + 60_000 });
      await drill.pass(0.9);
      await drill.tell('ann', drill.ballot('ann', [IC], 'approve'));
      await drill.pass(2);
      await drill.tell('ann', { type: 'note', text: 'Well done.' });
      await drill.tell('fay', { type: 'drill-close' });
      expect(drill.ended).toBe(true);
      return drill;
    };
    const whole = await played(false);
    const broken = await played(true);
    expect(broken.continued).toBeGreaterThan(10);
    expect(JSON.stringify(broken.events)).toBe(JSON.stringify(whole.events));
    expect(JSON.stringify((await played(false)).events)).toBe(JSON.stringify(whole.events));
  });
});
