import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { type Rehearsal, rehearse } from '../../src/simulator/core/rehearse.ts';
import type { World } from '../../src/simulator/core/world.ts';
import { DRILL_WORKFLOW, type DrillInput, type RunOptions } from '../../workflows/messages.ts';
import { generatedDrill } from '../support/generated-drills.ts';
import { type House, openHouse } from '../support/house.ts';

const runs = process.env.TOCSIN_SWEEP === 'full' ? 200 : 12;
let house: House;
let drills = 0;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

async function playOnTemporal(
  drill: Rehearsal,
  options?: RunOptions,
): Promise<{ events: NumberedEvent[]; world: World }> {
  const incident = `INC-2026-${String(++drills).padStart(4, '0')}`;
  const { plan, bots, world, startAt } = drill;
  const input: DrillInput = {
    opening: { ...drill.opening, incident },
    plan,
    bots,
    messages: drill.messages ?? [],
    state: { world, now: startAt },
    seq: 0,
    ...(options && { options }),
  };
  const end: { world: World } = await house.client.workflow.execute(DRILL_WORKFLOW, {
    workflowId: incident,
    taskQueue: house.taskQueue,
    args: [input],
  });
  return { events: (await house.read(incident)).events, world: end.world };
}

/** What both must agree in. The incident's own number is the one thing that differs. */
const told = (events: readonly NumberedEvent[]) =>
  events.map(
    ({ at, path, type, data }) =>
      JSON.parse(JSON.stringify({ at, path, type, data }).replace(/INC-2026-\d+/g, 'INC')) as unknown,
  );
const effects = ({ systems, mailbox }: World) => ({
  systems,
  mails: mailbox.map(({ to, subject, at }) => ({ to, subject, at })),
});

describe('the same bots, in memory and on Temporal', () => {
  it.each([
    ['in one run', undefined],
    ['continued as new after every event', { continueAfterEvents: 1 }],
  ])(
    'tell the same story, %s',
    async (_, options) => {
      await fc.assert(
        fc.asyncProperty(generatedDrill, async (drill) => {
          const memory = await rehearse(drill);
          const temporal = await playOnTemporal(drill, options);
          expect(told(temporal.events)).toEqual(told(memory.events));
          expect(effects(temporal.world)).toEqual(effects(memory.world));
        }),
        { numRuns: runs, endOnFailure: true },
      );
    },
    600_000,
  );
});
