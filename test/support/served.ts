import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common';
import { createActivities } from '../../src/activities/activities.ts';
import { freePort } from '../../src/embedded/ports.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { readConfig } from '../../src/main/config.ts';
import { drillTasks, openDrillDatabase } from '../../src/main/drill-worker.ts';
import { createDrillsDue } from '../../src/main/drills-due.ts';
import { drillKeysIn, loadKeys } from '../../src/main/keys.ts';
import { createLog, type Log } from '../../src/main/log.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { runServer } from '../../src/main/server.ts';
import { createRegistry } from '../../src/main/simulated-bindings.ts';
import type { Service } from '../../src/main/supervised.ts';
import { startTemporalWorker } from '../../src/main/temporal-worker.ts';
import { createAccounts } from '../../src/store/accounts.ts';
import { createTurnNotes } from '../../src/store/drill-turns.ts';
import { createWorlds } from '../../src/store/worlds.ts';
import type { Accounts, TokenScope } from '../../src/surfaces/ports.ts';
import { type House, openHouse, testBundle } from './house.ts';

/** A whole Tocsin: worker and server as `npm start` runs them, on real Temporal and PostgreSQL, with the sample inventory. */
export type Served = {
  house: House;
  url: string;
  dataDir: string;
  /** Its own in Temporal. */
  namespace: string;
  ready: Service['ready'];
  accounts: Accounts;
  /** A token that acts as this person of the sample inventory. */
  token(person: string, scope?: TokenScope): Promise<string>;
  /** Calls the API as this person; `body` is sent as JSON. */
  call(
    person: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** A second server beside this one, as in production. Hands back its address; `close` stops it, too. */
  anotherServer(): Promise<string>;
  close(): Promise<void>;
};

// What an answer holds is what the test is about.
export type Answer = {
  status: number;
  type: string;
  /** Of Content-Disposition: whether it is a file, and its name. */
  disposition: string;
  text: string;
  body: Record<string, never> & { [key: string]: unknown };
};

export type ServedOptions = {
  worker?: boolean;
  /** A worker of drills as well, with all that keeps drills apart. */
  drillWorker?: boolean;
  local?: boolean;
  log?: Log;
  port?: number;
  /** More settings, as in the environment. */
  env?: Record<string, string>;
};

export async function openServed(options: ServedOptions = {}): Promise<Served> {
  const house = await openHouse({ worker: false });
  const namespace = await ownNamespace(house.temporalAddress);
  const scratch = mkdtempSync(join(tmpdir(), 'tocsin-served-'));
  const dataDir = join(scratch, 'data');
  mkdirSync(dataDir);
  const configFor = (port: number) =>
    readConfig({
      TOCSIN_DATA: dataDir,
      TOCSIN_PORT: String(port),
      TOCSIN_KEYS: house.keysDir,
      TOCSIN_TASK_QUEUE: house.taskQueue,
      ...options.env,
    });
  const config = configFor(options.port ?? (await freePort()));
  const drills = createDrillsDue({ inventory: () => loadInventory(config.inventory), ...createTurnNotes(house.pool) });
  const registry = createRegistry(loadInventory(config.inventory), createWorlds(house.pool), 0);
  const temporal = { address: house.temporalAddress, namespace };
  const worker =
    options.worker === false
      ? null
      : await startTemporalWorker({
          temporal,
          taskQueue: house.taskQueue,
          payloadKeys: house.keys.worker.payload,
          bundle: await testBundle(),
          activities: createActivities({ ...house.ports, registry, drills }),
        });
  const drillWorker = options.drillWorker ? await startDrillWorker(house, temporal, config.drillTaskQueue) : null;
  const log = options.log ?? createLog({ name: 'server', level: 'error' });
  const reached = {
    databaseUrl: house.databaseUrl,
    temporal: { ...config.temporal, address: house.temporalAddress, namespace },
  };
  const service = await runServer({ ...config, ...reached }, { local: options.local ?? true, log });
  const others: Service[] = [];
  const accounts = createAccounts({ pool: house.pool, now: Date.now });
  const tokens = new Map<string, string>();
  const token = async (person: string, scope: TokenScope = 'person') => {
    const key = `${person} ${scope}`;
    const kept =
      tokens.get(key) ?? (await accounts.createToken({ person, name: 'test', scope, expiresAt: null })).token;
    tokens.set(key, kept);
    return kept;
  };
  return {
    house,
    url: config.publicUrl,
    dataDir,
    namespace,
    ready: service.ready,
    accounts,
    token,
    async call(person, method, path, body, headers = {}) {
      const response = await fetch(new URL(path, config.publicUrl), {
        method,
        redirect: 'manual',
        headers: {
          ...(person === null ? {} : { authorization: `Bearer ${await token(person)}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const type = response.headers.get('content-type') ?? '';
      return {
        status: response.status,
        type,
        disposition: response.headers.get('content-disposition') ?? '',
        text,
        body: /^application\/(problem\+)?json\b/.test(type) ? JSON.parse(text) : {},
      };
    },
    async anotherServer() {
      const other = configFor(await freePort());
      others.push(await runServer({ ...other, ...reached }, { local: false, log }));
      return other.publicUrl;
    },
    async close() {
      for (const one of [service, ...others]) await one.stop();
      await worker?.stop();
      await drillWorker?.stop();
      await house.close();
      rmSync(scratch, { recursive: true });
    },
  };
}

type TemporalAt = { address: string; namespace: string };

async function startDrillWorker(house: House, temporal: TemporalAt, taskQueue: string) {
  const onProblem = () => {};
  const keys = loadKeys(drillKeysIn(house.keysDir), 'worker');
  const pool = await openDrillDatabase(house.databaseUrl, onProblem);
  const tasks = drillTasks({ pool, keys, databaseUrl: house.databaseUrl, onProblem });
  const worker = await startTemporalWorker({
    ...{ temporal, taskQueue },
    payloadKeys: keys.payload,
    bundle: await testBundle(),
    activities: tasks.activities,
  });
  return {
    async stop() {
      await worker.stop();
      await tasks.close();
      await pool.end();
    },
  };
}

/** Every test counts its incidents from 1, with keys of its own: they must not meet in Temporal. */
async function ownNamespace(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await connection.close();
  return namespace;
}

export const sample = (file: string): string => join(packageRoot, file);
