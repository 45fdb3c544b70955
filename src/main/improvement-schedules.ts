import { ScheduleOverlapPolicy } from '@temporalio/client';
import {
  IMPROVEMENTS_WORKFLOW,
  improvementsId,
  isImprovementsSchedule,
  type Sweep,
} from '../../workflows/improvements-id.ts';
import { mailOf } from '../inventory/improvements.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ScheduleKind, WantedSchedule } from './schedules.ts';

/** Early in the working day, by the clocks of the organisation. */
const REMIND_HOUR = 7;
const REMIND_JITTER_MS = 10 * 60_000;
const SYNC_EVERY_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

/** Reminders once a day, where there is a mail server; the tracker every quarter of an hour, where there is one. */
export const improvementSchedules: ScheduleKind = {
  what: 'improvement items',
  wanted: (inventory, taskQueue) => [
    ...(mailOf(inventory) === null ? [] : [remind(inventory, taskQueue)]),
    ...(inventory.tracker === undefined ? [] : [sync(taskQueue)]),
  ],
  isOne: isImprovementsSchedule,
};

const action = (taskQueue: string, sweep: Sweep) => ({
  type: 'startWorkflow' as const,
  workflowId: improvementsId(taskQueue, sweep),
  workflowType: IMPROVEMENTS_WORKFLOW,
  taskQueue,
  args: [],
});

/** Once a day, and at once: what a day that was missed left out is made up for. */
function remind({ organisation }: Inventory, taskQueue: string): WantedSchedule {
  const { timezone } = organisation;
  return {
    about: { reminds: 'owners of improvement items', zone: timezone },
    isSo: ({ spec }) => spec.timezone === timezone && spec.calendars?.length === 1,
    options: {
      scheduleId: improvementsId(taskQueue, 'remind'),
      spec: { calendars: [{ hour: REMIND_HOUR }], timezone, jitter: REMIND_JITTER_MS },
      action: action(taskQueue, 'remind'),
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: DAY_MS },
      state: { triggerImmediately: true },
    },
  };
}

function sync(taskQueue: string): WantedSchedule {
  return {
    about: { syncs: 'improvement items with the tracker' },
    isSo: ({ spec }) => spec.intervals?.length === 1 && spec.intervals[0]?.every === SYNC_EVERY_MS,
    // Another tracker is another list of work.
    whenEdited: 'run',
    options: {
      scheduleId: improvementsId(taskQueue, 'sync'),
      spec: { intervals: [{ every: SYNC_EVERY_MS }] },
      action: action(taskQueue, 'sync'),
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 60_000 },
      state: { triggerImmediately: true },
    },
  };
}
