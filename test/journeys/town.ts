import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { expect } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { startPostgres } from '../../src/embedded/postgres.ts';
import { startTemporal } from '../../src/embedded/temporal.ts';
import { findTemporal } from '../../src/embedded/temporal-find.ts';
import type { IncidentView } from '../../src/incident/view.ts';
import { loadKeys } from '../../src/main/keys.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { keepRunning, type Running, spawnService } from '../../src/main/supervise.ts';
import { connectTemporal } from '../../src/main/temporal-client.ts';
import { World } from '../../src/simulator/core/world.ts';
import { createAccounts } from '../../src/store/accounts.ts';
import { openPool } from '../../src/store/pool.ts';
import type { Accounts } from '../../src/surfaces/ports.ts';
import { createDesk, type Desk } from './desk.ts';
import { PLAYBOOKS, tocsinYaml } from './sources.ts';
import { eventually, whenUnreachable } from './wait.ts';

/**
 * A whole Tocsin in processes of its own: PostgreSQL, Temporal, worker and server, each started and started again as `npm start`
 * does it. Tests kill them one by one. The worker is the built one, with a desk that writes down what it does to the world.
 */
export type Town = {
  url: string;
  dataDir: string;
  databaseUrl: string;
  pool: pg.Pool;
  client: Client;
  temporalAddress: string;
  accounts: Accounts;
  desk: Desk;
  /** Ends a process at once. Resolves when it is gone. */
  kill(part: Part): Promise<void>;
  /** Ends a process and waits for the one that takes its place. */
  replace(part: Part): Promise<void>;
  /** From now on the part is not started again, until the answer is called. */
  keepAway(part: Part): () => void;
  call(person: string | null, method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Sends the same request, under the same key, until the server takes or refuses it. */
  insist(person: string, method: string, path: string, body: unknown): Promise<Answer & { refused: Answer[] }>;
  token(person: string): Promise<string>;
  open(playbook: string, system: string): Promise<string>;
  view(incident: string): Promise<IncidentView>;
  until<T>(incident: string, what: string, look: (view: IncidentView) => T): Promise<NonNullable<T>>;
  world(): Promise<World>;
  close(): Promise<void>;
};

export type Answer = { status: number; type: string; text: string; body: Record<string, unknown> };
export const PARTS = ['worker', 'server', 'temporal', 'postgres'] as const;
export type Part = (typeof PARTS)[number];

/** `more`: more settings of its server and worker; told the port of its console. `reader`: who looks, and opens incidents. */
export async function openTown(
  more: (port: number) => Promise<Record<string, string>> = async () => ({}),
  reader = 'rhea',
): Promise<Town> {
  build();
  const scratch = mkdtempSync(join(tmpdir(), 'tocsin-town-'));
  const dataDir = join(scratch, 'data');
  const desk = createDesk(join(scratch, 'desk'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const files = writeSources(scratch);
  const env = {
    ...process.env,
    TOCSIN_DATA: dataDir,
    TOCSIN_PORT: String(port),
    TOCSIN_INVENTORY: files.inventory,
    TOCSIN_PLAYBOOKS: files.playbooks,
    TOCSIN_TEST_DESK: desk.folder,
    ...(await more(port)),
  };
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const gates = new Map<Part, { open: Promise<void>; letBack(): void }>();
  const keep = <R extends Running>(part: Part, start: () => Promise<R>) =>
    keepRunning(
      part,
      async () => {
        await gates.get(part)?.open;
        return start();
      },
      () => undefined,
    );
  const log = (name: string) => (line: string) => writeFileSync(join(logs, name), `${line}\n`, { flag: 'a' });

  const found = await findTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, onProgress: () => undefined });
  if (found.kind !== 'binary') throw new Error('these tests kill their Temporal, and need one of their own');
  const ports = { temporal: await freePort(), postgres: await freePort() };
  const [postgres, temporal] = await Promise.all([
    keep('postgres', () =>
      startPostgres({ dataDir: join(dataDir, 'postgres'), port: ports.postgres, onLog: log('postgres.log') }),
    ),
    keep('temporal', () =>
      startTemporal({
        binary: found.path,
        dataDir: join(dataDir, 'temporal'),
        port: ports.temporal,
        onLog: log('temporal.log'),
      }),
    ),
  ]);
  const databaseUrl = postgres.current().url;
  const temporalAddress = temporal.current().address;
  const service = (name: 'worker' | 'server', cli: string) =>
    keep(name, () =>
      spawnService({ name, cli, env, logFile: join(logs, `${name}.log`) }).go({
        type: 'go',
        databaseUrl,
        temporalAddress,
      }),
    );
  const databases = (): Promise<unknown> => Promise.all([temporal.stop(), postgres.stop()]);
  const server = await orElse(databases, () => service('server', join(packageRoot, 'dist', 'src', 'main', 'cli.js')));
  const worker = await orElse(
    () => server.stop().then(databases),
    () => service('worker', join(import.meta.dirname, 'recording-worker.mjs')),
  );
  const kept = { postgres, temporal, server, worker };

  const pool = openPool(databaseUrl, { name: 'test', onProblem: () => undefined });
  const { payload } = loadKeys(join(dataDir, 'keys'), 'server');
  const connection = await connectTemporal({ address: temporalAddress, namespace: 'default' }, payload);
  const accounts = createAccounts({ pool, now: Date.now });
  const tokens = new Map<string, Promise<string>>();

  const town: Town = {
    url,
    dataDir,
    databaseUrl,
    pool,
    client: connection.client,
    temporalAddress,
    accounts,
    desk,
    async kill(part) {
      const running = kept[part].current();
      process.kill(running.pid, 'SIGKILL');
      await running.exited;
    },
    async replace(part) {
      const { pid } = kept[part].current();
      await town.kill(part);
      await eventually(`another ${part}`, () => kept[part].current().pid !== pid);
    },
    keepAway(part) {
      let letBack = () => {};
      const open = new Promise<void>((resolve) => {
        letBack = () => {
          gates.delete(part);
          resolve();
        };
      });
      gates.set(part, { open, letBack });
      return letBack;
    },
    token(person) {
      const made = tokens.get(person) ?? makeToken(accounts, person);
      tokens.set(person, made);
      return made;
    },
    async call(person, method, path, body, key) {
      const response = await fetch(new URL(path, url), {
        method,
        redirect: 'manual',
        headers: {
          ...(person === null ? {} : { authorization: `Bearer ${await town.token(person)}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const type = response.headers.get('content-type') ?? '';
      const isJson = /^application\/(problem\+)?json\b/.test(type);
      return { status: response.status, type, text, body: isJson ? JSON.parse(text) : {} };
    },
    async insist(person, method, path, body) {
      const key = randomUUID();
      const refused: Answer[] = [];
      const answer = await eventually(`${method} ${path} to be answered`, async () => {
        const given = await town.call(person, method, path, body, key).catch(whenUnreachable);
        if (given === null || given.status < 500) return given;
        refused.push(given);
        return null;
      });
      return { ...answer, refused };
    },
    async open(playbook, system) {
      const opened = await town.call(reader, 'POST', '/api/incidents', { playbook, system });
      expect(opened, opened.text).toMatchObject({ status: 201 });
      return String(opened.body.incident);
    },
    async view(incident) {
      const shown = await town.call(reader, 'GET', `/api/incidents/${incident}`);
      if (shown.status !== 200) throw new Error(shown.text);
      return shown.body as unknown as IncidentView;
    },
    async until(incident, what, look) {
      let seen: IncidentView | null = null;
      return eventually(
        `${incident}: ${what}`,
        async () => {
          const shown = await town.call(reader, 'GET', `/api/incidents/${incident}`).catch(whenUnreachable);
          if (shown?.status !== 200) return null;
          seen = shown.body as unknown as IncidentView;
          return look(seen);
        },
        () => JSON.stringify({ steps: seen?.steps, decisions: seen?.decisions.map(({ question }) => question.path) }),
      );
    },
    async world() {
      const { rows } = await pool.query<{ body: string }>('SELECT body FROM worlds');
      return World.parse(JSON.parse(rows[0]?.body ?? 'null'));
    },
    async close() {
      desk.releaseAll();
      for (const { letBack } of gates.values()) letBack();
      await connection.close();
      await pool.end();
      await Promise.all([server.stop(), worker.stop()]);
      await databases();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
  return town;
}

/** What runs already does not outlive a town that cannot be opened. */
async function orElse<T>(stop: () => Promise<unknown>, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the tests run must be what the sources say. */
function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(packageRoot, 'scripts', 'build.mjs')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

function writeSources(scratch: string): { inventory: string; playbooks: string } {
  const inventory = join(scratch, 'tocsin.yaml');
  const playbooks = join(scratch, 'playbooks');
  mkdirSync(playbooks);
  writeFileSync(inventory, tocsinYaml());
  for (const [name, text] of Object.entries(PLAYBOOKS)) writeFileSync(join(playbooks, `${name}.yaml`), text);
  return { inventory, playbooks };
}

const makeToken = async (accounts: Accounts, person: string): Promise<string> =>
  (await accounts.createToken({ person, name: 'test', scope: 'person', expiresAt: null })).token;

/** Waits for a database or a Temporal that comes back. */
export const answersAgain = (town: Town): Promise<unknown> =>
  eventually('everything to be ready', async () => {
    const ready = await town.call(null, 'GET', '/readyz').catch(whenUnreachable);
    return ready?.status === 200;
  });
