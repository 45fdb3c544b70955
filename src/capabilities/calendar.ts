import { z } from 'zod';
import type { JsonObject } from '../incident/json.ts';
import { moment, momentText } from '../incident/moment.ts';
import { afterBusinessTime, type BusinessCalendar, businessTimeInWords, momentInZone } from './business-time.ts';
import type { CapabilityContract } from './contract.ts';

/** What works out working time. The inventory's own calendar answers it: nothing is bound to it. */
export const CALENDAR = 'calendar.after';

export const calendarContracts = {
  'calendar.after': {
    name: 'calendar.after',
    title: 'Work out when so much working time is over',
    risk: 'read',
    input: z.strictObject({
      days: z.number().int().min(0).max(366).default(0).describe('whole working days'),
      minutes: z.number().min(0).max(600_000).default(0).describe('minutes of working time, counted after the days'),
      from: z.string().optional().describe('a moment, such as 2026-11-19T03:22Z; now if absent'),
    }),
    output: z.strictObject({ until: z.string().describe('the moment, in UTC'), detail: z.string() }),
    timeoutMs: 30_000,
  },
} as const satisfies Record<string, CapabilityContract>;

export type CalendarAnswer =
  | { ok: true; outputs: JsonObject }
  | { ok: false; fault: { code: string; message: string; retryable: false; effect: 'none' } };

/** What a calendar answers to `calendar.after`. */
export function answerCalendar(calendar: BusinessCalendar | null, input: JsonObject, now: number): CalendarAnswer {
  if (calendar === null)
    return refused('no-calendar', 'No calendar says when people work; add "calendar" to tocsin.yaml.');
  const from = input.from === undefined ? now : moment(String(input.from));
  if (from === null) return refused('bad-input', `"${String(input.from)}" is no moment such as 2026-11-19T03:22Z.`);
  const time = { days: Number(input.days ?? 0), minutes: Number(input.minutes ?? 0) };
  if (time.days + time.minutes <= 0) return refused('bad-input', 'No time was asked for: say days or minutes.');
  const until = afterBusinessTime(calendar, from, time);
  if (until === null)
    return refused('no-end', `The calendar holds less than ${businessTimeInWords(time)} in the next ten years.`);
  const detail = `${businessTimeInWords(time)} from ${momentInZone(from, calendar)} end on ${momentInZone(until, calendar)} (${calendar.zone}).`;
  return { ok: true, outputs: { until: momentText(until), detail } };
}

const refused = (code: string, message: string): CalendarAnswer => ({
  ok: false,
  fault: { code, message, retryable: false, effect: 'none' },
});
