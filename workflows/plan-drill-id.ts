import { Name } from '../src/incident/ids.ts';

/** What clients and the workflow agree on. Free of Temporal's SDK, so that a server can import it. */

export const PLAN_DRILL_WORKFLOW = 'planDrill';

const prefix = (taskQueue: string): string => `plan-drill:${taskQueue}:`;

/** Of a schedule in Temporal, and of the workflows that it starts: Temporal adds the time. */
export const planDrillId = (taskQueue: string, schedule: string): string => `${prefix(taskQueue)}${schedule}`;

/** Which schedule of drills this one of Temporal's is for; null for one that is not of this task queue. */
export function drillOfSchedule(taskQueue: string, scheduleId: string): string | null {
  if (!scheduleId.startsWith(prefix(taskQueue))) return null;
  const { success, data } = Name.safeParse(scheduleId.slice(prefix(taskQueue).length));
  return success ? data : null;
}

// Names have no capitals, so that the time cannot be a part of one.
const RUN = /^(?<place>plan-drill:.+:(?<schedule>[a-z][a-z0-9-]*?))(?:-\d{4}-\d\d-\d\dT.*)?$/;

/** It stands in the workflow's own id, as with checks: a schedule's input would be encrypted with a key that may have been replaced since. */
export const drillOfWorkflow = (workflowId: string): string | null => RUN.exec(workflowId)?.groups?.schedule ?? null;

/** What all runs of one schedule have in common; null for any other workflow. */
export const placeOfDrillSchedule = (workflowId: string): string | null => RUN.exec(workflowId)?.groups?.place ?? null;
