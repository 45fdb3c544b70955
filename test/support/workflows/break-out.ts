import { proxyActivities } from '@temporalio/workflow';

/** What a drill worker offers, and a workflow beside it that asks for whatever it is told to: as if ours had been taken over. */

export { drill } from '../../../workflows/drills.ts';

/** `taskQueue`: of other workers. Absent: its own. */
export type Attempt = { activity: string; task: unknown; taskQueue?: string };

export async function breakOut({ activity, task, taskQueue }: Attempt): Promise<unknown> {
  const activities = proxyActivities<Record<string, (task: unknown) => Promise<unknown>>>({
    startToCloseTimeout: 10_000,
    retry: { maximumAttempts: 1 },
    ...(taskQueue !== undefined && { taskQueue }),
  });
  return activities[activity]?.(task);
}
