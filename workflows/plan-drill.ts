import { ApplicationFailure, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Tasks } from '../src/activities/tasks.ts';
import { drillOfWorkflow } from './plan-drill-id.ts';

/** Retried for ever: what is thrown means that our own database or worker is away. */
const { noteDrillsDue } = proxyActivities<Tasks>({
  startToCloseTimeout: 30_000,
  retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 },
});

/** Notes which drills of a schedule are to be planned by now. A server plans them. */
export async function planDrill(): Promise<void> {
  const { workflowId } = workflowInfo();
  const schedule = drillOfWorkflow(workflowId);
  // Whoever reaches Temporal can start a workflow under any name.
  if (schedule === null)
    throw ApplicationFailure.nonRetryable(`"${workflowId}" does not name a schedule of drills.`, 'no-schedule');
  await noteDrillsDue({ schedule });
}
