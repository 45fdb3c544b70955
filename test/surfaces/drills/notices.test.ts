import { describe, expect, it } from 'vitest';
import type { LastDrilled } from '../../../src/surfaces/drills/last-drilled.ts';
import { lineOf, type Notable, overdueWords } from '../../../src/surfaces/drills/notices.ts';
import { mayArrange } from '../../../src/surfaces/drills/roster.ts';
import { shippedScript } from '../../support/scripts.ts';

const { script: shipped } = shippedScript('supply-chain-tampered-artifact', '15m');
const seat = shipped.seats[0];
if (!seat) throw new Error('the shipped simulation has no seats');
const script = {
  ...shipped,
  title: 'A strange morning',
  seats: [
    { ...seat, role: 'incident-commander', needed: true },
    { ...seat, role: 'legal-counsel', needed: true },
    { ...seat, role: 'communications-lead', needed: false },
  ],
};
const NOW = Date.parse('2026-11-22T12:00Z');
const about = { now: NOW, zone: 'Europe/Oslo', people: new Set(['fay', 'ann', 'ben']) };
const drill = (more: Partial<Notable> = {}): Notable => ({
  id: 'EX-2026-0003',
  status: 'planned',
  script,
  players: [
    { role: 'incident-commander', person: 'ann' },
    { role: 'legal-counsel', person: 'ben' },
  ],
  staff: [{ role: 'facilitator', person: 'fay' }],
  at: Date.parse('2026-11-29T09:00Z'),
  plannedBy: 'schedule:weekly',
  ...more,
});
const said = (person: string, more?: Partial<Notable>) => lineOf(drill(more), person, about)?.text ?? null;

describe('a drill to come', () => {
  it('tells everybody who takes part when it begins, from two weeks before', () => {
    const line = 'EX-2026-0003 “A strange morning” begins on Sun 29 Nov 2026, 10:00 (Europe/Oslo), in 6 days.';
    expect([said('fay'), said('ann'), said('eve')]).toEqual([line, line, null]);
    expect(said('ann', { at: NOW + 15 * 86_400_000 })).toBeNull();
    expect(said('ann', { at: NOW + 3_600_000 })).toContain('within a day');
  });

  it('tells those who arrange it what is missing', () => {
    expect(said('fay', { players: [{ role: 'incident-commander', person: 'gone' }] })).toBe(
      'EX-2026-0003 “A strange morning” begins on Sun 29 Nov 2026, 10:00 (Europe/Oslo), in 6 days; no longer in the inventory: gone; nobody plays legal counsel yet: bots will.',
    );
    expect(said('ann', { staff: [], plannedBy: 'ann' })).toContain('nobody facilitates it');
    expect(said('ann', { players: [{ role: 'incident-commander', person: 'ann' }] })).not.toContain('nobody plays');
  });

  it('tells whoever takes part, when nobody who arranged it is left', () => {
    const staff = [{ role: 'facilitator' as const, person: 'gone' }];
    expect(said('ann', { staff })).toContain('no longer in the inventory: gone');
    expect(said('ann', { staff, at: NOW - 1 })).toContain('start it, move it, or call it off');
    expect(said('eve', { staff, at: NOW - 1 })).toBeNull();
    const people = { person: (id: string) => (about.people.has(id) ? id : null) };
    expect(mayArrange(drill({ staff }), 'ann', people)).toBe(true);
    expect(mayArrange(drill(), 'ann', people)).toBe(false);
  });

  it('asks them for a date where it has none, and what to do when its date is over', () => {
    expect(said('fay', { at: null })).toContain('has no date yet');
    expect(said('ann', { at: null })).toBeNull();
    expect(said('fay', { at: NOW - 1 })).toContain('start it, move it, or call it off');
    expect(said('ann', { at: NOW - 1 })).toBeNull();
  });

  it('says nothing once it runs, is over or was called off', () => {
    for (const status of ['running', 'ended', 'cancelled'] as const) expect(said('fay', { status })).toBeNull();
  });
});

describe('a drill that a schedule wanted', () => {
  const wanted = [
    {
      schedule: 'quarterly',
      playbook: 'a-leak',
      at: Date.parse('2026-11-10T09:00Z'),
      from: Date.parse('2026-09-30T22:00Z'),
    },
  ];
  const last = (at: string, playbook = 'a-leak'): LastDrilled =>
    new Map([['hash', { drill: 'EX-2026-0001', at: Date.parse(at), playbook, version: 1 }]]);
  const overdue = (known: LastDrilled) => overdueWords(known, wanted, 'Europe/Oslo');

  it('is overdue when none was played since its period began, whatever the version', () => {
    expect(overdue(last('2026-03-12T12:00Z'))).toBe(
      'No drill of this playbook since 12 Mar 2026; the schedule quarterly wanted one on 10 Nov 2026.',
    );
    expect(overdue(new Map())).toContain('No drill of this playbook yet;');
    expect(overdue(last('2026-10-01T12:00Z', 'a-worm'))).toContain('No drill of this playbook yet;');
    expect(overdue(last('2026-10-01T12:00Z'))).toBeNull();
  });
});
