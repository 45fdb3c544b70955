import { DateTime } from 'luxon';
import { z } from 'zod';

/** The days of a week, in the order of ISO 8601. */
export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof Weekday>;

/** When the organisation works. `hours`: `09:00-17:00`, by the clocks of the zone; days off are left out. */
export const BusinessCalendar = z.strictObject({
  zone: z.string(),
  days: z.array(Weekday),
  hours: z.string(),
  holidays: z.array(z.string()),
});
export type BusinessCalendar = z.infer<typeof BusinessCalendar>;

/** Whole working days first, and then minutes of working time. */
export type BusinessTime = { days: number; minutes: number };

/** A working day from its opening to its closing, epoch ms. */
type WorkingDay = { date: DateTime; opens: number; closes: number };

/** Ten years: a calendar that has no working day in them has none. */
const DAYS_LOOKED_AT_MAX = 3_660;

/**
 * The moment at which so much working time has passed, or null where ten years hold less. A start outside working hours counts from
 * the next opening. A working day is a whole one: from within a day to the same clock time of the next, from an opening to the closing.
 */
export function afterBusinessTime(calendar: BusinessCalendar, from: number, time: BusinessTime): number | null {
  const day = time.days > 0 ? afterDays(calendar, from, time.days) : from;
  return day === null || time.minutes === 0 ? day : afterMinutes(calendar, day, time.minutes);
}

function afterMinutes(calendar: BusinessCalendar, from: number, minutes: number): number | null {
  let left = Math.round(minutes * 60_000);
  for (const { opens, closes } of workingDays(calendar, from)) {
    const begin = Math.max(opens, from);
    if (closes - begin >= left) return begin + left;
    left -= closes - begin;
  }
  return null;
}

function afterDays(calendar: BusinessCalendar, from: number, count: number): number | null {
  let first: WorkingDay | null = null;
  let passed = 0;
  for (const day of workingDays(calendar, from)) {
    first ??= day;
    if (from <= first.opens) passed++;
    if (passed === count) return from <= first.opens ? day.closes : sameClockTime(calendar, from, day);
    if (from > first.opens) passed++;
  }
  return null;
}

/** Clocks may be turned between the two days, so that the time is not there, or is an hour off: it stays within the working hours. */
function sameClockTime({ zone }: BusinessCalendar, from: number, { date, opens, closes }: WorkingDay): number {
  const { hour, minute, second, millisecond } = DateTime.fromMillis(from, { zone });
  const at = date.set({ hour, minute, second, millisecond }).toMillis();
  return Math.min(Math.max(at, opens), closes);
}

/** The working days that end after this moment, in order. */
function* workingDays(calendar: BusinessCalendar, from: number): Generator<WorkingDay> {
  const { opensAt, closesAt } = hoursOf(calendar.hours);
  const holidays = new Set(calendar.holidays);
  let date = DateTime.fromMillis(from, { zone: calendar.zone }).startOf('day');
  for (let i = 0; i < DAYS_LOOKED_AT_MAX; i++, date = date.plus({ days: 1 }).startOf('day')) {
    if (!calendar.days.includes(Weekday.options[date.weekday - 1] as Weekday)) continue;
    if (holidays.has(date.toISODate() as string)) continue;
    const opens = atMinute(date, opensAt);
    const closes = atMinute(date, closesAt);
    // Where clocks skip the working hours, or the day itself, there are none.
    if (closes > from && closes > opens) yield { date, opens, closes };
  }
}

const atMinute = (date: DateTime, minute: number): number =>
  minute === 24 * 60
    ? date.plus({ days: 1 }).startOf('day').toMillis()
    : date.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** Whether a text gives working hours: from a time to a later one of the same day, `24:00` at the latest. */
export const areHours = (text: string): boolean => HOURS.test(text) && hoursOf(text).closesAt > hoursOf(text).opensAt;

/** Minutes since midnight, of a text of this form. */
function hoursOf(text: string): { opensAt: number; closesAt: number } {
  const [, opensHour, opensMinute, closesHour, closesMinute] = HOURS.exec(text) ?? [];
  return {
    opensAt: Number(opensHour) * 60 + Number(opensMinute),
    closesAt: closesHour === undefined ? 24 * 60 : Number(closesHour) * 60 + Number(closesMinute),
  };
}

/** Whether a text is a day of the calendar: `2026-12-25`, and never the 30th of February. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid;

/** Whether clocks somewhere are set by this zone: a name of the IANA database. */
export const isZone = (name: string): boolean => DateTime.fromMillis(0, { zone: name }).isValid;

/** `2 working days and 4 h of working time`. */
export function businessTimeInWords({ days, minutes }: BusinessTime): string {
  const hours = Math.floor(minutes / 60);
  const rest = Math.round((minutes % 60) * 100) / 100;
  const clock = [hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter(Boolean).join(' ');
  return [days > 0 ? `${days} working day${days === 1 ? '' : 's'}` : '', clock ? `${clock} of working time` : '']
    .filter(Boolean)
    .join(' and ');
}

/** `24 Nov 2026`, by the clocks of a zone. */
export const dayInZone = (ms: number, zone: string): string =>
  DateTime.fromMillis(ms, { zone, locale: 'en-GB' }).toFormat('d LLL yyyy');

/** A moment as the calendar's own clocks show it: `Tue 24 Nov 2026, 14:00`. */
export const momentInZone = (ms: number, { zone }: Pick<BusinessCalendar, 'zone'>): string =>
  DateTime.fromMillis(ms, { zone, locale: 'en-GB' }).toFormat('ccc d LLL yyyy, HH:mm');
