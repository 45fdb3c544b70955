import { ApplicationFailure, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { Tasks } from '../src/activities/tasks.ts';
import { contracts } from '../src/capabilities/contracts.ts';
import { CHECKS, type CheckOutcome } from '../src/incident/check.ts';
import { type Checked, checkOfWorkflow } from './check-id.ts';

/** Retried for ever: what is thrown means that our own database or worker is away. Connectors' failures come back as values. */
const RETRY = { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 };
const { noteCheck } = proxyActivities<Tasks>({ startToCloseTimeout: 30_000, retry: RETRY });
/** A registry that restarts is back in this time; what is away for longer is tried at the next turn of the schedule. */
const AGAIN_AFTER_MS = [1_000, 5_000, 20_000];

/** One run of a check. It ends with what came of it: also a check that could not be carried out is no failed workflow. */
export async function check(): Promise<CheckOutcome> {
  const { workflowId, runId, startTime } = workflowInfo();
  const checked = checkOfWorkflow(workflowId);
  // Whoever reaches Temporal can start a workflow under any name.
  if (!checked) throw ApplicationFailure.nonRetryable(`"${workflowId}" does not name a check.`, 'no-check');
  const outcome = await outcomeOf(checked, runId);
  await noteCheck({ ...checked, run: runId, startedAt: startTime.getTime(), outcome });
  return outcome;
}

async function outcomeOf(checked: Checked, run: string): Promise<CheckOutcome> {
  const { check } = proxyActivities<Tasks>({
    startToCloseTimeout: contracts[CHECKS[checked.check].capability].timeoutMs + 30_000,
    heartbeatTimeout: 3_000,
    retry: RETRY,
  });
  const attempt = async (key: string): Promise<CheckOutcome> => {
    const answer = await check({ ...checked, key });
    // Runs of one check share what binds their payloads to them: without this, Temporal could give an old answer to a new run.
    if (answer.key !== key)
      throw ApplicationFailure.nonRetryable(`${key} was answered with ${answer.key}.`, 'misplaced');
    return answer.outcome;
  };
  let outcome = await attempt(`${run}/1`);
  for (const [i, pauseMs] of AGAIN_AFTER_MS.entries()) {
    if (outcome.status !== 'failed' || !outcome.retryable) return outcome;
    await sleep(pauseMs);
    outcome = await attempt(`${run}/${i + 2}`);
  }
  return outcome;
}
