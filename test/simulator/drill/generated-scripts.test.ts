import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import type { Inject, Script, Trigger } from '../../../src/simulator/core/script.ts';
import { shippedScripts } from '../../support/scripts.ts';

const runs = process.env.TOCSIN_SWEEP === 'full' ? 1_000 : 60;
const MINUTE_MS = 60_000;

const cel = fc.constantFrom(
  'minutes >= 2.0',
  'minutes >= 4.0 && incident.opened',
  'incident.opened',
  'incident.status == "resolved"',
  'size(incident.asked) > 0',
  'size(steps) > 2',
  'injects["scene"].delivered',
  // Cannot be evaluated: of no system by this name is anything known.
  'world.systems["nothing"].serving == "1"',
);

/** When an inject is due. Round numbers: much happens at the same moment. */
const trigger = (earlier: readonly string[]): fc.Arbitrary<Trigger> => {
  const delayMs = fc.integer({ min: 0, max: 4 }).map((minutes) => minutes * MINUTE_MS);
  const others: fc.Arbitrary<Trigger>[] = [
    fc.record({ on: fc.constant('time' as const), atMs: delayMs }),
    fc.record({ on: fc.constant('condition' as const), cel, delayMs }),
    fc.record({ on: fc.constant('hand' as const) }),
  ];
  if (earlier.length > 0)
    others.push(fc.record({ on: fc.constant('inject' as const), inject: fc.constantFrom(...earlier), delayMs }));
  return fc.oneof(...others);
};

const injects = (script: Script): fc.Arbitrary<Inject[]> =>
  fc.tuple(
    ...script.injects.map((inject, i) =>
      fc
        .record({
          keeps: fc.boolean(),
          trigger: trigger(script.injects.slice(0, i).map(({ id }) => id)),
          unless: fc.option(cel),
        })
        .map(({ keeps, trigger: other, unless }) => (keeps ? inject : { ...inject, trigger: other, unless })),
    ),
  );

/** The monitor raises the same alert again: it joins, or opens the incident when it comes first. */
const alarms = ({ injects }: Script): fc.Arbitrary<Inject[]> => {
  const alarm = injects.find(({ alert }) => alert !== null);
  if (!alarm) return fc.constant([]);
  return fc
    .array(trigger(injects.map(({ id }) => id)), { maxLength: 3 })
    .map((triggers) => triggers.map((other, i) => ({ ...alarm, id: `again-${i}`, trigger: other })));
};

/** A shipped script whose injects come otherwise, and whose people are otherwise. */
const generated = fc.constantFrom(...shippedScripts()).chain(({ script, plan }) =>
  fc.record({
    plan: fc.constant(plan),
    seed: fc.integer({ min: 0, max: 1_000_000 }),
    script: fc
      .record({
        injects: injects(script),
        alarms: alarms(script),
        diligence: fc.constantFrom(0, 0.5, 1),
        medianMs: fc.constantFrom(1, 30_000, MINUTE_MS),
        spread: fc.constantFrom(1, 2),
        approvals: fc.constantFrom('approve' as const, 'deny' as const, 'wise' as const, 0.5),
      })
      .map(({ injects: others, alarms: more, ...character }) => ({
        ...script,
        injects: [...others, ...more],
        personas: script.personas.map((persona) => ({ ...persona, ...character })),
      })),
  }),
);

describe('scripts of any kind', () => {
  it('run to ENDEX, and tell the same story however often the run is given up and taken up again', async () => {
    await fc.assert(
      fc.asyncProperty(generated, fc.integer({ min: 1, max: 4 }), async ({ script, plan, seed }, every) => {
        const whole = await rehearseScript({ script, plan, seed });
        expect(whole.events.at(-1)).toMatchObject({
          type: 'exercise.ended',
          at: script.startsAt + script.length.ms,
        });
        let count = 0;
        const broken = await rehearseScript({ script, plan, seed, continueAfter: () => ++count % every === 0 });
        expect(broken.events).toEqual(whole.events);
        expect(broken.world).toEqual(whole.world);
      }),
      { numRuns: runs },
    );
  }, 120_000);
});
