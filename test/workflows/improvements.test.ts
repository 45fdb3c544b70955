import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { createLog } from '../../src/main/log.ts';
import { createSchedules } from '../../src/main/schedules.ts';
import { listSchedules } from '../../src/surfaces/checks.ts';
import { createSyncNow } from '../../src/surfaces/improvements/sweep-now.ts';
import { improvementsId, isImprovementsSchedule, sweepOfWorkflow } from '../../workflows/improvements-id.ts';
import { HOUSE_INVENTORY, type House, openHouse } from '../support/house.ts';

/** On real Temporal: improvement items are looked after by the clock, and when somebody asks. */
let house: House;
let inventory: Inventory = HOUSE_INVENTORY;
const swept: string[] = [];
beforeAll(async () => {
  house = await openHouse({ sweep: async (what) => void swept.push(what) });
}, 120_000);
afterAll(async () => {
  inventory = HOUSE_INVENTORY;
  await server().follow();
  await house?.close();
});

const log = createLog({ name: 'test', level: 'error', destination: new Writable({ write: (_, __, done) => done() }) });
const server = () =>
  createSchedules({ client: house.client, taskQueue: house.taskQueue, inventory: () => inventory, log, now: Date.now });
const soon = { timeout: 15_000, interval: 50 };
const kept = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { scheduleId } of listSchedules(house.client))
    if (scheduleId && isImprovementsSchedule(house.taskQueue, scheduleId))
      found.push(sweepOfWorkflow(scheduleId) ?? '');
  return found.sort();
};

it('owners are reminded once a day by the clocks of the organisation, the tracker is asked every quarter of an hour, and both at once', async () => {
  inventory = {
    ...HOUSE_INVENTORY,
    organisation: { ...HOUSE_INVENTORY.organisation, timezone: 'Europe/Oslo' },
    connections: {
      post: { kind: 'smtp', host: 'localhost', port: 25, tls: 'none', private: true, from: 'tocsin@example.com' },
    },
    paging: ['post'],
    tracker: {
      kind: 'github',
      url: 'http://localhost:9',
      private: true,
      repository: 'a/b',
      public: false,
      token: 'env:T',
    },
  };
  await Promise.all([server(), server()].map((one) => one.follow()));
  // A quarter of an hour may begin at this very moment.
  await expect.poll(() => [...new Set(swept)].sort(), soon).toEqual(['remind', 'sync']);
  const spec = async (sweep: 'remind' | 'sync') =>
    (await house.client.schedule.getHandle(improvementsId(house.taskQueue, sweep)).describe()).spec;
  expect(await spec('remind')).toMatchObject({ timezone: 'Europe/Oslo', calendars: [{ hour: [{ start: 7 }] }] });
  expect(await spec('sync')).toMatchObject({ intervals: [{ every: 900_000 }] });
  await server().follow();
  await expect.poll(kept, soon).toEqual(['remind', 'sync']);
}, 60_000);

it('whoever asks for it has it done now, and is told when no tracker is named', async () => {
  swept.length = 0;
  const { client, taskQueue } = house;
  const now = (hasTracker: boolean) => createSyncNow({ client, taskQueue, hasTracker: () => hasTracker });
  expect(await now(true)(20_000)).toBe(true);
  // An edit of the file has it done, too.
  expect(swept).toContain('sync');
  await expect(now(false)(0)).rejects.toMatchObject({ code: 'no-tracker' });
}, 60_000);

it('what the file no longer wants no longer comes round', async () => {
  inventory = HOUSE_INVENTORY;
  await expect
    .poll(async () => {
      await server().follow();
      return kept();
    }, soon)
    .toEqual([]);
}, 60_000);
