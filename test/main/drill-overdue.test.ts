import { afterAll, beforeAll, expect, it } from 'vitest';
import { dateOfPeriod } from '../../src/inventory/drill-dates.ts';
import type { DrillSchedule } from '../../src/inventory/drills.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { createDrillCalendar, type DrillCalendarDeps } from '../../src/main/drill-calendar.ts';
import { createLog } from '../../src/main/log.ts';
import { createDrillTurns, createTurnNotes } from '../../src/store/drill-turns.ts';
import type { Offer } from '../../src/surfaces/drills/contract.ts';
import type { LastDrilled } from '../../src/surfaces/drills/last-drilled.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
}, 60_000);
afterAll(() => store?.close());

const DAY_MS = 86_400_000;
const day = (text: string): number => Date.parse(`${text}T12:00Z`);

const quarterly = (id: string): DrillSchedule => ({
  ...{ id, simulations: ['one', 'two'], length: null, every: 'quarter', zone: 'UTC', workdays: null },
  on: { month: 2, week: 'second', day: 'tue', at: '10:00' },
  ...{ jitter: { days: 0, restMs: 0 }, blackout: [], planAheadMs: 21 * DAY_MS, remindMs: [] },
  ...{ facilitator: 'fay', players: [] },
});

/** What of `schedule` is told at this moment, when these were drilled. */
function calendar(schedule: DrillSchedule, now: number, last: LastDrilled = new Map()) {
  const offer = (name: string) => ({ simulation: name, playbook: `playbook-${name}`, seats: [] }) as unknown as Offer;
  const desk: DrillCalendarDeps['desk'] = {
    plan: async () => Promise.reject(new Error('nothing is to be planned')),
    list: async () => [],
    offers: async () => ['one', 'two'].map(offer),
    lastDrilled: async () => last,
  };
  const inventory = { organisation: { timezone: 'UTC' }, people: [], drillSchedules: [schedule] };
  return createDrillCalendar({
    inventory: () => inventory as unknown as Inventory,
    turns: createDrillTurns(store.pool),
    ...{ desk, log: createLog({ name: 'test', level: 'silent' }), now: () => now },
  });
}
const noted = (schedule: string, period: string, at: number) => createTurnNotes(store.pool).note(schedule, period, at);
const simulationOf = (period: string) => dateOfPeriod(quarterly('any'), period)?.simulation ?? '';

it('a schedule that has just been written wanted nothing before', async () => {
  const fresh = calendar(quarterly('fresh'), day('2026-11-22'));
  expect([await fresh.overdue('playbook-one'), await fresh.overdue('playbook-two')]).toEqual([null, null]);
  await noted('fresh', '2027-Q1', day('2026-11-22'));
  expect(await fresh.overdueSchedules()).toBe(0);
});

it('each of the simulations that are taken in turn stays overdue until it is played', async () => {
  await noted('turns', '2026-Q3', day('2026-07-20'));
  const [third, fourth] = [simulationOf('2026-Q3'), simulationOf('2026-Q4')];
  expect(third).not.toBe(fourth);
  const last: LastDrilled = new Map([
    ['hash', { drill: 'EX-2026-0001', at: day('2026-11-10'), playbook: `playbook-${fourth}`, version: 1 }],
  ]);
  const told = calendar(quarterly('turns'), day('2026-11-22'), last);
  expect(await told.overdue(`playbook-${third}`)).toContain('the schedule turns wanted one on 11 Aug 2026');
  expect(await told.overdue(`playbook-${fourth}`)).toBeNull();
  await noted('turns', '2026-Q2', day('2026-04-20'));
  // Two of its simulations, and one schedule.
  expect(await calendar(quarterly('turns'), day('2026-11-22')).overdueSchedules()).toBe(1);
});

it('nothing is overdue on the day on which it is played', async () => {
  await noted('day', '2026-Q4', day('2026-10-20'));
  const playbook = `playbook-${simulationOf('2026-Q4')}`;
  expect(await calendar(quarterly('day'), day('2026-11-10')).overdue(playbook)).toBeNull();
  expect(await calendar(quarterly('day'), day('2026-11-12')).overdue(playbook)).toContain('No drill of this playbook');
});

it('what could not be planned before its date came is overdue, and nobody is told any more to plan it', async () => {
  await noted('missed', '2026-Q4', day('2026-10-20'));
  const told = calendar(quarterly('missed'), day('2026-11-12'));
  await told.look();
  expect(await told.overdueSchedules()).toBe(1);
  expect(await told.lines('fay')).toEqual([]);
});
