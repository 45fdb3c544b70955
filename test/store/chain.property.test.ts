import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { verifyExport } from '../../src/store/verify.ts';
import { sampleEvents } from '../support/sample-events.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store.close());

let number = 0;

/** Each writer goes over the same events, in cuts of its own, and at times goes back to repeat some. */
const cuts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 7 }), back: fc.integer({ min: 0, max: 5 }) }), {
  minLength: 1,
  maxLength: 20,
});

test('any batching, with repeats and writers that race, leaves the same events in one whole chain', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(cuts, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
      async (plans, picks) => {
        const incident = `INC-2026-${String((number += 1)).padStart(4, '0')}`;
        const events = generated(incident, picks);
        await Promise.all(plans.map((plan) => writeAll(incident, events, plan)));
        const { rows } = await store.pool.query(
          'SELECT seq, type, content FROM events WHERE incident = $1 ORDER BY seq',
          [incident],
        );
        expect(rows.map((row) => ({ seq: row.seq, type: row.type, data: JSON.parse(row.content).data }))).toEqual(
          events.map(({ seq, type, data }) => ({ seq, type, data })),
        );
        const lines: string[] = [];
        for await (const line of exportJsonLines(store.pool, incident, new Date(0))) lines.push(line.slice(0, -1));
        expect(await verifyExport(lines, { allHeads: true })).toMatchObject({ ok: true, events: events.length });
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

function generated(incident: string, picks: readonly number[]): NumberedEvent[] {
  const [opened, ...others] = sampleEvents(incident) as [NumberedEvent, ...NumberedEvent[]];
  const rest = picks.map((pick, i) => ({ ...(others[pick % others.length] as NumberedEvent), seq: i + 2 }));
  return [opened, ...rest];
}

async function writeAll(
  incident: string,
  events: readonly NumberedEvent[],
  plan: readonly { size: number; back: number }[],
): Promise<void> {
  const writer = store.writer();
  let next = 0;
  for (let turn = 0; next < events.length; turn += 1) {
    const { size, back } = plan[turn % plan.length] as { size: number; back: number };
    const from = Math.max(0, next - back);
    await writer.append(incident, events.slice(from, next + size));
    next += size;
  }
}
