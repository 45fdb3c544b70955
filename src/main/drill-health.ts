import type { Client } from '@temporalio/client';
// CommonJS whose names Node does not see.
import protobuf from '@temporalio/proto';

export type DrillHealth = () => Promise<string | { warning: string; notice: string }>;

export type DrillHealthDeps = {
  client: Client;
  /** Of the drill workers. */
  taskQueue: string;
  /** Whether a drill is planned or runs. */
  isNeeded(): Promise<boolean>;
  now(): number;
};

/** A worker that waits for work asks again every minute; and everything may just be starting. */
const AWAY_AFTER_MS = 90_000;
/** Every page asks how things stand. */
const ASK_EVERY_MS = 10_000;
const { TASK_QUEUE_TYPE_WORKFLOW } = protobuf.temporal.api.enums.v1.TaskQueueType;

/** Whether somebody would play a drill. Whatever it is, it takes no server out of service: incidents have workers of their own. */
export function createDrillHealth({ client, taskQueue, isNeeded, now }: DrillHealthDeps): DrillHealth {
  const startedAt = now();
  let asked: { at: number; last: Promise<number> } | null = null;
  const lastSeen = (): Promise<number> => {
    if (asked === null || now() - asked.at >= ASK_EVERY_MS) asked = { at: now(), last: lastPoll(client, taskQueue) };
    return asked.last;
  };
  return async () => {
    let last: number;
    try {
      last = await lastSeen();
    } catch (error) {
      // That Temporal is away has a check of its own.
      return `not known: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (now() - last < AWAY_AFTER_MS) return 'a drill worker runs';
    if (now() - startedAt < AWAY_AFTER_MS) return 'no drill worker was seen yet';
    if (!(await isNeeded())) return 'no drill worker runs, and no drill is planned';
    return {
      warning: `no drill worker asks for work on the task queue ${taskQueue}`,
      notice: 'No drill worker runs: a drill that is started stands still until one does. Incidents are not affected.',
    };
  };
}

/** When any worker last asked for work there; 0: nobody in the last minutes. */
async function lastPoll(client: Client, taskQueue: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  return Math.max(0, ...(pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000));
}
