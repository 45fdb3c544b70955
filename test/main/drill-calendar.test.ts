import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dueToPlan } from '../../src/inventory/drill-dates.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { openServed, type Served, sample } from '../support/served.ts';

/** Two servers and a worker, with the sample inventory and what it ships: drills that come round by themselves. */
let served: Served;
let folder: string;
let inventoryFile: string;
const good = readFileSync(sample('tocsin.yaml'), 'utf8');

const schedule = (more: string) => `
    - id: weekly
      every: week
      on: { day: wed, at: 10:00 }
      timezone: Europe/Oslo
      plan-ahead: 8d
      facilitator: tomas-okafor
      players: { incident-commander: mara-lindqvist, legal-counsel: jonas-weber }
      ${more}`;
const write = (schedules: string) => writeFileSync(inventoryFile, `${good}\ndrills:\n  schedules:${schedules}\n`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-calendar-'));
  inventoryFile = join(folder, 'tocsin.yaml');
  writeFileSync(inventoryFile, good);
  served = await openServed({ env: { TOCSIN_INVENTORY: inventoryFile } });
  await served.anotherServer();
}, 120_000);
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const soon = { timeout: 40_000, interval: 100 };
type Planned = { id: string; simulation: string; plannedBy: string; at: number; staff: unknown; players: unknown };
const drills = async (): Promise<Planned[]> => {
  const { body } = await served.call('tomas-okafor', 'GET', '/api/drills');
  return body.drills as unknown as Planned[];
};
const turns = async () => {
  const { rows } = await served.house.pool.query<{ period: string; drill: string | null; problem: string | null }>(
    'SELECT period, drill, problem FROM drill_turns ORDER BY period',
  );
  return rows;
};

it('a schedule that names no simulation of ours plans nothing, and says why; mended, the drill of each period is planned once', async () => {
  write(schedule('simulation: no-such-thing'));
  await expect
    .poll(async () => (await turns()).map(({ problem }) => problem), soon)
    .toEqual(expect.arrayContaining([expect.stringContaining('There is no simulation "no-such-thing".')]));
  expect(await drills()).toEqual([]);

  write(schedule('simulation: supply-chain-tampered-artifact'));
  const [wanted] = loadInventory(inventoryFile).drillSchedules ?? [];
  if (!wanted) throw new Error('no schedule');
  const due = dueToPlan(wanted, Date.now());
  expect(due.length).toBeGreaterThan(0);
  await expect
    .poll(async () => (await drills()).map(({ at }) => at).sort(), soon)
    .toEqual(due.map(({ at }) => at).sort());
  expect(await drills()).toMatchObject(
    due.map(() => ({
      simulation: 'supply-chain-tampered-artifact',
      plannedBy: 'schedule:weekly',
      staff: [{ role: 'facilitator', person: 'tomas-okafor' }],
    })),
  );
  const planned = await drills();
  expect(await turns()).toEqual(
    expect.arrayContaining(planned.map(({ id }) => expect.objectContaining({ drill: id, problem: null }))),
  );
}, 120_000);

it('an edit of its weekday plans no second drill of a period', async () => {
  const before = await drills();
  write(schedule('simulation: supply-chain-tampered-artifact').replace('day: wed', 'day: fri'));
  const [edited] = loadInventory(inventoryFile).drillSchedules ?? [];
  if (!edited) throw new Error('no schedule');
  const periods = () => new Set(dueToPlan(edited, Date.now()).map(({ period }) => period));
  await expect
    .poll(async () => new Set((await turns()).map(({ period }) => period)), soon)
    .toEqual(new Set([...(await turns()).map(({ period }) => period), ...periods()]));
  await expect.poll(async () => (await turns()).every(({ drill }) => drill !== null), soon).toBe(true);
  const all = await drills();
  expect(all).toEqual(expect.arrayContaining(before));
  expect(all).toHaveLength((await turns()).length);
}, 120_000);
