import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { rehearse } from '../../src/simulator/core/rehearse.ts';
import { generatedDrill } from '../support/generated-drills.ts';
import { START } from '../support/plans.ts';

const runs = process.env.TOCSIN_SWEEP === 'full' ? 5_000 : 300;

// Hundreds of drills each, on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

const told = (events: readonly NumberedEvent[]) =>
  events.map(({ at, path, type, data }) => ({ at: at - START, path, type, data }));

describe('any playbook, with any bots and faults', () => {
  it('ends, with every act answered, every question closed and every event in order', async () => {
    await fc.assert(
      fc.asyncProperty(generatedDrill, async (drill) => {
        const { events, status } = await rehearse(drill);
        expect(status).toBe('ended');
        const count = (type: string) => events.filter((event) => event.type === type).length;
        expect(count('act.started')).toBe(count('act.done') + count('act.failed'));
        expect(count('decision.asked')).toBe(count('decision.made') + count('decision.withdrawn'));
        expect(events.at(-1)?.type).toBe('plan.finished');
        for (const [i, event] of events.entries()) expect(event.at).toBeGreaterThanOrEqual(events[i - 1]?.at ?? START);
      }),
      { numRuns: runs },
    );
  });

  it('tells the same story when it is given up and taken up again after every event', async () => {
    let continued = 0;
    await fc.assert(
      fc.asyncProperty(generatedDrill, async (drill) => {
        const whole = await rehearse(drill);
        const broken = await rehearse({ ...drill, continueAfter: () => true });
        continued += broken.continued;
        expect(told(broken.events)).toEqual(told(whole.events));
        expect(broken.world).toEqual(whole.world);
      }),
      { numRuns: runs },
    );
    expect(continued).toBeGreaterThan(runs);
  });

  it('keeps every clock of its duties beyond its end: each is met, waived or overdue, and rings no more after that', async () => {
    let rung = 0;
    await fc.assert(
      fc.asyncProperty(generatedDrill, async (drill) => {
        const whole = await rehearse({ ...drill, playOn: true });
        const broken = await rehearse({ ...drill, playOn: true, continueAfter: () => true });
        expect(told(broken.events)).toEqual(told(whole.events));
        const opened = whole.events.flatMap((e) => (e.type === 'obligation.opened' ? [e.data] : []));
        for (const { number, dueAt, remindAt } of opened) {
          const own = whole.events.filter(
            (e) => e.type.startsWith('obligation.') && (e.data as { number: number }).number === number,
          );
          const at = (type: string) => own.filter((e) => e.type === type).map((e) => e.at);
          const end = own.findIndex((e) => ['obligation.met', 'obligation.waived'].includes(e.type));
          const overdue = at('obligation.overdue');
          rung += at('obligation.reminded').length;
          expect(at('obligation.opened')).toHaveLength(1);
          expect(overdue.length === 1 || end > 0).toBe(true);
          for (const time of overdue) expect(time).toBe(Math.max(dueAt, own[0]?.at ?? 0));
          for (const time of at('obligation.reminded'))
            expect(remindAt.includes(time) || time === own[0]?.at).toBe(true);
          if (end > 0) expect(own).toHaveLength(end + 1);
        }
      }),
      { numRuns: runs },
    );
    expect(rung).toBeGreaterThan(20);
  });

  it('loses and doubles nothing when it is held back for each of these', async () => {
    await fc.assert(
      fc.asyncProperty(generatedDrill, async (drill) => {
        const { events, status } = await rehearse({ ...drill, continueAfter: () => true, hold: true });
        expect(status).toBe('ended');
        const tries = events.flatMap((e) => (e.type === 'act.started' ? [`${e.data.key}#${e.data.attempt}`] : []));
        expect(new Set(tries).size).toBe(tries.length);
        const ends = events.filter((e) => e.type === 'act.done' || e.type === 'act.failed');
        expect(ends).toHaveLength(tries.length);
        const asked = events.flatMap((e) => (e.type === 'decision.asked' ? [e.data.number] : []));
        expect(asked).toEqual(asked.map((_, i) => i + 1));
      }),
      { numRuns: runs },
    );
  });

  it('after a stand-down without faults the world is as it was before', async () => {
    await fc.assert(
      fc.asyncProperty(generatedDrill, fc.integer({ min: 0, max: 400_000 }), async (drill, at) => {
        const reason = 'false alarm';
        const message = { id: 'stand-down', person: 'ana', at: START + at, type: 'stand-down', reason } as const;
        const world = { ...drill.world, faults: [] };
        const calm = { ...drill, world, plan: { ...drill.plan, finally: [] }, messages: [{ at: START + at, message }] };
        const { events, world: after } = await rehearse(calm);
        fc.pre(events.some((event) => event.type === 'incident.stood-down'));
        expect(after.systems).toEqual(world.systems);
      }),
      { numRuns: runs },
    );
  });
});
