import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterBusinessTime,
  areHours,
  type BusinessCalendar,
  businessTimeInWords,
  isDate,
} from '../../src/capabilities/business-time.ts';
import { answerCalendar } from '../../src/capabilities/calendar.ts';

const berlin: BusinessCalendar = {
  zone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  hours: '09:00-17:00',
  holidays: ['2026-12-25', '2026-12-26'],
};
const endOf = (from: string, time: { days?: number; minutes?: number }, calendar = berlin) => {
  const until = afterBusinessTime(calendar, Date.parse(from), { days: 0, minutes: 0, ...time });
  return until === null ? null : new Date(until).toISOString().slice(0, 16);
};

describe('working time', () => {
  it('counts working hours only, over the night and over the weekend', () => {
    expect(endOf('2026-11-19T13:00Z', { minutes: 60 })).toBe('2026-11-19T14:00');
    expect(endOf('2026-11-19T14:00Z', { minutes: 240 })).toBe('2026-11-20T10:00');
    // Friday, 15:00 in Berlin.
    expect(endOf('2026-11-20T14:00Z', { minutes: 240 })).toBe('2026-11-23T10:00');
  });

  it('ends at the closing when it is just enough, and not at the next opening', () => {
    expect(endOf('2026-11-20T14:00Z', { minutes: 120 })).toBe('2026-11-20T16:00');
    expect(endOf('2026-11-20T08:00Z', { minutes: 480 })).toBe('2026-11-20T16:00');
  });

  it('begins at the next opening when it starts at night, on a weekend or on a holiday', () => {
    expect(endOf('2026-11-19T02:58Z', { minutes: 30 })).toBe('2026-11-19T08:30');
    expect(endOf('2026-11-21T12:00Z', { minutes: 30 })).toBe('2026-11-23T08:30');
    // Christmas Eve, 16:30: half an hour is left before three days off.
    expect(endOf('2026-12-24T15:30Z', { minutes: 60 })).toBe('2026-12-28T08:30');
  });

  it('takes a day for a whole working day: to the same time of the next, or from an opening to the closing', () => {
    expect(endOf('2026-11-20T13:00Z', { days: 1 })).toBe('2026-11-23T13:00');
    expect(endOf('2026-11-20T13:00Z', { days: 2 })).toBe('2026-11-24T13:00');
    expect(endOf('2026-11-21T12:00Z', { days: 1 })).toBe('2026-11-23T16:00');
    expect(endOf('2026-11-20T16:00Z', { days: 1 })).toBe('2026-11-23T16:00');
    expect(endOf('2026-11-20T13:00Z', { days: 1, minutes: 240 })).toBe('2026-11-24T09:00');
  });

  it('goes by the clocks of the zone when they are turned', () => {
    // 29 March 2026: Berlin goes from UTC+1 to UTC+2 over the weekend.
    expect(endOf('2026-03-27T15:00Z', { minutes: 120 })).toBe('2026-03-30T08:00');
    expect(endOf('2026-03-27T13:00Z', { days: 1 })).toBe('2026-03-30T12:00');
    expect(endOf('2026-10-23T13:00Z', { days: 1 })).toBe('2026-10-26T14:00');
    const always: BusinessCalendar = { zone: 'Europe/Berlin', days: ['sun'], hours: '00:00-24:00', holidays: [] };
    // A Sunday of 23 hours and one of 25.
    expect(endOf('2026-03-28T23:00Z', { minutes: 23 * 60 }, always)).toBe('2026-03-29T22:00');
    expect(endOf('2026-10-24T22:00Z', { minutes: 25 * 60 }, always)).toBe('2026-10-25T23:00');
    const night: BusinessCalendar = { ...always, hours: '02:00-03:00' };
    // The hour that is skipped is nobody's working time.
    expect(endOf('2026-03-28T12:00Z', { minutes: 30 }, night)).toBe('2026-04-05T00:30');
  });

  it('has no end where the calendar has no working days', () => {
    expect(endOf('2026-11-19T13:00Z', { days: 1 }, { ...berlin, days: [] })).toBeNull();
  });
});

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/St_Johns', 'UTC'];
const start = Date.UTC(2026, 0, 1);
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const day = fc.integer({ min: 0, max: 400 }).map((n) => new Date(start + n * 86_400_000).toISOString().slice(0, 10));
const calendar: fc.Arbitrary<BusinessCalendar> = fc
  .record({
    zone: fc.constantFrom(...zones),
    days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, { minLength: 1 }),
    opens: fc.integer({ min: 0, max: 1_380 }),
    length: fc.integer({ min: 30, max: 1_440 }),
    holidays: fc.array(day, { maxLength: 20 }),
  })
  .map(({ opens, length, ...rest }) => ({
    ...rest,
    hours: `${clock(opens)}-${clock(Math.min(opens + length, 1_440))}`,
  }));
const moments = fc.integer({ min: start, max: start + 400 * 86_400_000 });
const ends = (given: BusinessCalendar, from: number, days: number, minutes: number): number =>
  afterBusinessTime(given, from, { days, minutes }) as number;

describe('for any calendar', () => {
  it('a later start or a longer time never ends earlier, and no end lies before its start', () => {
    fc.assert(
      fc.property(
        calendar,
        moments,
        fc.integer({ min: 0, max: 9_000_000 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 3_000 }),
        fc.integer({ min: 0, max: 600 }),
        (given, from, later, days, minutes, more) => {
          const end = ends(given, from, days, minutes);
          expect(end).toBeGreaterThanOrEqual(from);
          expect(ends(given, from + later, days, minutes)).toBeGreaterThanOrEqual(end);
          expect(ends(given, from, days, minutes + more)).toBeGreaterThanOrEqual(end);
          expect(ends(given, from, days + 1, minutes)).toBeGreaterThanOrEqual(end);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('two times one after the other are their sum', () => {
    const minutes = fc.integer({ min: 1, max: 2_000 });
    fc.assert(
      fc.property(calendar, moments, minutes, minutes, (given, from, first, second) => {
        expect(ends(given, ends(given, from, 0, first), 0, second)).toBe(ends(given, from, 0, first + second));
      }),
      { numRuns: 150 },
    );
  });

  it('never ends outside working hours, but may at a closing', () => {
    fc.assert(
      fc.property(
        calendar,
        moments,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 2_000 }),
        (given, from, days, minutes) => {
          const end = ends(given, from, days, minutes);
          // Just before an end there is working time: a millisecond of it, from there, is that end.
          expect(ends(given, end - 1, 0, 1 / 60_000)).toBe(end);
        },
      ),
      { numRuns: 150 },
    );
  });
});

it('hours and dates that cannot be are told apart from those that can', () => {
  expect(['09:00-17:00', '00:00-24:00', '22:30-23:00'].map(areHours)).toEqual([true, true, true]);
  expect(['17:00-09:00', '09:00-09:00', '9-17', '09:00-25:00', '24:00-24:00'].some(areHours)).toBe(false);
  expect(isDate('2028-02-29')).toBe(true);
  expect(['2026-02-29', '2026-02-30', '25.12.2026', '2026-13-01'].some(isDate)).toBe(false);
});

it('says what it counted, in the zone of the calendar', () => {
  expect(businessTimeInWords({ days: 2, minutes: 270 })).toBe('2 working days and 4 h 30 min of working time');
  expect(answerCalendar(berlin, { days: 2, minutes: 0, from: '2026-11-20T13:00Z' }, 0)).toEqual({
    ok: true,
    outputs: {
      until: '2026-11-24T13:00Z',
      detail: '2 working days from Fri 20 Nov 2026, 14:00 end on Tue 24 Nov 2026, 14:00 (Europe/Berlin).',
    },
  });
  const refused = (input: Parameters<typeof answerCalendar>[1], given: BusinessCalendar | null = berlin) => {
    const answer = answerCalendar(given, input, 0);
    return answer.ok ? null : answer.fault.code;
  };
  expect(refused({ days: 1 }, null)).toBe('no-calendar');
  expect(refused({ days: 1, from: 'tomorrow' })).toBe('bad-input');
  expect(refused({ days: 0, minutes: 0 })).toBe('bad-input');
  expect(refused({ days: 1 }, { ...berlin, days: [] })).toBe('no-end');
});
