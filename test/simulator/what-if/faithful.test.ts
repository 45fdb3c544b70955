import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { Message } from '../../../src/incident/messages.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import { type Rehearsal, rehearse } from '../../../src/simulator/core/rehearse.ts';
import { type Numbered, recordedIn } from '../../../src/simulator/what-if/record.ts';
import { type Replay, replay } from '../../../src/simulator/what-if/replay.ts';
import { saidIn } from '../../../src/simulator/what-if/said.ts';
import { partingOf } from '../../../src/simulator/what-if/same.ts';
import { adding } from '../../support/added.ts';
import { generatedDrill } from '../../support/generated-drills.ts';
import { START } from '../../support/plans.ts';

const whole = process.env.TOCSIN_SWEEP === 'full';
const runs = whole ? 3_000 : 200;
/** The sample is the same each time; sweeps look further. */
const sample = whole ? {} : { seed: 7 };
vi.setConfig({ testTimeout: 120_000 });

/** As it stands in an export: JSON, and nothing but. */
const exported = (events: readonly NumberedEvent[]): NumberedEvent[] => JSON.parse(JSON.stringify(events));

function again(drill: Rehearsal, events: NumberedEvent[], added: readonly Plan[] = []): Promise<Replay> {
  const opened = events.find(({ type }) => type === 'incident.opened') as Numbered<'incident.opened'>;
  return replay({
    recorded: recordedIn(events, opened),
    said: saidIn(events, (hash) => added.find((plan) => plan.hash === hash) ?? drill.plan),
    plans: [drill.plan, ...added],
    inputs: drill.opening.inputs,
    changes: { questions: [], delays: [] },
    named: null,
    calendar: null,
    until: null,
    toTheEnd: false,
    breaks: [],
  });
}

const told = (events: readonly NumberedEvent[]) =>
  events.map(({ at, path, type, actor, data }) => ({ at: at - START, path, type, actor, data }));

const seconds = fc.integer({ min: 0, max: 900 }).map((s) => s * 1_000);
const CLOSING: [number, Record<string, unknown>][] = [
  [3_600_000, { type: 'resolve', summary: 'over' }],
  [3_601_000, { type: 'close' }],
];
/** What people say besides, at any time. */
const remarks = fc.array(
  fc.tuple(
    seconds,
    fc.constantFrom<Record<string, unknown>>(
      { type: 'note', text: 'seen' },
      { type: 'pause', reason: 'wait' },
      { type: 'resume' },
      { type: 'stand-down', reason: 'false alarm' },
      { type: 'severity', severity: 'sev1', reason: 'worse' },
      { type: 'role', role: 'scribe', assignee: 'lea' },
      { type: 'resolve', summary: 'over' },
      { type: 'close' },
      { type: 'reopen', reason: 'again' },
    ),
  ),
  { maxLength: 5 },
);
/** Half of them are closed in the end, if they can be. */
const said: fc.Arbitrary<{ at: number; message: Message }[]> = fc.tuple(remarks, fc.boolean()).map(([some, closed]) => {
  const all = closed ? [...some, ...CLOSING] : some;
  return all.map(([at, more], i) => ({
    at: START + at,
    message: { id: `said-${i}`, person: 'ana', at: 0, ...more } as unknown as Message,
  }));
});

describe('the replay of an unchanged record', () => {
  it('tells the same events at the same times, whatever was played', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(generatedDrill, said, async (drill, more) => {
        const played = await rehearse({ ...drill, messages: [...(drill.messages ?? []), ...more], playOn: true });
        const events = exported(played.events);
        for (const { type } of events) seen.add(type);
        const { events: replayed, stopped, people } = await again(drill, events);
        expect(stopped).toBe(null);
        expect(people.refused).toEqual([]);
        expect(partingOf(events, replayed, { redacted: new Set(), open: false })).toBe(null);
        expect(told(exported(replayed))).toEqual(told(events));
      }),
      { ...sample, numRuns: runs },
    );
    for (const type of [
      'act.failed',
      'step.skipped',
      'step.taken-over',
      'undo.finished',
      'obligation.overdue',
      'decision.escalated',
      'wait.ended',
      'alert.joined',
      'incident.stood-down',
      'incident.paused',
      'incident.closed',
      'round.started',
    ])
      expect([...seen], type).toContain(type);
  });

  it('tells the same with playbooks that were added', async () => {
    await fc.assert(
      fc.asyncProperty(generatedDrill, generatedDrill, seconds, said, async (drill, other, at, more) => {
        const plan = { ...other.plan, hash: '1'.repeat(64) };
        const messages = [...(drill.messages ?? []), adding(plan, at, { limit: 3 }), ...more];
        const events = exported((await rehearse({ ...drill, messages, playOn: true })).events);
        const added = events.some(({ type }) => type === 'plan.added') ? [plan] : [];
        const { events: replayed } = await again(drill, events, added);
        expect(partingOf(events, replayed, { redacted: new Set(), open: false })).toBe(null);
      }),
      { ...sample, numRuns: runs / 2 },
    );
  });
});
