import { NativeConnection, Runtime, type TLSConfig, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { DrillTasks, Tasks } from '../activities/tasks.ts';
import { dataConverter, type Reread } from './codec.ts';
import type { PayloadKey } from './keys.ts';
import type { TemporalAddress } from './temporal-client.ts';

export type TemporalWorkerDeps = {
  temporal: TemporalAddress;
  taskQueue: string;
  payloadKeys: readonly PayloadKey[];
  rereadKeys?: Reread;
  bundle: WorkflowBundleOption;
  activities: Tasks | DrillTasks;
};

export type RunningWorker = {
  /** Lets what runs come to an end, for a while, and hands the rest to other workers. */
  stop(): Promise<void>;
  /** Settles when the worker has ended: rejects if it could not go on. */
  ended: Promise<void>;
};

/** Connects to Temporal and works. Fails when Temporal cannot be reached: the caller decides how long to try. */
export async function startTemporalWorker(deps: TemporalWorkerDeps): Promise<RunningWorker> {
  const { address, namespace, tls, apiKey } = deps.temporal;
  const connection = await NativeConnection.connect({ address, tls: tls as TLSConfig | boolean | undefined, apiKey });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: deps.taskQueue,
    workflowBundle: deps.bundle,
    activities: deps.activities,
    dataConverter: dataConverter(deps.payloadKeys, deps.rereadKeys),
    reuseV8Context: true,
    // Each cached incident holds its state in memory; the others are replayed when something happens to them.
    maxCachedWorkflows: 500,
    // When this worker dies, another one has its decisions after a second.
    stickyQueueScheduleToStartTimeout: '1s',
    // The default holds heartbeats back for most of their timeout: one late beat would count as a death.
    maxHeartbeatThrottleInterval: '500ms',
    maxConcurrentActivityTaskExecutions: 200,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: '10s',
    shutdownForceTime: '20s',
  });
  const ended = worker.run().finally(() => connection.close());
  // Heard by whoever waits for it; until then it is not unhandled.
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

/** Ends the process when the worker cannot go on, unless it was stopped by what this answers with. */
export function orEndWith(worker: RunningWorker, log: Logger): () => Promise<void> {
  let stopping = false;
  worker.ended.catch((error: unknown) => {
    if (stopping) return;
    log.fatal({ error: error instanceof Error ? error.message : String(error) }, 'the worker cannot go on');
    // Whoever supervises starts it afresh; what was running is taken up by other workers.
    process.exit(1);
  });
  return () => {
    stopping = true;
    return worker.stop();
  };
}

/** Temporal's own log goes into ours. Once a process, before anything else of Temporal's. */
export function logTemporalTo(log: Logger): void {
  const say =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, meta: Record<string | symbol, unknown> = {}): void =>
      log[level](namesOnly(meta), message);
  const at = { trace: say('debug'), debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('error') };
  Runtime.install({
    logger: { ...at, log: (level, message, meta) => at[level.toLowerCase() as keyof typeof at](message, meta) },
    shutdownSignals: [],
  });
}

/** Which incident, which run, which activity, which error: never what they carry. */
function namesOnly(meta: Record<string | symbol, unknown>): Record<string, unknown> {
  const { workflowId, runId, activityType, attempt, taskQueue, error, failure } = meta;
  const problem = error ?? failure;
  return {
    ...(workflowId ? { incident: workflowId, run: runId } : {}),
    ...(activityType ? { activity: activityType, attempt } : {}),
    ...(taskQueue ? { taskQueue } : {}),
    ...(problem instanceof Error ? { error: problem.message, stack: problem.stack } : {}),
  };
}
