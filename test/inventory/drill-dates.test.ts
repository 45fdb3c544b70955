import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { dateOfPeriod, dueToPlan, lastDates, nextDate } from '../../src/inventory/drill-dates.ts';
import type { DrillSchedule } from '../../src/inventory/drills.ts';
import { parseInventory } from '../../src/inventory/inventory.ts';
import { packageRoot } from '../../src/main/package-root.ts';

const DAY_MS = 86_400_000;
const at = (file: string): string => join(packageRoot, file);

function read(schedules: string, more = '') {
  return parseInventory(
    `
organisation: { name: Tested, timezone: Europe/Oslo }
roles: { on-call: { title: On call }, legal: { title: Legal } }
people: { ben: { name: Ben }, ada: { name: Ada } }
systems: {}
${more}
drills:
  schedules: [${schedules}]
`,
    'tocsin.yaml',
  );
}

function schedule(words: string, more?: string): DrillSchedule {
  const { inventory, diagnostics } = read(`{ id: regular, simulation: a-leak, facilitator: ben, ${words} }`, more);
  const [found] = inventory?.drillSchedules ?? [];
  if (!found) throw new Error(JSON.stringify(diagnostics));
  return found;
}

const utc = (text: string): number => Date.parse(text);
const local = (at: number, zone: string): string => DateTime.fromMillis(at, { zone }).toFormat('ccc yyyy-MM-dd HH:mm');
const QUARTERLY = 'every: quarter, on: { month: 2, week: second, day: tue, at: 10:00 }';

/** The next `count` dates, one after the other, by the clocks of a zone. */
function dates(words: string, from: string, count: number, more?: string): string[] {
  const one = schedule(words, more);
  const found: string[] = [];
  for (let at = utc(from); found.length < count; ) {
    const next = nextDate(one, at);
    if (!next) break;
    found.push(`${next.period} ${local(next.at, one.zone)}`);
    at = next.at;
  }
  return found;
}

describe('when drills come round', () => {
  it('every quarter, in its month, week and weekday, at the same time by the clock across summer time', () => {
    expect(dates(QUARTERLY, '2026-01-01T00:00Z', 5)).toEqual([
      '2026-Q1 Tue 2026-02-10 10:00',
      '2026-Q2 Tue 2026-05-12 10:00',
      '2026-Q3 Tue 2026-08-11 10:00',
      '2026-Q4 Tue 2026-11-10 10:00',
      '2027-Q1 Tue 2027-02-09 10:00',
    ]);
    const oslo = schedule(QUARTERLY);
    expect(nextDate(oslo, utc('2026-01-01T00:00Z'))?.at).toBe(utc('2026-02-10T09:00Z'));
    expect(nextDate(oslo, utc('2026-04-01T00:00Z'))?.at).toBe(utc('2026-05-12T08:00Z'));
  });

  it('in a zone of its own, where clocks turn on other days, and where they never do', () => {
    const weekly = 'every: week, on: { day: mon, at: 09:30 }';
    const newYork = schedule(`${weekly}, timezone: America/New_York`);
    // Clocks there went forward on 8 March 2026, in Oslo on the 29th.
    expect(nextDate(newYork, utc('2026-03-07T00:00Z'))?.at).toBe(utc('2026-03-09T13:30Z'));
    expect(nextDate(newYork, utc('2026-02-28T00:00Z'))?.at).toBe(utc('2026-03-02T14:30Z'));
    const tokyo = schedule(`${weekly}, timezone: Asia/Tokyo`);
    expect(nextDate(tokyo, utc('2026-03-07T00:00Z'))?.at).toBe(utc('2026-03-09T00:30Z'));
    expect(nextDate(tokyo, utc('2026-07-04T00:00Z'))?.at).toBe(utc('2026-07-06T00:30Z'));
  });

  it('once, also at a time that clocks skip or show twice', () => {
    const night = (from: string) => dates('every: week, on: { day: sun, at: 02:30 }', from, 3);
    // 29 March 2026: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00.
    expect(night('2026-03-20T00:00Z')).toEqual([
      '2026-W12 Sun 2026-03-22 02:30',
      '2026-W13 Sun 2026-03-29 03:30',
      '2026-W14 Sun 2026-04-05 02:30',
    ]);
    expect(night('2026-10-20T00:00Z')).toEqual([
      '2026-W43 Sun 2026-10-25 02:30',
      '2026-W44 Sun 2026-11-01 02:30',
      '2026-W45 Sun 2026-11-08 02:30',
    ]);
  });

  it('on the last such weekday of a month, of half-years, of years, and over the end of a year', () => {
    expect(dates('every: month, on: { week: last, day: fri, at: 14:00 }', '2028-01-01T00:00Z', 3)).toEqual([
      '2028-01 Fri 2028-01-28 14:00',
      '2028-02 Fri 2028-02-25 14:00',
      '2028-03 Fri 2028-03-31 14:00',
    ]);
    expect(dates('every: half-year, on: { month: 6, day: wed, at: 10:00 }', '2026-01-01T00:00Z', 2)).toEqual([
      '2026-H1 Wed 2026-06-03 10:00',
      '2026-H2 Wed 2026-12-02 10:00',
    ]);
    expect(dates('every: year, on: { month: 12, week: fourth, day: thu, at: 00:00 }', '2026-12-25T00:00Z', 2)).toEqual([
      '2027 Thu 2027-12-23 00:00',
      '2028 Thu 2028-12-28 00:00',
    ]);
    expect(dates('every: week, on: { day: fri, at: 10:00 }', '2026-12-30T00:00Z', 2)).toEqual([
      '2026-W53 Fri 2027-01-01 10:00',
      '2027-W01 Fri 2027-01-08 10:00',
    ]);
  });
});

describe('blackout dates', () => {
  it('leave the drill of that period out: single days, ranges with both ends, and holidays of the calendar', () => {
    expect(dates(`${QUARTERLY}, blackout: [2026-05-12, 2026-08-11 to 2026-08-20]`, '2026-04-01T00:00Z', 2)).toEqual([
      '2026-Q4 Tue 2026-11-10 10:00',
      '2027-Q1 Tue 2027-02-09 10:00',
    ]);
    const calendar =
      'calendar: { zone: Europe/Oslo, days: [mon, tue, wed, thu, fri], hours: 08:00-16:00, holidays: [2026-05-12] }';
    expect(dates(QUARTERLY, '2026-04-01T00:00Z', 1, calendar)).toEqual(['2026-Q3 Tue 2026-08-11 10:00']);
    const never = schedule(`${QUARTERLY}, blackout: [2020-01-01 to 2040-01-01]`);
    expect(nextDate(never, utc('2026-04-01T00:00Z'))).toBeNull();
    expect(lastDates(never, utc('2026-04-01T00:00Z'))).toEqual([]);
  });

  it('move it where jitter allows another day, to one on which people work', () => {
    const calendar = 'calendar: { zone: Europe/Oslo, days: [mon, tue, wed, thu, fri], hours: 08:00-16:00 }';
    // 15 May 2026 is a Friday; the 18th is the only day left.
    const words = 'every: month, on: { week: third, day: fri, at: 10:00 }, jitter: 3d, blackout: [2026-05-15]';
    expect(dates(words, '2026-05-01T00:00Z', 1, calendar)).toEqual(['2026-05 Mon 2026-05-18 10:00']);
  });
});

describe('jitter', () => {
  it('of a time moves no drill into the day after, which may be one without drills', () => {
    const words =
      'every: week, on: { day: wed, at: 22:00 }, jitter: 6h, blackout: [2026-05-07, 2026-05-14, 2026-05-21, 2026-05-28]';
    for (const date of dates(words, '2026-05-01T00:00Z', 4)) expect(date).toContain(' Wed ');
  });

  it('keeps within its bounds, uses all of them, and is the same at every look and in every process', () => {
    const of = (id: string) => ({ ...schedule(`${QUARTERLY}, jitter: 4d1h`), id });
    const nominal = utc('2026-02-10T09:00Z');
    const offsets = Array.from({ length: 300 }, (_, i) => {
      const one = of(`drill-${i}`);
      const found = dateOfPeriod(one, '2026-Q1');
      expect(dateOfPeriod(one, '2026-Q1')).toEqual(found);
      return (found?.at ?? 0) - nominal;
    });
    for (const offset of offsets) {
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(4 * DAY_MS + 3_600_000);
      expect(offset % 300_000).toBe(0);
    }
    const days = new Set(offsets.map((offset) => Math.floor(offset / DAY_MS)));
    const minutes = new Set(offsets.map((offset) => offset % DAY_MS));
    expect([...days].sort()).toEqual([0, 1, 2, 3, 4]);
    expect([...minutes].sort((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, i) => i * 300_000));
    // Kept: another date would plan the drill of a period anew, or tell people two.
    expect(offsets.slice(0, 3)).toMatchInlineSnapshot(`
      [
        87000000,
        3600000,
        346200000,
      ]
    `);
  });
});

describe('what is to be planned', () => {
  const quarterly = schedule(`${QUARTERLY}, plan-ahead: 21d`);
  const periods = (at: string) => dueToPlan(quarterly, utc(at)).map(({ period }) => period);

  it('is what lies ahead, no further than it is planned, and never what is over', () => {
    expect(periods('2026-10-20T08:59:59Z')).toEqual([]);
    expect(periods('2026-10-20T09:00Z')).toEqual(['2026-Q4']);
    expect(periods('2026-11-10T08:59:59Z')).toEqual(['2026-Q4']);
    expect(periods('2026-11-10T09:00Z')).toEqual([]);
  });

  it('is the same after days of outage, and by the rules of the zone when clocks turn in between', () => {
    // Planned 21 × 24 h ahead: 10:00 in winter, 11:00 by the clocks of three weeks before.
    expect(local(utc('2026-10-20T09:00Z'), 'Europe/Oslo')).toBe('Tue 2026-10-20 11:00');
    expect(periods('2026-11-05T00:00Z')).toEqual(['2026-Q4']);
    expect(dueToPlan(quarterly, utc('2026-11-05T00:00Z'))).toEqual(dueToPlan(quarterly, utc('2026-10-21T00:00Z')));
  });

  it('holds several periods where it is planned that far ahead', () => {
    const weekly = schedule('every: week, on: { day: mon, at: 09:00 }, plan-ahead: 21d');
    expect(dueToPlan(weekly, utc('2026-11-22T00:00Z')).map(({ period }) => period)).toEqual([
      '2026-W48',
      '2026-W49',
      '2026-W50',
    ]);
  });

  it('is named by its period: an edit of weekday, time or zone plans no second one', () => {
    const edited = schedule('every: quarter, on: { month: 2, week: last, day: fri, at: 15:00 }');
    expect(dueToPlan(edited, utc('2026-11-20T00:00Z'))).toMatchObject([{ schedule: 'regular', period: '2026-Q4' }]);
    expect(dateOfPeriod(edited, '2026-11')).toBeNull();
    expect(dateOfPeriod(edited, 'whenever')).toBeNull();
  });

  it('takes simulations in turn, one a period', () => {
    const turns = { ...quarterly, simulations: ['one', 'two', 'three'] };
    const played = ['2026-Q1', '2026-Q2', '2026-Q3', '2026-Q4'].map((name) => dateOfPeriod(turns, name)?.simulation);
    expect(new Set(played.slice(0, 3))).toEqual(new Set(turns.simulations));
    expect(played[3]).toBe(played[0]);
  });

  it('the last that should have been is found as well', () => {
    expect(lastDates(quarterly, utc('2026-11-22T00:00Z'))).toMatchObject([
      { period: '2026-Q4', at: utc('2026-11-10T09:00Z'), from: utc('2026-09-30T22:00Z') },
    ]);
    const turns = { ...quarterly, simulations: ['one', 'two', 'three'] };
    const last = lastDates(turns, utc('2026-11-22T00:00Z'));
    expect(last.map(({ period }) => period).sort()).toEqual(['2026-Q2', '2026-Q3', '2026-Q4']);
    expect(new Set(last.map(({ simulation }) => simulation))).toEqual(new Set(turns.simulations));
  });
});

it('the sample of docs/drills.md holds beside the sample inventory', () => {
  const [, sample = ''] = /```yaml\n(drills:\n[\s\S]*?)```/.exec(readFileSync(at('docs/drills.md'), 'utf8')) ?? [];
  const { inventory, diagnostics } = parseInventory(
    `${readFileSync(at('tocsin.yaml'), 'utf8')}\n${sample}`,
    'tocsin.yaml',
  );
  expect(diagnostics).toEqual([]);
  expect(inventory?.drillSchedules).toMatchObject([{ id: 'every-quarter', length: '60m' }]);
});

describe('what tocsin.yaml may not say about them', () => {
  const said = (entry: string) =>
    read(entry).diagnostics.map(
      ({ line, code, message, suggestion }) => `${line} ${code}: ${message} ${suggestion ?? ''}`,
    );

  it.each([
    [`id: a, simulation: x, facilitator: ben, every: month, on: { month: 1, day: mon, at: 10:00 }`, undefined],
    [
      `id: a, simulation: x, facilitator: ben, every: quarter, on: { month: 4, day: mon, at: 10:00 }`,
      '8 no-such-month: a quarter has 3 months ',
    ],
    [
      `id: a, simulation: x, facilitator: ben, every: week, on: { month: 1, day: mon, at: 10:00 }`,
      '8 no-such-month: a drill of every week has no month; leave it out ',
    ],
    [
      `id: a, simulation: x, facilitator: ben, every: week, on: { week: first, day: mon, at: 10:00 }`,
      '8 no-such-week: a drill of every week has no week; leave it out ',
    ],
    [
      `id: a, simulation: x, facilitator: ben, every: week, on: { day: mon, at: 10:00 }, jitter: 7d`,
      '8 jitter: a drill of every week moves by 6d at most ',
    ],
    [
      `id: a, simulation: x, facilitator: ben, every: month, on: { day: mon, at: 10:00 }, plan-ahead: 181d`,
      '8 plan-ahead: a drill is planned at most 180d ahead ',
    ],
    [
      `id: a, simulation: x, every: month, on: { day: mon, at: 10:00 }, facilitator: benn`,
      '8 unknown-name: unknown person "benn" ben',
    ],
    [
      `id: a, simulation: x, facilitator: ben, every: month, on: { day: mon, at: 10:00 }, players: { leegal: ada }`,
      '8 unknown-name: unknown role "leegal" legal',
    ],
    [
      `id: a, simulation: x, every: month, on: { day: mon, at: 10:00 }, facilitator: ada, players: { legal: ada }`,
      '8 plays-and-runs: "ada" facilitates; whoever runs a drill does not play it ',
    ],
  ])('%s', (entry, expected) => {
    expect(said(`{ ${entry} }`)).toEqual(expected === undefined ? [] : [expected]);
  });

  it('two schedules of one name, times and days that there are not', () => {
    const one = '{ id: a, simulation: x, facilitator: ben, every: month, on: { day: mon, at: 10:00 } }';
    expect(said(`${one}, ${one}`)).toEqual(['8 name-twice: there are two schedules of drills called "a" ']);
    expect(said('{ id: a, simulation: x, facilitator: ben, every: month, on: { day: mon, at: 25:00 } }')[0]).toContain(
      'write a time',
    );
    for (const blackout of ['2026-02-30', '2027-01-06 to 2026-12-20', 'christmas'])
      expect(
        said(
          `{ id: a, simulation: x, facilitator: ben, every: month, on: { day: mon, at: 10:00 }, blackout: [${blackout}] }`,
        )[0],
      ).toContain('write a day such as 2026-12-24');
  });
});
