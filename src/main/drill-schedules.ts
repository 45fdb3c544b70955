import { ScheduleOverlapPolicy } from '@temporalio/client';
import { drillOfSchedule, PLAN_DRILL_WORKFLOW, planDrillId } from '../../workflows/plan-drill-id.ts';
import type { DrillSchedule } from '../inventory/drills.ts';
import type { ScheduleKind, WantedSchedule } from './schedules.ts';

/** Early in the morning, so that what was planned stands there when people come. */
const HOUR = 6;
const JITTER_MS = 30 * 60_000;
const DAY_MS = 86_400_000;

/**
 * One for each schedule of drills. It looks once a day, by the clocks of the drill's zone, what is to be planned by then: so a day
 * that was missed, an edit of the file or clocks that are turned cost nothing, and a date may lie where no calendar of Temporal's finds it.
 */
export const drillSchedules: ScheduleKind = {
  what: 'a drill',
  wanted: ({ drillSchedules = [] }, taskQueue) => drillSchedules.map((schedule) => wanted(taskQueue, schedule)),
  isOne: (taskQueue, scheduleId) => drillOfSchedule(taskQueue, scheduleId) !== null,
};

function wanted(taskQueue: string, { id, zone }: DrillSchedule): WantedSchedule {
  const scheduleId = planDrillId(taskQueue, id);
  return {
    about: { drills: id, zone },
    isSo: ({ spec }) => spec.timezone === zone && spec.calendars?.length === 1 && spec.jitter === JITTER_MS,
    // The dates stand in the file alone: an edit may make one due now.
    whenEdited: 'run',
    options: {
      scheduleId,
      spec: { calendars: [{ hour: HOUR }], timezone: zone, jitter: JITTER_MS },
      action: {
        type: 'startWorkflow',
        workflowId: scheduleId,
        workflowType: PLAN_DRILL_WORKFLOW,
        taskQueue,
        args: [],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: DAY_MS },
      state: { triggerImmediately: true },
    },
  };
}
