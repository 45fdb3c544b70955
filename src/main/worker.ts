import type pg from 'pg';
import { createActivities } from '../activities/activities.ts';
import { createApprovalVerifier } from '../activities/approval.ts';
import type { ActivityPorts } from '../activities/ports.ts';
import { rememberingSecrets } from '../connectors/secrets/redactor.ts';
import { createSecrets } from '../connectors/secrets/secrets.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { createCheckBook } from '../store/checks.ts';
import { createTurnNotes } from '../store/drill-turns.ts';
import { createImprovementLinks } from '../store/improvement-links.ts';
import { createImprovementStore } from '../store/improvements.ts';
import { createLeases } from '../store/leases.ts';
import { createMailClaims } from '../store/mail-claims.ts';
import { createPlanShelf } from '../store/plans.ts';
import { isDatabaseAway, mayTake, openPool } from '../store/pool.ts';
import { createReader } from '../store/reader.ts';
import { createSnapshots } from '../store/snapshots.ts';
import { createTimeline } from '../store/timeline.ts';
import { createWorlds } from '../store/worlds.ts';
import { awaitKeys } from './await-keys.ts';
import { createRegistry } from './bindings.ts';
import { builtBundle } from './bundle.ts';
import { createDrillsDue } from './drills-due.ts';
import { createImprovementSweep, REMINDER_TRIES_MAX } from './improvement-sweep.ts';
import { createImprovementSync } from './improvement-sync.ts';
import { loadKeys } from './keys.ts';
import { createLiveBindings } from './live-bindings.ts';
import { createLiveInventory } from './live-inventory.ts';
import { requireAllowed } from './local-allowed.ts';
import { createLog, type Log } from './log.ts';
import { packageRoot } from './package-root.ts';
import type { Service, ServiceConfig } from './supervised.ts';
import { temporalAddress } from './temporal-address.ts';
import { logTemporalTo, orEndWith, startTemporalWorker } from './temporal-worker.ts';
import { untilThere } from './until-there.ts';

export type WorkerOptions = {
  /** Finds what serves a capability. */
  bind?: typeof createRegistry;
};

/** Carries out what incidents decide: the process that holds credentials. It waits for what it depends on, at start and later. */
export async function runWorker(
  config: ServiceConfig,
  { bind = createRegistry }: WorkerOptions = {},
): Promise<Service> {
  const log = createLog({ name: 'worker', level: config.logLevel });
  logTemporalTo(log);
  const bundle = builtBundle(packageRoot, 'incidents');
  const keys = await awaitKeys(config.keys, log);
  const accept = (inventory: Inventory) => requireAllowed(config, inventory);
  const inventory = createLiveInventory(config.inventory, Date.now, log, accept);
  const starting = new AbortController();
  const onProblem = (error: Error) => log.warn({ error: error.message }, 'a connection to PostgreSQL broke');
  const pool = await untilThere(
    'the database',
    log,
    () => openDatabase(config.databaseUrl, log, onProblem),
    starting.signal,
  );
  const { saveSnapshot, loadSnapshot } = createSnapshots(pool);
  const reader = createReader({ pool, connectionString: config.databaseUrl, onProblem });
  const { secrets, redact } = rememberingSecrets(createSecrets(process.env));
  const bound = createLiveBindings({
    inventory: inventory.current,
    bind,
    worlds: createWorlds(pool),
    secrets,
    redact,
    log,
    publicUrl: config.publicUrl,
    now: Date.now,
  });
  const improvements = createImprovementStore(pool);
  const ports: ActivityPorts = {
    timeline: createTimeline({ pool, headKey: keys.head.privateKey, now: Date.now }),
    leases: createLeases(pool),
    registry: bound.registry,
    approvals: createApprovalVerifier({
      plans: createPlanShelf(pool),
      witness: { view: async (incident) => (await reader.incident(incident))?.view ?? null },
      voteKeys: keys.votes,
    }),
    notifier: bound.notifier,
    snapshots: { save: saveSnapshot, load: loadSnapshot },
    checks: createCheckBook(pool),
    improvements: createImprovementSweep({
      inventory: inventory.current,
      items: improvements,
      reminders: createMailClaims(pool, { table: 'improvement_reminders', of: 'improvement' }, REMINDER_TRIES_MAX),
      reader,
      sync: createImprovementSync({
        ...{
          items: improvements,
          links: createImprovementLinks(pool),
          publicUrl: config.publicUrl,
          log,
          now: Date.now,
        },
      }),
      ...{ publicUrl: config.publicUrl, log, now: Date.now },
    }),
    drills: createDrillsDue({ inventory: inventory.current, ...createTurnNotes(pool) }),
    now: Date.now,
    unavailable: isDatabaseAway,
  };
  await untilThere('the timeline', log, () => pool.query('SELECT 1 FROM incidents LIMIT 1'), starting.signal);
  const temporal = temporalAddress(config, config.temporal.address);
  const worker = await untilThere(
    `Temporal at ${temporal.address}`,
    log,
    () =>
      startTemporalWorker({
        temporal,
        taskQueue: config.taskQueue,
        payloadKeys: keys.payload,
        rereadKeys: () => loadKeys(config.keys, 'worker').payload,
        bundle,
        activities: createActivities(ports),
      }),
    starting.signal,
  );
  const stop = orEndWith(worker, log);
  log.info({ taskQueue: config.taskQueue }, 'the worker is ready');
  return {
    ready: {},
    stop: async () => {
      await stop();
      await bound.close();
      await reader.close();
      await pool.end();
    },
  };
}

/** Goes on with the rights of a worker, which can sign nobody in, once the server has applied the migrations. */
async function openDatabase(url: string, log: Log, onProblem: (error: Error) => void): Promise<pg.Pool> {
  const login = openPool(url, { name: 'tocsin-worker-start', connectionsMax: 1, onProblem });
  try {
    // A later migration made this table: roles and grants are there, too.
    const { rows } = await login.query<{ there: boolean }>(`SELECT to_regclass('improvements') IS NOT NULL AS there`);
    if (!rows[0]?.there) throw new Error('The server has not applied its migrations yet.');
    const options = { name: 'tocsin-worker', connectionsMax: 20, onProblem };
    if (await mayTake(login, 'tocsin_worker')) return openPool(url, { ...options, role: 'tocsin_worker' });
    log.warn('this login may not take the role tocsin_worker; the worker keeps all rights of its login');
    return openPool(url, options);
  } finally {
    await login.end();
  }
}
