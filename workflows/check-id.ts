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

/** What a workflow checks stands in its own id. A schedule's input would be encrypted with a key that may have been replaced since. */
export function checkOfWorkflow(taskQueue: string, workflowId: string): Checked {
  const groups = workflowId.startsWith(prefix(taskQueue))
    ? WHAT.exec(workflowId.slice(prefix(taskQueue).length))?.groups
    : undefined;
  if (!groups?.system || !groups.check) throw new Error(`"${workflowId}" does not name a check of ${taskQueue}.`);
  return { system: groups.system, check: groups.check as CheckName };
}

const RUN = new RegExp(`^(check:.+:[a-z][a-z0-9-]{0,63}:(?:${Object.keys(CHECKS).join('|')}))(?:-.*)?$`);

/** What all runs of one check have in common; null for any other workflow. */
export const sharedPlace = (workflowId: string): string | null => RUN.exec(workflowId)?.[1] ?? null;
