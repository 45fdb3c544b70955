import { CHECKS, type CheckName } from '../src/incident/check.ts';

/** What clients and the workflow agree on. Free of Temporal's SDK, so that a server can import it. */

export const CHECK_WORKFLOW = 'check';

export type Checked = { system: string; check: CheckName };

/** Everything of one Tocsin begins alike: several may share a namespace, each on a task queue of its own. */
const prefix = (taskQueue: string): string => `check:${taskQueue}:`;

/** Of a schedule, and of the workflows that it starts: Temporal adds the time. */
export const checkId = (taskQueue: string, { system, check }: Checked): string =>
  `${prefix(taskQueue)}${system}:${check}`;

const WHAT = new RegExp(`^(?<system>[a-z][a-z0-9-]{0,63}):(?<check>${Object.keys(CHECKS).join('|')})(?:-|$)`);

/** What a schedule of this task queue checks; null for one that is not ours. */
export function checkOfSchedule(taskQueue: string, scheduleId: string): Checked | null {
  if (!scheduleId.startsWith(prefix(taskQueue))) return null;
  const { system, check } = WHAT.exec(scheduleId.slice(prefix(taskQueue).length))?.groups ?? {};
  const found = system && check ? { system, check: check as CheckName } : null;
  return found && checkId(taskQueue, found) === scheduleId ? found : null;
}

const RUN = new RegExp(
  `^(?<place>check:.+:(?<system>[a-z][a-z0-9-]{0,63}):(?<check>${Object.keys(CHECKS).join('|')}))(?:-.*)?$`,
);

/** What a workflow checks stands in its own id. A schedule's input would be encrypted with a key that may have been replaced since. */
export function checkOfWorkflow(workflowId: string): Checked | null {
  const { system, check } = RUN.exec(workflowId)?.groups ?? {};
  return system && check ? { system, check: check as CheckName } : null;
}

/** What all runs of one check have in common; null for any other workflow. */
export const sharedPlace = (workflowId: string): string | null => RUN.exec(workflowId)?.groups?.place ?? null;
