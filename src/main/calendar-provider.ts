import type { CapabilityProvider } from '../activities/ports.ts';
import { answerCalendar } from '../capabilities/calendar.ts';
import type { Inventory } from '../inventory/inventory.ts';

/** Answers for the inventory's own calendar. What it said stands on the timeline: a change of the calendar moves no wait that has begun. */
export function createCalendarProvider(
  { calendar = null }: Pick<Inventory, 'calendar'>,
  now: () => number,
): CapabilityProvider {
  return {
    act: async (call) => answerCalendar(calendar, call.with, now()),
    readBack: async () => ({ state: 'not-done' }),
  };
}
