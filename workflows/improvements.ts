import { ApplicationFailure, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Tasks } from '../src/activities/tasks.ts';
import { sweepOfWorkflow } from './improvements-id.ts';

/** What is thrown means that our own database is away, or that a mail is to be tried again: until the next day's turn. */
const { sweepImprovements: sweepNow } = proxyActivities<Tasks>({
  startToCloseTimeout: 15 * 60_000,
  scheduleToCloseTimeout: 20 * 3_600_000,
  retry: { initialInterval: 30_000, backoffCoefficient: 2, maximumInterval: 3_600_000 },
});

/** Reminds owners of improvement items, or compares items with the tracker outside. */
export async function sweepImprovements(): Promise<void> {
  const { workflowId } = workflowInfo();
  const what = sweepOfWorkflow(workflowId);
  // Whoever reaches Temporal can start a workflow under any name.
  if (what === null) throw ApplicationFailure.nonRetryable(`"${workflowId}" does not name a sweep.`, 'no-sweep');
  await sweepNow({ what });
}
