import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { SetupError } from '../embedded/failure.ts';
import { whyNot } from '../embedded/ports.ts';
import { postgresBinaries } from '../embedded/postgres-binaries.ts';
import { findTemporal } from '../embedded/temporal-find.ts';
import { loadInventory } from '../inventory/load.ts';
import type { Config } from './config.ts';
import { holderOf } from './data-folder.ts';
import { drillKeysIn, KeyError, loadKeys } from './keys.ts';
import { listenerOn } from './listener.ts';
import { lastSlackPort } from './local-slack-secrets.ts';
import { packageRoot } from './package-root.ts';
import { runningLocalSlack } from './running-local-slack.ts';
import { temporalAddress } from './temporal-address.ts';

/** What one check of `tocsin doctor` found. A warning does not keep Tocsin from running; a problem does. */
export type Finding = { check: string; status: 'ok' | 'warning' | 'problem'; message: string; fix: string | null };

type Found = Omit<Finding, 'check'>;

const ok = (message: string): Found => ({ status: 'ok', message, fix: null });
const warning = (message: string, fix: string): Found => ({ status: 'warning', message, fix });
const problem = (message: string, fix: string): Found => ({ status: 'problem', message, fix });

/** Looks at everything Tocsin depends on, changes nothing, and says what to do about each thing amiss. */
export async function doctor(config: Config, env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const checks: [string, () => Found | Promise<Found>][] = [
    ['node', node],
    ['data folder', () => dataFolder(config)],
    ['disk', () => disk(config)],
    ['console port', () => consolePort(config)],
    ['postgresql', () => postgres(config)],
    ['temporal', () => temporal(config, env)],
    ['keys', () => keys(config)],
    ['inventory', () => inventory(config)],
    ['slack', () => slack(config)],
    ['build', build],
  ];
  return Promise.all(checks.map(async ([check, look]) => ({ check, ...(await attempt(look)) })));
}

async function attempt(look: () => Found | Promise<Found>): Promise<Found> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SetupError) return problem(error.message, error.fix);
    return problem(
      error instanceof Error ? error.message : String(error),
      'See the message; the check itself could not be made',
    );
  }
}

function node(): Found {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return enough
    ? ok(`Node ${process.versions.node}`)
    : problem(`Node ${process.versions.node} is too old`, 'Install Node 20.19 or newer: https://nodejs.org');
}

function dataFolder({ dataDir }: Config): Found {
  const holder = holderOf(dataDir);
  if (!existsSync(dataDir)) return ok(`${dataDir} will be made at the first start`);
  accessSync(dataDir, constants.W_OK | constants.X_OK);
  const others = statSync(dataDir).mode & 0o066;
  if (others !== 0) return warning(`${dataDir} can be read or written by others`, `chmod go-rw ${dataDir}`);
  return ok(
    holder === null
      ? `${dataDir}, nobody runs on it`
      : `${dataDir}, in use by process ${holder.pid} since ${holder.since}`,
  );
}

function disk({ dataDir }: Config): Found {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < 200) return problem(`${freeMb} MB free for ${dataDir}`, 'Free some space; Tocsin needs 200 MB to start');
  return freeMb < 1024
    ? warning(`${freeMb} MB free for ${dataDir}`, 'Free some space soon')
    : ok(`${Math.floor(freeMb / 1024)} GB free`);
}

async function consolePort({ dataDir, host, port }: Config): Promise<Found> {
  const code = await whyNot(port, host);
  if (code === null) return ok(`${host}:${port} is free`);
  const holder = holderOf(dataDir);
  if (holder !== null) return ok(`${holder.url} is this Tocsin's own`);
  const who = listenerOn(port);
  const by = who === null ? '' : ` by process ${who.pid} (${who.command})`;
  if (code === 'EADDRINUSE')
    return problem(`port ${port} is taken${by}`, `Stop that one, or choose another: TOCSIN_PORT=${port + 1}`);
  return problem(`cannot listen on ${host}:${port} (${code})`, 'Choose another address: TOCSIN_HOST and TOCSIN_PORT');
}

async function postgres(config: Config): Promise<Found> {
  const url = config.databaseUrl ?? runningEmbedded(config);
  if (url === null) {
    postgresBinaries();
    return ok('embedded, not running now');
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; migrated: string | null }>(
      "SELECT current_setting('server_version') AS version, to_regclass('migrations')::text AS migrated",
    );
    const server = rows[0];
    const major = Number.parseInt(server?.version ?? '0', 10);
    if (major < 15) return problem(`PostgreSQL ${server?.version} is too old`, 'Tocsin needs PostgreSQL 15 or newer');
    const missing = server?.migrated == null ? migrationNames() : await missingMigrations(client);
    if (missing.length > 0)
      return warning(
        `PostgreSQL ${server?.version}, ${missing.length} migrations not applied yet (${missing[0]} …)`,
        'They are applied when the server starts',
      );
    return ok(`PostgreSQL ${server?.version}, all migrations applied`);
  } catch (error) {
    return problem(
      `the database does not answer: ${error instanceof Error ? error.message : String(error)}`,
      config.databaseUrl === null
        ? `Look at ${join(config.dataDir, 'logs', 'postgres.log')}`
        : 'Check DATABASE_URL and that this machine may reach it',
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The address of the embedded PostgreSQL, when somebody runs it now. */
function runningEmbedded({ dataDir }: Config): string | null {
  if (holderOf(dataDir) === null) return null;
  const read = (file: string): string => readFileSync(join(dataDir, 'postgres', file), 'utf8').trim();
  return `postgresql://tocsin:${read('password')}@127.0.0.1:${read('port')}/tocsin`;
}

async function missingMigrations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const applied = new Set(rows.map((row) => row.name));
  return migrationNames().filter((name) => !applied.has(name));
}

function migrationNames(): string[] {
  return readdirSync(fileURLToPath(new URL('../store/migrations', import.meta.url)))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

async function temporal(config: Config, env: NodeJS.ProcessEnv): Promise<Found> {
  const found = await findTemporal({ env, onProgress: () => undefined, mayFetch: false });
  const running = found.kind === 'address' || holderOf(config.dataDir) !== null;
  if (found.kind === 'binary' && !running) return ok(`server ${found.serverVersion} at ${found.path}, not running now`);
  const address =
    found.kind === 'address'
      ? found.address
      : `127.0.0.1:${readFileSync(join(config.dataDir, 'temporal', 'port'), 'utf8').trim()}`;
  const { tls, apiKey, namespace } = temporalAddress(config, address);
  try {
    const connection = await Connection.connect({ address, tls, apiKey, connectTimeout: '5s' });
    await connection.withDeadline(Date.now() + 5_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    await connection.close();
    return ok(`Temporal answers at ${address}, namespace ${namespace}`);
  } catch (error) {
    return problem(
      `Temporal at ${address} does not answer for namespace ${namespace}: ${error instanceof Error ? error.message : String(error)}`,
      found.kind === 'address'
        ? 'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the TEMPORAL_TLS_* settings'
        : `Look at ${join(config.dataDir, 'logs', 'temporal.log')}`,
    );
  }
}

function keys(config: Config): Found {
  if (!existsSync(config.keys))
    return existsSync(join(config.dataDir, 'postgres'))
      ? problem(
          `the key folder ${config.keys} is gone, and there is data made with its keys`,
          'Restore it from a backup: without the payload key running incidents cannot be read',
        )
      : ok(`${config.keys} will be made at the first start`);
  try {
    const { payload } = loadKeys(config.keys, 'worker');
    loadKeys(config.keys, 'server');
    const drills = drillKeysIn(config.keys);
    const isOlder = !existsSync(drills);
    if (!isOlder) loadKeys(drills, 'worker');
    return ok(
      `${payload.length} payload key${payload.length === 1 ? '' : 's'}, head and vote keys in ${config.keys}; those of drills ${isOlder ? `will be made in ${drills} at the next start` : `in ${drills}`}`,
    );
  } catch (error) {
    if (error instanceof KeyError)
      return problem(error.message, `Restore ${config.keys} from a backup, readable by this user only`);
    throw error;
  }
}

function inventory({ inventory }: Config): Found {
  try {
    const { systems, people } = loadInventory(inventory);
    return ok(`${inventory}: ${systems.length} systems, ${people.length} people`);
  } catch (error) {
    return problem(
      error instanceof Error ? error.message : String(error),
      'Mend the file; every mistake is named by its place',
    );
  }
}

async function slack(config: Config): Promise<Found> {
  if (config.slack.references === null) {
    if (config.slack.local === 'off') return ok('not used');
    const port = runningLocalSlack(config) === null ? null : lastSlackPort(config.dataDir);
    return ok(port === null ? 'none configured: npm start brings a local one' : `local, at http://127.0.0.1:${port}`);
  }
  // Its libraries take a moment to load, and nothing else here needs them.
  const { checkSlackHere } = await import('./slack-check.ts');
  const { findings } = await checkSlackHere(config, { live: false });
  const [worst] = [...findings].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  const amiss = findings.filter(({ level }) => level !== 'ok').length;
  if (!worst || worst.level === 'ok') return ok(findings[0]?.what ?? 'nothing to say');
  const more = amiss > 1 ? `, and ${amiss - 1} more` : '';
  const found = worst.level === 'error' ? problem : warning;
  return found(`${worst.about}: ${worst.what}${more}`, `${worst.fix ?? ''} All of it: tocsin slack check`.trim());
}

const LEVELS = ['ok', 'warning', 'error'];

function build(): Found {
  const missing = ['dist/src/main/cli.js', 'dist/workflow-bundle.js', 'dist/drill-bundle.js'].filter(
    (file) => !existsSync(join(packageRoot, file)),
  );
  return missing.length === 0 ? ok('built') : problem(`${missing.join(' and ')} missing`, 'npm run build');
}
