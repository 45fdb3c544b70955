import { ScheduleOverlapPolicy } from '@temporalio/client';
import { CHECK_WORKFLOW, checkId, checkOfSchedule } from '../../workflows/check-id.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { type PlannedCheck, plannedChecks } from '../inventory/planned-checks.ts';
import type { ScheduleKind, WantedSchedule } from './schedules.ts';

type Planned = PlannedCheck & { everyMs: number };

const MINUTE_MS = 60_000;
/** Temporal takes no shorter one. */
const CATCHUP_MIN_MS = 10_000;
/** Spread, so that all systems of an hourly check do not ask one registry at once. */
const JITTER_SHARE = 0.1;
const JITTER_MAX_MS = 5 * MINUTE_MS;

/** One for each check of the inventory that has an interval. */
export const checkSchedules: ScheduleKind = {
  what: 'a check',
  wanted: (inventory, taskQueue) => scheduled(inventory).map((planned) => wanted(taskQueue, planned)),
  isOne: (taskQueue, scheduleId) => checkOfSchedule(taskQueue, scheduleId) !== null,
};

const scheduled = (inventory: Inventory): Planned[] =>
  plannedChecks(inventory).flatMap(({ everyMs, ...planned }) => (everyMs === null ? [] : [{ ...planned, everyMs }]));

function wanted(taskQueue: string, { everyMs, ...checked }: Planned): WantedSchedule {
  const id = checkId(taskQueue, checked);
  const jitterMs = everyMs < MINUTE_MS ? 0 : Math.min(everyMs * JITTER_SHARE, JITTER_MAX_MS);
  return {
    about: { everyMs },
    isSo: ({ spec }) => spec.intervals?.length === 1 && spec.intervals[0]?.every === everyMs,
    options: {
      scheduleId: id,
      spec: { intervals: [{ every: everyMs }], ...(jitterMs > 0 && { jitter: jitterMs }) },
      action: { type: 'startWorkflow', workflowId: id, workflowType: CHECK_WORKFLOW, taskQueue, args: [] },
      policies: {
        overlap: ScheduleOverlapPolicy.SKIP,
        // After an outage the next turn says how things are now; those that were missed say nothing more.
        catchupWindow: Math.max(CATCHUP_MIN_MS, Math.min(everyMs, MINUTE_MS)),
      },
      // Nobody should wait an hour to learn whether a check works.
      state: { triggerImmediately: true },
    },
  };
}
