import { describe, expect, it } from 'vitest';
import { type IncidentEvent, TOCSIN } from '../../../src/incident/events.ts';
import { noFacts } from '../../../src/simulator/core/facts.ts';
import { Sight } from '../../../src/simulator/core/sight.ts';
import { newWorld } from '../../../src/simulator/core/world.ts';

const done = (purpose: 'act' | 'prove' | 'undo', provedBy: string | null, outputs = {}): IncidentEvent => ({
  at: 0,
  path: 'respond/recover/purge',
  type: 'act.done',
  actor: TOCSIN,
  data: { capability: 'index.rollback', outputs, tookMs: 1, purpose, provedBy },
});

const isDone = (...events: IncidentEvent[]): boolean => {
  const sight = new Sight(noFacts(), { world: () => newWorld({}), sinceMs: () => 0, injects: [] });
  for (const event of events) sight.see(event);
  return sight.holds({ cel: '"respond/recover/purge" in steps', looked: null });
};

describe('a step is done for the conditions of a simulation', () => {
  it('when its act was, if nothing proves it', () => expect(isDone(done('act', null))).toBe(true));

  it('when its proof found what it looked for, and not before', () => {
    const act = done('act', 'index.probe');
    expect(isDone(act)).toBe(false);
    expect(isDone(act, done('prove', null, { proved: false }))).toBe(false);
    expect(isDone(act, done('prove', null, { proved: true }))).toBe(true);
  });

  it('not when it was undone alone', () => expect(isDone(done('undo', null))).toBe(false));
});
