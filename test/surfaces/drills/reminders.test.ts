import { expect, it } from 'vitest';
import type { Drill } from '../../../src/surfaces/drills/contract.ts';
import { remindersOf } from '../../../src/surfaces/drills/mails.ts';
import { shippedScript } from '../../support/scripts.ts';

const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const DAY_MS = 86_400_000;
const AT = Date.parse('2026-12-15T09:00Z');
const planned: Drill = {
  ...{ id: 'EX-2026-0003', status: 'planned', script, at: AT, seed: 1, rate: 1, note: null, revision: 0 },
  ...{ plannedBy: 'schedule:weekly', plannedAt: AT - 21 * DAY_MS, startedAt: null, startedBy: null },
  ...{ cancelledAt: null, cancelledBecause: null },
  players: [{ role: 'incident-commander', person: 'ann' }],
  staff: [
    { role: 'facilitator', person: 'fay' },
    { role: 'observer', person: 'ole' },
  ],
  playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
};
const line = (person: string) => `EX-2026-0003 begins soon, ${person}.`;
const mails = (beforeMs: number, more: Partial<Drill> = {}) =>
  remindersOf(
    { ...planned, ...more },
    { remindMs: [14 * DAY_MS, 7 * DAY_MS, DAY_MS], line, now: AT - beforeMs },
    'https://tocsin.example/drills/EX-2026-0003',
  );
const keys = (beforeMs: number, more?: Partial<Drill>) => mails(beforeMs, more).map(({ key }) => key);

it('whoever facilitates is reminded alone, once for each time that comes', () => {
  expect(mails(15 * DAY_MS)).toEqual([]);
  expect(mails(14 * DAY_MS)).toMatchObject([
    {
      ...{ drill: 'EX-2026-0003', key: `reminder/${AT}/${14 * DAY_MS}`, person: 'fay' },
      subject: expect.stringMatching(/^EXERCISE: reminder: /),
      text: expect.stringContaining('EX-2026-0003 begins soon, fay.'),
    },
  ]);
  expect(keys(8 * DAY_MS)).toEqual([`reminder/${AT}/${14 * DAY_MS}`]);
  expect(keys(6 * DAY_MS)).toEqual([`reminder/${AT}/${7 * DAY_MS}`]);
  expect(keys(0)).toEqual([]);
});

it('a date that moved is another one; what was due before it was planned is not sent, nor anything for one that is no longer planned', () => {
  const moved = AT + DAY_MS;
  expect(keys(13 * DAY_MS, { at: moved })).toEqual([`reminder/${moved}/${14 * DAY_MS}`]);
  expect(keys(6 * DAY_MS, { plannedAt: AT - 6 * DAY_MS - 1 })).toEqual([]);
  expect(keys(DAY_MS, { plannedAt: AT - 6 * DAY_MS })).toEqual([`reminder/${AT}/${DAY_MS}`]);
  expect(keys(DAY_MS, { status: 'cancelled' })).toEqual([]);
  expect(keys(DAY_MS, { at: null })).toEqual([]);
});
