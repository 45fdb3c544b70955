import { describe, expect, test } from 'vitest';
import { effectOf } from '../../src/capabilities/effects.ts';
import type { EventData, EventType, NumberedEvent } from '../../src/incident/events.ts';
import { person, TOCSIN } from '../../src/incident/events.ts';
import { measuresOf } from '../../src/incident/measures.ts';
import { sampleEvents, vote } from '../support/sample-events.ts';

const START = 1_790_000_000_000;

/** Tells a timeline by hand: seconds after the opening, type, what it says. */
class Tale {
  readonly events: NumberedEvent[] = [];

  constructor(alert: EventData<'incident.opened'>['alert'] = null) {
    this.tell(0, 'incident.opened', { alert, requester: alert ? null : 'ada' }, { by: alert ? null : 'ada' });
  }

  tell<T extends EventType>(
    seconds: number,
    type: T,
    data: Partial<EventData<T>> = {},
    { path = '', by = null }: { path?: string; by?: string | null } = {},
  ): this {
    const sample = sampleEvents().find((one) => one.type === type);
    const seq = this.events.length + 1;
    const actor = by === null ? TOCSIN : person(by);
    const event = { seq, at: START + seconds * 1_000, path, type, actor, data: { ...sample?.data, ...data } };
    this.events.push(event as NumberedEvent);
    return this;
  }

  act(seconds: number, path: string, capability: string): this {
    return this.tell(seconds, 'act.started', { capability, purpose: 'act' }, { path }).tell(
      seconds + 1,
      'act.done',
      { capability, purpose: 'act', provedBy: 'model.probe' },
      { path },
    );
  }

  proof(seconds: number, path: string, outputs: { proved?: boolean; strength?: string } = {}): this {
    const found = { proved: true, strength: 'traffic', vantage: 'outside', detail: 'probed', ...outputs };
    return this.tell(seconds, 'act.done', { capability: 'model.probe', purpose: 'prove', outputs: found }, { path });
  }

  get measures() {
    return measuresOf(this.events, effectOf);
  }
}

describe('how long it took', () => {
  test('from what the alert says to the notice, each between two events', () => {
    const tale = new Tale({ kind: 'model.output-leak', startsAt: new Date(START - 20_000).toISOString() })
      .tell(30, 'decision.asked')
      .tell(75, 'decision.voted', { vote: { ...vote, surface: 'slack' } }, { by: 'ben' })
      .act(80, 'isolate', 'model.isolate')
      .proof(90, 'isolate')
      .tell(100, 'obligation.opened', { number: 1, awareAt: START - 60_000, dueAt: START + 7_200_000 })
      .act(200, 'restore', 'model.restore')
      .proof(260, 'restore')
      .tell(3_600, 'obligation.met', { number: 1 });
    expect(tale.measures).toEqual({
      detect: { ms: 20_000, from: 1, to: 1 },
      acknowledge: { ms: 75_000, from: 1, to: 3 },
      contain: { ms: 90_000, from: 1, to: 6 },
      recover: { ms: 260_000, from: 1, to: 10 },
      notify: { ms: 3_660_000, from: 7, to: 11, obligation: 1, marginMs: 3_600_000 },
    });
  });

  test('a success that only the gateway reports is no containment, nor is a proof by listing', () => {
    const tale = new Tale().act(10, 'isolate', 'model.isolate');
    expect(tale.measures.contain).toMatchObject({ ms: null });
    tale.proof(20, 'isolate', { proved: false }).proof(30, 'isolate', { strength: 'listing' });
    expect(tale.measures.contain).toMatchObject({ ms: null, why: expect.stringContaining('traffic') });
    tale.tell(40, 'step.taken-over', {}, { path: 'isolate' });
    expect(tale.measures.contain).toMatchObject({ why: expect.stringContaining('by hand') });
    tale.proof(50, 'isolate');
    expect(tale.measures.contain).toMatchObject({ ms: 50_000 });
  });

  test('recovery counts after the last cut, and never without one', () => {
    const tale = new Tale().act(5, 'restore', 'model.restore').proof(10, 'restore');
    expect(tale.measures.recover).toMatchObject({ ms: null, why: expect.stringContaining('nothing to recover from') });
    tale.act(20, 'isolate', 'model.isolate').proof(25, 'isolate');
    tale.act(30, 'restore', 'model.restore').proof(35, 'restore');
    expect(tale.measures.recover).toMatchObject({ ms: 35_000 });
    tale.act(40, 'again', 'model.isolate').proof(45, 'again');
    expect(tale.measures.recover).toMatchObject({ ms: null });
    expect(tale.measures.contain).toMatchObject({ ms: 25_000 });
  });

  test('it is contained by whatever takes the harm away, and recovered when all of that is given back', () => {
    const tale = new Tale().act(10, 'revoke', 'access.revoke').proof(12, 'revoke');
    tale.act(20, 'stop', 'agent.stop').proof(25, 'stop');
    expect(tale.measures.contain).toMatchObject({ ms: 12_000 });
    tale.act(60, 'reissue', 'access.restore').proof(65, 'reissue');
    expect(tale.measures.recover).toMatchObject({ ms: null, why: expect.stringContaining('given back') });
    tale.act(70, 'back', 'agent.resume').proof(75, 'back');
    expect(tale.measures.recover).toMatchObject({ ms: 75_000 });
  });

  test('a good version or snapshot in place of the bad one contains and recovers at once; freezing training does neither', () => {
    const tale = new Tale().act(10, 'freeze', 'pipeline.freeze').proof(12, 'freeze');
    expect(tale.measures.contain).toMatchObject({ ms: null });
    tale.act(20, 'rollback', 'index.rollback').proof(25, 'rollback');
    expect(tale.measures).toMatchObject({ contain: { ms: 25_000 }, recover: { ms: 25_000 } });
  });

  test('what stays taken away on purpose is not waited for once the plan has run to its end', () => {
    const tale = new Tale().act(10, 'revoke', 'access.revoke').proof(12, 'revoke');
    tale.act(20, 'harden', 'filter.tighten').proof(25, 'harden').act(60, 'back', 'access.restore').proof(65, 'back');
    expect(tale.measures.recover).toMatchObject({ ms: null });
    tale.tell(70, 'plan.finished', { outcome: 'completed' });
    expect(tale.measures.recover).toMatchObject({ ms: 65_000 });
  });

  test('what was to be given back and was not proved keeps it from counting as recovered', () => {
    const tale = new Tale().act(10, 'revoke', 'access.revoke').proof(12, 'revoke');
    tale.act(20, 'stop', 'agent.stop').proof(25, 'stop').act(60, 'reissue', 'access.restore').proof(65, 'reissue');
    tale.act(70, 'back', 'agent.resume').tell(80, 'step.taken-over', {}, { path: 'back' });
    tale.tell(90, 'plan.finished', { outcome: 'completed' });
    expect(tale.measures.recover).toMatchObject({ ms: null });
  });

  test('bots are never counted as people, and a note by a person is an acknowledgement', () => {
    const tale = new Tale().tell(10, 'decision.voted', { vote: { ...vote, surface: 'bot' } }, { by: 'ben' });
    expect(tale.measures.acknowledge).toMatchObject({ ms: null });
    // A bot's answer about a failed step is told as what the person did whom it plays.
    tale.tell(12, 'step.skipped', {}, { by: 'ben' }).tell(14, 'step.taken-over', {}, { by: 'ben' });
    expect(tale.measures.acknowledge).toMatchObject({ ms: null });
    tale.tell(20, 'note.added', {}, { by: 'ben' });
    expect(tale.measures.acknowledge).toMatchObject({ ms: 20_000 });
  });

  test('who runs a drill acknowledges nothing in it, nor does reading an inject, nor a note in its hot wash', () => {
    const clock = { wall: START, rate: 0, from: START, because: 'paused', reason: null } as const;
    const tale = new Tale().tell(5, 'exercise.clock', clock, { by: 'fay' });
    tale.tell(6, 'inject.seen', { id: 'alarm' }, { by: 'ben' }).tell(7, 'hint.given', {}, { by: 'fay' });
    const late = new Tale().tell(8, 'exercise.ended', { because: 'facilitator' }, { by: 'fay' });
    late.tell(9, 'note.added', {}, { by: 'ben' });
    for (const { measures } of [tale, late]) expect(measures.acknowledge).toMatchObject({ ms: null });
    tale.tell(20, 'decision.voted', { vote: { ...vote, surface: 'api' } }, { by: 'ben' });
    expect(tale.measures.acknowledge).toMatchObject({ ms: 20_000 });
  });

  test.each([
    ['no alert opened it', null],
    ['a person reported it', { kind: 'report', startsAt: '2026-01-01T00:00:00Z' }],
    ['the alert says nothing', { kind: 'x' }],
    ['the alert says nonsense', { kind: 'x', startsAt: 'yesterday' }],
    ['a zero time means not said', { kind: 'x', startsAt: '0001-01-01T00:00:00Z' }],
    ['a clock that goes ahead', { kind: 'x', startsAt: '2999-01-01T00:00:00Z' }],
  ])('detection is not made up: %s', (_, alert) => {
    expect(new Tale(alert).measures.detect).toMatchObject({ ms: null, why: expect.stringMatching(/\.$/) });
  });

  test('of several duties the one with the least margin counts; one that was waived does not', () => {
    const tale = new Tale();
    for (const number of [1, 2, 3])
      tale.tell(10, 'obligation.opened', { number, awareAt: START, dueAt: START + number * 100_000 });
    expect(tale.measures.notify).toMatchObject({ ms: null });
    tale.tell(20, 'obligation.waived', { number: 3 });
    tale.tell(50, 'obligation.met', { number: 2 }).tell(150, 'obligation.met', { number: 1, late: true });
    expect(tale.measures.notify).toMatchObject({ obligation: 1, ms: 150_000, marginMs: -50_000 });
  });

  test('a cut that was made but not proved is not said to be none', () => {
    const tale = new Tale().act(5, 'isolate', 'model.isolate').tell(9, 'step.taken-over', {}, { path: 'isolate' });
    expect(tale.measures.recover).toMatchObject({ ms: null, why: expect.stringContaining('proved') });
  });

  test('while one notice is still due, another that was given does not stand for both', () => {
    const tale = new Tale();
    for (const number of [1, 2])
      tale.tell(10, 'obligation.opened', { number, awareAt: START, dueAt: START + number * 100_000 });
    tale.tell(50, 'obligation.met', { number: 2 });
    expect(tale.measures.notify).toEqual({ ms: null, why: 'Notice 1 has not been given yet.' });
    tale.tell(60, 'obligation.waived', { number: 1 });
    expect(tale.measures.notify).toMatchObject({ obligation: 2, ms: 50_000 });
  });

  test('a notice that was judged not due is not said to be missing', () => {
    const tale = new Tale().tell(10, 'obligation.opened', { number: 1 }).tell(20, 'obligation.waived', { number: 1 });
    expect(tale.measures.notify).toEqual({ ms: null, why: 'It was judged that no notice is due.' });
  });

  test('a notice counts from when it was given, also when that is said afterwards', () => {
    const tale = new Tale()
      .tell(10, 'obligation.opened', { number: 1, awareAt: START, dueAt: START + 100_000 })
      .tell(150, 'obligation.met', { number: 1, late: false, givenAt: START + 60_000 });
    expect(tale.measures.notify).toMatchObject({ ms: 60_000, marginMs: 40_000 });
  });

  test('a timeline without its beginning gives no figures instead of wrong ones', () => {
    const { detect, notify } = measuresOf([], effectOf);
    expect([detect.ms, notify.ms]).toEqual([null, null]);
  });
});
