import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nextDate } from '../../src/inventory/drill-dates.ts';
import type { DrillSchedule } from '../../src/inventory/drills.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { createLog } from '../../src/main/log.ts';
import { createSchedules } from '../../src/main/schedules.ts';
import { createDrillTurns } from '../../src/store/drill-turns.ts';
import { openPool } from '../../src/store/pool.ts';
import { listSchedules } from '../../src/surfaces/checks.ts';
import { drillOfSchedule, planDrillId } from '../../workflows/plan-drill-id.ts';
import { HOUSE_INVENTORY, type House, openHouse } from '../support/house.ts';

/** On real Temporal and PostgreSQL: from a schedule of the file to the drill that a server is to plan. */
let house: House;
let inventory: Inventory = HOUSE_INVENTORY;
beforeAll(async () => {
  house = await openHouse({ inventory: () => inventory });
}, 120_000);
afterAll(async () => {
  inventory = HOUSE_INVENTORY;
  await server().follow();
  await house?.close();
});

const log = createLog({ name: 'test', level: 'error', destination: new Writable({ write: (_, __, done) => done() }) });
const server = () =>
  createSchedules({ client: house.client, taskQueue: house.taskQueue, inventory: () => inventory, log, now: Date.now });

const DAY_MS = 86_400_000;
const weekly = (more: Partial<DrillSchedule> = {}): DrillSchedule => ({
  id: 'weekly',
  simulations: ['a-leak'],
  length: null,
  every: 'week',
  on: { month: 1, week: 'first', day: 'tue', at: '10:00' },
  zone: 'Europe/Oslo',
  jitter: { days: 0, restMs: 0 },
  blackout: [],
  workdays: null,
  planAheadMs: 7 * DAY_MS,
  remindMs: [],
  facilitator: 'ben',
  players: [],
  ...more,
});

const turns = async (schedule: string): Promise<string[]> =>
  (await createDrillTurns(house.pool).open())
    .filter((turn) => turn.schedule === schedule)
    .map(({ period }) => period)
    .sort();

const kept = async (): Promise<(string | null)[]> => {
  const found: (string | null)[] = [];
  for await (const { scheduleId } of listSchedules(house.client)) {
    const drills = scheduleId ? drillOfSchedule(house.taskQueue, scheduleId) : null;
    if (drills !== null) found.push(drills);
  }
  return found.sort();
};
const soon = { timeout: 15_000, interval: 50 };

it('a schedule of the file looks every day by the clocks of its zone, and at once, what is to be planned', async () => {
  inventory = { ...HOUSE_INVENTORY, drillSchedules: [weekly()] };
  await Promise.all([server(), server()].map((one) => one.follow()));
  await expect.poll(() => turns('weekly'), soon).toEqual([nextDate(weekly(), Date.now())?.period]);
  const { spec } = await house.client.schedule.getHandle(planDrillId(house.taskQueue, 'weekly')).describe();
  expect(spec).toMatchObject({ timezone: 'Europe/Oslo', calendars: [{ hour: [{ start: 6 }] }] });
}, 60_000);

it('an edit counts at once: what has become due is noted, what was noted stays, and nothing twice', async () => {
  const before = await turns('weekly');
  inventory = { ...HOUSE_INVENTORY, drillSchedules: [weekly({ planAheadMs: 21 * DAY_MS, zone: 'America/New_York' })] };
  const one = server();
  await one.follow();
  await expect.poll(() => turns('weekly'), soon).toHaveLength(3);
  expect(await turns('weekly')).toEqual(expect.arrayContaining(before));
  const handle = house.client.schedule.getHandle(planDrillId(house.taskQueue, 'weekly'));
  expect((await handle.describe()).spec.timezone).toBe('America/New_York');
  const { numActionsTaken } = (await handle.describe()).info;
  await one.follow();
  // Temporal names a run by its second: one of this very second that has not ended yet keeps it from running again.
  await expect
    .poll(
      async () => {
        await handle.trigger('ALLOW_ALL');
        return (await handle.describe()).info.numActionsTaken;
      },
      { timeout: 15_000, interval: 300 },
    )
    .toBeGreaterThan(numActionsTaken);
  expect(await turns('weekly')).toHaveLength(3);
}, 60_000);

it('one that was paused in Temporal stays so, and one that left the file is gone', async () => {
  const handle = house.client.schedule.getHandle(planDrillId(house.taskQueue, 'weekly'));
  await handle.pause('We are moving house.');
  const { numActionsTaken } = (await handle.describe()).info;
  inventory = { ...HOUSE_INVENTORY, drillSchedules: [weekly({ planAheadMs: 35 * DAY_MS }), weekly({ id: 'other' })] };
  await server().follow();
  await expect.poll(() => turns('other'), soon).toHaveLength(1);
  const { state, info } = await handle.describe();
  expect({ paused: state.paused, note: state.note }).toEqual({ paused: true, note: 'We are moving house.' });
  expect(info.numActionsTaken).toBe(numActionsTaken);
  inventory = { ...HOUSE_INVENTORY, drillSchedules: [weekly({ id: 'other' })] };
  await expect
    .poll(async () => {
      await server().follow();
      return kept();
    }, soon)
    .toEqual(['other']);
}, 60_000);

it('a worker may say that a drill is due and nothing else of drills', async () => {
  const { rows } = await house.pool.query<{ there: boolean }>(
    `SELECT pg_has_role(current_user, 'tocsin_worker', 'MEMBER') AS there`,
  );
  expect(rows[0]?.there).toBe(true);
  const worker = openPool(house.databaseUrl, { name: 'test', role: 'tocsin_worker', onProblem: () => undefined });
  try {
    await worker.query(
      `INSERT INTO drill_turns (schedule, period, noted_at) VALUES ('by-hand', '2026-W01', 0) ON CONFLICT DO NOTHING`,
    );
    for (const statement of [
      `INSERT INTO drill_turns (schedule, period, noted_at, problem) VALUES ('by-hand', '2026-W02', 0, 'planted')`,
      'SELECT * FROM drill_turns',
      `UPDATE drill_turns SET problem = 'planted'`,
      'DELETE FROM drill_turns',
      'SELECT * FROM drills',
    ])
      await expect(worker.query(statement), statement).rejects.toThrow(/permission denied/);
  } finally {
    await worker.end();
  }
});
