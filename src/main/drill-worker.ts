import type pg from 'pg';
import { createApprovalVerifier } from '../activities/approval.ts';
import { createDrillActivities } from '../activities/drill.ts';
import type { DrillTasks } from '../activities/tasks.ts';
import { SetupError } from '../embedded/failure.ts';
import { createPlanShelf } from '../store/plans.ts';
import { mayTake, openPool } from '../store/pool.ts';
import { createReader } from '../store/reader.ts';
import { createTimeline } from '../store/timeline.ts';
import { awaitKeys } from './await-keys.ts';
import { builtBundle } from './bundle.ts';
import { drillKeysIn, loadKeys, type WorkerKeys } from './keys.ts';
import { createLog } from './log.ts';
import { packageRoot } from './package-root.ts';
import type { Service, ServiceConfig } from './supervised.ts';
import { temporalAddress } from './temporal-address.ts';
import { logTemporalTo, orEndWith, startTemporalWorker } from './temporal-worker.ts';
import { untilThere } from './until-there.ts';

/**
 * Plays drills: the process that can touch nothing. It has a task queue, keys and a database role of its own, two activities, and no
 * connector, inventory or secret. What a drill does to the world, it does to the one in its workflow.
 */
export async function runDrillWorker(config: ServiceConfig): Promise<Service> {
  const log = createLog({ name: 'drill-worker', level: config.logLevel });
  logTemporalTo(log);
  const bundle = builtBundle(packageRoot, 'drills');
  const folder = drillKeysIn(config.keys);
  const keys = await awaitKeys(folder, log);
  const starting = new AbortController();
  const onProblem = (error: Error) => log.warn({ error: error.message }, 'a connection to PostgreSQL broke');
  const pool = await untilThere(
    'the database',
    log,
    () => openDrillDatabase(config.databaseUrl, onProblem),
    starting.signal,
  );
  const tasks = drillTasks({ pool, keys, databaseUrl: config.databaseUrl, onProblem });
  const temporal = temporalAddress(config, config.temporal.address);
  const worker = await untilThere(
    `Temporal at ${temporal.address}`,
    log,
    () =>
      startTemporalWorker({
        temporal,
        taskQueue: config.drillTaskQueue,
        payloadKeys: keys.payload,
        rereadKeys: () => loadKeys(folder, 'worker').payload,
        bundle,
        activities: tasks.activities,
      }),
    starting.signal,
  );
  const stop = orEndWith(worker, log);
  log.info({ taskQueue: config.drillTaskQueue }, 'the drill worker is ready');
  return {
    ready: {},
    stop: async () => {
      await stop();
      await tasks.close();
      await pool.end();
    },
  };
}

export type DrillTaskDeps = {
  pool: pg.Pool;
  keys: WorkerKeys;
  databaseUrl: string;
  onProblem: (error: Error) => void;
};

/** All that a drill can ask for. */
export function drillTasks({ pool, keys, databaseUrl, onProblem }: DrillTaskDeps): {
  activities: DrillTasks;
  close(): Promise<void>;
} {
  const reader = createReader({ pool, connectionString: databaseUrl, onProblem });
  const activities = createDrillActivities({
    timeline: createTimeline({ pool, headKey: keys.head.privateKey, now: Date.now }),
    approvals: createApprovalVerifier({
      plans: createPlanShelf(pool),
      witness: { view: async (drill) => (await reader.incident(drill))?.view ?? null },
      voteKeys: keys.votes,
    }),
  });
  return { activities, close: () => reader.close() };
}

/**
 * Goes on with the rights of a drill worker once the server has applied the migrations. Unlike a worker it never keeps the rights of
 * its login: then a drill could reach what is real.
 */
export async function openDrillDatabase(url: string, onProblem: (error: Error) => void): Promise<pg.Pool> {
  const login = openPool(url, { name: 'tocsin-drill-worker-start', connectionsMax: 1, onProblem });
  try {
    // The migration that makes the role confines it by row-level security: both are there, or neither.
    const { rows } = await login.query<{ confined: boolean }>(
      `SELECT relrowsecurity AS confined FROM pg_class WHERE oid = to_regclass('events')`,
    );
    if (!rows[0]?.confined) throw new Error('The server has not applied its migrations yet.');
    if (!(await mayTake(login, 'tocsin_drill')))
      throw new SetupError(
        'no-drill-role',
        'this database login may not take the role tocsin_drill, so a drill could reach real incidents; no drill is played',
        'GRANT tocsin_drill TO the login; where there is no such role, the login that applies migrations lacked CREATEROLE',
      );
  } finally {
    await login.end();
  }
  return openPool(url, { name: 'tocsin-drill-worker', role: 'tocsin_drill', connectionsMax: 20, onProblem });
}
