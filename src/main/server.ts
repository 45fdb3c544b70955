import { serve } from '@hono/node-server';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { SetupError } from '../embedded/failure.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { migrate } from '../store/migrate.ts';
import { mayTake, openPool } from '../store/pool.ts';
import { createApp } from '../surfaces/http/app.ts';
import { loadDrillPayloadKeys, loadKeys, makeKeys, type ServerKeys } from './keys.ts';
import { keysInUse } from './keys-in-use.ts';
import { createLiveInventory } from './live-inventory.ts';
import { prepareLocal } from './local.ts';
import { requireAllowed } from './local-allowed.ts';
import { createLog, type Log } from './log.ts';
import { composeServer } from './server-parts.ts';
import type { Service, ServiceConfig } from './supervised.ts';
import { temporalAddress } from './temporal-address.ts';
import { connectTemporal, withOtherKeys } from './temporal-client.ts';
import { untilThere } from './until-there.ts';

export type ServerOptions = {
  /** Everything runs on this machine for trying: publish what is shipped, open a sample, let people in by a link. */
  local: boolean;
  log?: Log;
};

/** How long open answers may take to end when the server stops. Live streams never end by themselves. */
const DRAIN_MS = 1_000;
const TELL_INCIDENTS_EVERY_MS = 1_000;
const SWEEP_ALERTS_EVERY_MS = 1_000;
const WATCH_EVERY_MS = 15_000;
const READ_NAMES_EVERY_MS = 5_000;
const FOLLOW_INVENTORY_EVERY_MS = 1_000;
const SEND_DRILL_MAILS_EVERY_MS = 2_000;
const PLAN_DRILLS_EVERY_MS = 5_000;
const LOOK_FOR_REAL_EVERY_MS = 2_000;

/** Its libraries take a moment to load: begin early where they will be needed. */
const loadSlack = async () => (await import('./slack.ts')).composeSlack;
export const preloadSlack = (): void => {
  // Should it fail, it fails again where it is needed, and is said there.
  loadSlack().catch(() => undefined);
};

/** Where people and programs meet Tocsin: API and console. It starts and reads incidents; it never acts on the world. */
export async function runServer(
  config: ServiceConfig,
  options: ServerOptions = { local: process.env.TOCSIN_SUPERVISED === '1' },
): Promise<Service> {
  const log = options.log ?? createLog({ name: 'server', level: config.logLevel });
  const starting = new AbortController();
  const accept = (inventory: Inventory) => requireAllowed(config, inventory);
  const inventory = createLiveInventory(config.inventory, Date.now, log, accept);
  const pool = await untilThere('the database', log, () => prepareDatabase(config, log), starting.signal);
  const keys = await untilThere('Temporal', log, () => serverKeys(config, pool), starting.signal);
  const temporal = await connectTemporal(
    temporalAddress(config, config.temporal.address),
    keys.payload,
    () => loadKeys(config.keys, 'server').payload,
  );
  const drillTemporal = withOtherKeys(temporal, loadDrillPayloadKeys(config.keys), () =>
    loadDrillPayloadKeys(config.keys),
  );
  const slackCode = config.slack.references === null ? null : await loadSlack();
  const parts = composeServer({
    config,
    composeSlack: slackCode,
    inventory,
    pool,
    temporal,
    drillTemporal,
    keys,
    log,
  });
  const app = createApp(parts.app, (done, about) => log[about.by === about.for ? 'info' : 'warn'](about, done));
  const http = await listen(app.fetch, config);
  const digests = every(TELL_INCIDENTS_EVERY_MS, () => parts.app.alertDesk.tellIncidents(), log);
  const sweep = every(SWEEP_ALERTS_EVERY_MS, () => parts.app.alertDesk.sweep(), log);
  const watchdog = every(WATCH_EVERY_MS, () => parts.watchdog.look(), log);
  const schedules = every(FOLLOW_INVENTORY_EVERY_MS, () => parts.schedules.follow(), log);
  const calendar = every(PLAN_DRILLS_EVERY_MS, () => parts.drillCalendar.look(), log);
  const noDuff = every(LOOK_FOR_REAL_EVERY_MS, () => parts.noDuff.look(), log);
  const drillMail = every(SEND_DRILL_MAILS_EVERY_MS, () => parts.drillMail.look(), log);
  const names = every(READ_NAMES_EVERY_MS, () => parts.slackNames.refresh(), log);
  await parts.slackNames.refresh();
  // Nothing waits for Slack: while it is away, people decide here.
  parts.slack?.start();
  log.info({ url: config.publicUrl }, 'the server is ready');
  const local = options.local ? await prepareLocal({ ...parts.app, config, log, inventory: inventory.current() }) : {};
  return {
    ready: { url: config.publicUrl, ...local },
    stop: async () => {
      digests.stop();
      sweep.stop();
      watchdog.stop();
      schedules.stop();
      calendar.stop();
      noDuff.stop();
      drillMail.stop();
      names.stop();
      await parts.slack?.stop();
      await http.close();
      await parts.close();
      await temporal.close();
      await pool.end();
    },
  };
}

/** Applies the migrations as whoever owns the tables; then goes on with the rights of a server, which cannot write timelines. */
async function prepareDatabase({ databaseUrl }: ServiceConfig, log: Log): Promise<pg.Pool> {
  const onProblem = (error: Error) => log.warn({ error: error.message }, 'a connection to PostgreSQL broke');
  const owner = openPool(databaseUrl, { name: 'tocsin-migrations', connectionsMax: 1, onProblem });
  try {
    for (const migration of await migrate(owner)) log.info({ migration }, 'a migration was applied');
    if (await mayTake(owner, 'tocsin_server'))
      return openPool(databaseUrl, { name: 'tocsin-server', role: 'tocsin_server', onProblem });
    log.warn('this login may not take the role tocsin_server; the server keeps all rights of its login');
    return openPool(databaseUrl, { name: 'tocsin-server', onProblem });
  } finally {
    await owner.end();
  }
}

/** Makes the keys on first use; refuses to when stored data was made with a key that is gone. */
async function serverKeys(config: ServiceConfig, pool: pg.Pool): Promise<ServerKeys> {
  const { address, namespace, tls, apiKey } = temporalAddress(config, config.temporal.address);
  const connection = await Connection.connect({ address, tls, apiKey, connectTimeout: '10s' });
  try {
    const known = await keysInUse(pool, new Client({ connection, namespace }));
    makeKeys(config.keys, known);
    return loadKeys(config.keys, 'server', known);
  } finally {
    await connection.close();
  }
}

function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  { host, port }: ServiceConfig,
): Promise<{ close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port }, () => resolve({ close }));
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    const close = () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        if (!('closeAllConnections' in server)) return;
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
      });
  });
}

function cannotListen(error: Error, host: string, port: number): Error {
  const code = 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE')
    return new SetupError(
      'port-taken',
      `port ${port} on ${host} is taken`,
      `Stop what uses it, or choose another: TOCSIN_PORT=${port + 1}`,
    );
  if (code === 'EACCES')
    return new SetupError(
      'port-forbidden',
      `this user may not listen on port ${port}`,
      'Choose a port above 1023: TOCSIN_PORT=7373',
    );
  return error;
}

/** Runs a task again and again, never twice at once; a failure is said and the next turn tries again. */
export function every(intervalMs: number, task: () => Promise<void>, log: Log): { stop(): void } {
  let running = false;
  const timer = setInterval(async () => {
    if (running) return;
    running = true;
    try {
      await task();
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'a regular task failed');
    } finally {
      running = false;
    }
  }, intervalMs);
  return { stop: () => clearInterval(timer) };
}
