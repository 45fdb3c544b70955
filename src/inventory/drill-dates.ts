import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import { Weekday } from '../capabilities/business-time.ts';
import { type DrillSchedule, type Every, JITTER_DAYS_MAX, MONTHS_OF, type Week } from './drills.ts';

/** A drill of a schedule: one a period, however its date moves. `period`: `2026-Q4`, `2026-11`, `2026-W48`. */
export type DrillDate = { schedule: string; period: string; simulation: string; at: number; from: number };

const DAY_MS = 86_400_000;
const STEP_MS = 5 * 60_000;
/** A Monday, from which weeks are counted. */
const FIRST_MONDAY = DateTime.utc(1970, 1, 5);
const WEEKS: Record<Exclude<Week, 'last'>, number> = { first: 0, second: 1, third: 2, fourth: 3 };

/** The drills that are to be planned now: those whose date lies ahead, and no further than drills are planned. Whoever missed a look, plans at the next. */
export function dueToPlan(schedule: DrillSchedule, now: number): DrillDate[] {
  return datesBetween(schedule, now, now + schedule.planAheadMs);
}

/** The next one, or null where two years hold none. */
export const nextDate = (schedule: DrillSchedule, now: number): DrillDate | null =>
  datesBetween(schedule, now, now + 2 * 366 * DAY_MS)[0] ?? null;

/** Of each simulation the one that should have been last, as far as two years hold any. */
export function lastDates(schedule: DrillSchedule, now: number): DrillDate[] {
  const dates = datesBetween(schedule, now - 2 * 366 * DAY_MS, now);
  return [...new Map(dates.map((date) => [date.simulation, date])).values()];
}

/** After `after`, and no later than `until`. */
function datesBetween(schedule: DrillSchedule, after: number, until: number): DrillDate[] {
  const { every, zone } = schedule;
  const first = periodAt(every, DateTime.fromMillis(after - (JITTER_DAYS_MAX + 1) * DAY_MS, { zone }));
  const last = periodAt(every, DateTime.fromMillis(until, { zone }));
  const dates: DrillDate[] = [];
  for (let period = first; period <= last; period++) {
    const date = dateIn(schedule, period);
    if (date !== null && date.at > after && date.at <= until) dates.push(date);
  }
  return dates;
}

/** The drill of a period by its name, as the file says now; null where it says none. */
export function dateOfPeriod(schedule: DrillSchedule, name: string): DrillDate | null {
  const period = periodNamed(schedule.every, name);
  return period === null ? null : dateIn(schedule, period);
}

/** Null where blackout dates leave no day. */
function dateIn(schedule: DrillSchedule, period: number): DrillDate | null {
  const { id, every, on, zone, simulations } = schedule;
  const name = periodName(every, period);
  const nominal = nominalDate(schedule, period);
  const days = daysAllowed(schedule, nominal);
  const day = days[Math.floor(chance(id, name, 'day') * days.length)];
  if (day === undefined) return null;
  const [hour, minute] = on.at.split(':').map(Number);
  const { year, month, day: date } = day;
  // Where clocks skip this time of the day, it is as much later.
  const begins = DateTime.fromObject({ year, month, day: date, hour: hour ?? 0, minute: minute ?? 0 }, { zone });
  // The day is settled: the next one may be one on which there is none.
  const leftMs = begins.endOf('day').toMillis() - begins.toMillis();
  const steps = Math.floor(Math.min(schedule.jitter.restMs, leftMs) / STEP_MS);
  return {
    schedule: id,
    period: name,
    simulation: simulations[period % simulations.length] as string,
    at: begins.toMillis() + Math.floor(chance(id, name, 'time') * (steps + 1)) * STEP_MS,
    from: startOf(every, period).setZone(zone, { keepLocalTime: true }).toMillis(),
  };
}

/** The nominal day and those that jitter allows after it, less those on which there is none. */
function daysAllowed({ jitter, blackout, workdays }: DrillSchedule, nominal: DateTime): DateTime[] {
  return Array.from({ length: jitter.days + 1 }, (_, days) => nominal.plus({ days })).filter((day, moved) => {
    const date = day.toISODate() as string;
    if (blackout.some(({ from, to }) => from <= date && date <= to)) return false;
    return moved === 0 || workdays === null || workdays.includes(Weekday.options[day.weekday - 1] as Weekday);
  });
}

/** Days of the calendar, without a zone: their clocks are asked last. */
function nominalDate({ every, on }: DrillSchedule, period: number): DateTime {
  const weekday = Weekday.options.indexOf(on.day);
  const start = startOf(every, period);
  if (every === 'week') return start.plus({ days: weekday });
  const month = start.plus({ months: on.month - 1 });
  if (on.week === 'last') {
    const end = month.endOf('month').startOf('day');
    return end.minus({ days: (end.weekday - 1 - weekday + 7) % 7 });
  }
  return month.plus({ days: ((weekday - (month.weekday - 1) + 7) % 7) + 7 * WEEKS[on.week] });
}

const startOf = (every: Every, period: number): DateTime =>
  every === 'week'
    ? FIRST_MONDAY.plus({ weeks: period })
    : DateTime.utc(1970, 1, 1).plus({ months: MONTHS_OF[every] * period });

function periodAt(every: Every, at: DateTime): number {
  if (every !== 'week') return Math.floor(((at.year - 1970) * 12 + at.month - 1) / MONTHS_OF[every]);
  const day = DateTime.utc(at.year, at.month, at.day);
  return Math.floor(day.diff(FIRST_MONDAY, 'days').days / 7);
}

function periodName(every: Every, period: number): string {
  const start = startOf(every, period);
  const nth = Math.floor((start.month - 1) / (MONTHS_OF[every] || 1)) + 1;
  switch (every) {
    case 'week':
      return `${start.weekYear}-W${String(start.weekNumber).padStart(2, '0')}`;
    case 'month':
      return start.toFormat('yyyy-MM');
    case 'quarter':
      return `${start.year}-Q${nth}`;
    case 'half-year':
      return `${start.year}-H${nth}`;
    case 'year':
      return String(start.year);
    default:
      return every satisfies never;
  }
}

/** Found by its year: a name holds no more than that, and what the period calls itself. */
function periodNamed(every: Every, name: string): number | null {
  const year = Number(/^(\d{4})/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(year)) return null;
  const first = periodAt(every, DateTime.utc(year, 1, 1));
  const last = periodAt(every, DateTime.utc(year + 1, 1, 1));
  for (let period = first; period <= last; period++) if (periodName(every, period) === name) return period;
  return null;
}

/** From 0 up to 1. The same for all servers and after every start: it follows from the schedule and the period alone. */
function chance(schedule: string, period: string, what: string): number {
  return createHash('sha256').update(`${schedule}\n${period}\n${what}`).digest().readUInt32BE(0) / 2 ** 32;
}
