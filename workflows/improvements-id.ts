/** What clients and the workflow agree on. Free of Temporal's SDK, so that a server can import it. */

export const IMPROVEMENTS_WORKFLOW = 'sweepImprovements';

/** `remind`: tells owners what is due. `sync`: compares items with the tracker outside. */
export const SWEEPS = ['remind', 'sync'] as const;
export type Sweep = (typeof SWEEPS)[number];

const prefix = (taskQueue: string): string => `improvements:${taskQueue}:`;

/** Of a schedule in Temporal, and of the workflows that it starts: Temporal adds the time. */
export const improvementsId = (taskQueue: string, sweep: Sweep): string => `${prefix(taskQueue)}${sweep}`;

export const isImprovementsSchedule = (taskQueue: string, scheduleId: string): boolean =>
  SWEEPS.some((sweep) => scheduleId === improvementsId(taskQueue, sweep));

const RUN = /^(?<place>improvements:.+:(?<sweep>remind|sync))(?:-by-hand|-\d{4}-\d\d-\d\dT.*)?$/;

/** It stands in the workflow's own id, as with checks: a schedule's input would be encrypted with a key that may have been replaced since. */
export const sweepOfWorkflow = (workflowId: string): Sweep | null =>
  (RUN.exec(workflowId)?.groups?.sweep as Sweep | undefined) ?? null;

/** What all runs of one schedule have in common; null for any other workflow. */
export const placeOfSweep = (workflowId: string): string | null => RUN.exec(workflowId)?.groups?.place ?? null;
