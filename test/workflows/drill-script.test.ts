import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { exerciseId } from '../../src/incident/ids.ts';
import { rehearseScript, type ScriptRehearsal } from '../../src/simulator/core/rehearse-script.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { verifyExport } from '../../src/store/verify.ts';
import type { DrillEnd, RunOptions } from '../../workflows/messages.ts';
import { startDrill } from '../support/drills.ts';
import { type House, openHouse } from '../support/house.ts';
import { shippedScripts } from '../support/scripts.ts';

const whole = process.env.TOCSIN_SWEEP === 'full';
const SEEDS = whole ? [1, 2, 3, 5, 7, 11, 13, 17] : [7];
let house: House;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** Tests share one Temporal. */
const newId = () => exerciseId(2026, randomInt(10_000, 2_000_000_000));
/** What both must agree in: scenario time, path, type and content. */
const told = (events: readonly NumberedEvent[]) =>
  events.map(({ seq, at, path, type, data }) => JSON.parse(JSON.stringify({ seq, at, path, type, data })) as unknown);

async function onTemporal(rehearsal: ScriptRehearsal & { id: string }, options?: RunOptions) {
  const end: DrillEnd = await (await startDrill(house, rehearsal, options)).result();
  return { end, ...(await house.read(rehearsal.id)) };
}

/** Continuing takes the longest: of each simulation its shortest, but in a sweep. */
const waysFor = (length: string): [string, RunOptions | undefined][] => [
  ['in one run', undefined],
  ...(whole || length === '15m'
    ? ([['continued as new after every event', { continueAfterEvents: 1 }]] as [string, RunOptions][])
    : []),
];

describe.each(shippedScripts())('$name, the same bots in memory and on Temporal', ({ script, plan }) => {
  it.each(waysFor(script.length.name))(
    'tell the same story, %s',
    async (_, options) => {
      for (const seed of SEEDS) {
        const rehearsal = { script, plan, seed, id: newId() };
        const memory = await rehearseScript(rehearsal);
        const temporal = await onTemporal(rehearsal, options);
        expect(told(temporal.events), `seed ${seed}`).toEqual(told(memory.events));
        expect(temporal.end, `seed ${seed}`).toEqual({
          status: 'ended',
          world: JSON.parse(JSON.stringify(memory.world)) as unknown,
        });
      }
    },
    240_000,
  );
});

describe('the timeline of a drill', () => {
  it('reads as an exercise that is over, cannot be taken for a real incident, and verifies', async () => {
    const [one] = shippedScripts();
    if (!one) throw new Error('no simulation is shipped');
    const id = newId();
    const { view, events } = await onTemporal({ ...one, seed: 7, id });
    expect(view).toMatchObject({ id, mode: 'exercise', status: 'closed', exercise: { because: 'time' } });
    expect(events[0]).toMatchObject({ type: 'exercise.started', data: { seed: 7 } });
    expect((await house.openIncidents()).map((open) => open.id)).not.toContain(id);
    const lines: string[] = [];
    for await (const line of exportJsonLines(house.pool, id, new Date(0))) lines.push(line.slice(0, -1));
    expect(await verifyExport(lines, { allHeads: true })).toMatchObject({ ok: true, incident: id, events: view.seq });
  }, 60_000);
});
