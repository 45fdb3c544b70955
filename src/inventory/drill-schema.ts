import { z } from 'zod';
import { isDate, isZone, Weekday } from '../capabilities/business-time.ts';
import { Name } from '../incident/ids.ts';
import { Duration } from '../playbook/duration.ts';

const RANGE = /^(\S+)(?: to (\S+))?$/;

/** A day, `2026-12-24`, or some in a row, `2026-12-20 to 2027-01-06`; null for any other text. */
export function daysMeantBy(text: string): { from: string; to: string } | null {
  const [, from = '', to = from] = RANGE.exec(text) ?? [];
  return isDate(from) && isDate(to) && from <= to ? { from, to } : null;
}

/** One of `drills.schedules`. */
export const DrillScheduleEntry = z.strictObject({
  id: Name.describe('names it on drills, and in Temporal'),
  simulation: z
    .union([Name, z.array(Name).min(1).max(50)])
    .describe('the simulation that is played, or several that are taken in turn'),
  length: z.string().min(1).max(20).optional().describe('how long, as the simulation names it; its longest if absent'),
  every: z.enum(['week', 'month', 'quarter', 'half-year', 'year']).describe('how often'),
  on: z
    .strictObject({
      month: z.number().int().min(1).max(12).optional().describe('which month of the quarter, half-year or year'),
      week: z
        .enum(['first', 'second', 'third', 'fourth', 'last'])
        .optional()
        .describe('which such weekday of the month; the first if absent'),
      day: Weekday.describe('the weekday'),
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 10:00, with two digits each')
        .describe('when it begins, by the clocks of the time zone'),
    })
    .describe('when: the second Tuesday of the second month at 10:00, say'),
  timezone: z
    .string()
    .refine(isZone, 'use an IANA time zone such as Europe/Berlin')
    .optional()
    .describe("IANA name; the organisation's if absent"),
  jitter: Duration.optional().describe('how much later it may fall; whole days move its date, to a working day'),
  blackout: z
    .array(
      z
        .string()
        .refine(
          (text) => daysMeantBy(text) !== null,
          'write a day such as 2026-12-24, or days such as 2026-12-20 to 2027-01-06',
        ),
    )
    .max(500)
    .default([])
    .describe('days on which there is none, beside the holidays of the calendar'),
  'plan-ahead': Duration.default('21d').describe('how long before it is planned'),
  remind: z.array(Duration).max(10).optional().describe('how long before its facilitator is reminded'),
  facilitator: Name.describe('the person who runs it'),
  players: z
    .record(Name, Name)
    .default({})
    .describe('who plays which role, where the simulation has it; bots play the others'),
});
