import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { explainDisk, SetupError } from './failure.ts';
import { freePort, isFree } from './ports.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { asUser, type PostgresUser, postgresUser } from './postgres-user.ts';
import { commandLine, type Exit, eachLine, endProcess, exited, isAlive, isZombie, processesIn } from './processes.ts';

export type PostgresOptions = {
  /** A folder of its own: cluster, password and remembered port live in it. */
  dataDir: string;
  /** Without it the port of the last start, or a free one. */
  port?: number;
  onLog: (line: string) => void;
  /** False gives up crash safety for speed. For tests only. */
  durable?: boolean;
};

export type RunningPostgres = {
  /** Superuser of the cluster, its password included: hand it to nobody who may not see it. */
  url: string;
  port: number;
  pid: number;
  exited: Promise<Exit>;
  /** Ends sessions, writes everything down, stops. */
  stop(): Promise<void>;
};

const SUPERUSER = 'tocsin';
const DATABASE = 'tocsin';
const READY_WITHIN_MS = 60_000;

/** Where the cluster of a data folder answers, given what its files `password` and `port` say. */
export const postgresUrl = (password: string, port: number): string =>
  `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;

/** Starts the PostgreSQL of a data folder, making the folder's cluster first where there is none. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const user = postgresUser();
  const binaries = postgresBinaries(user);
  let dataDir = resolve(options.dataDir);
  try {
    // Passing through is enough for the database's user; the password file is its owner's alone.
    mkdirSync(dataDir, { recursive: true, mode: user === null ? 0o700 : 0o711 });
    // One spelling of the path, so that a left-over process is known by it.
    dataDir = realpathSync(dataDir);
    const cluster = join(dataDir, 'cluster');
    if (!existsSync(cluster)) await makeCluster({ ...options, dataDir }, cluster, binaries, user);
    await clearTheWay(cluster);
    return await launch({ ...options, dataDir }, cluster, binaries, user);
  } catch (error) {
    throw explainDisk(error, dataDir);
  }
}

/** Makes the cluster under another name and renames it, so that a crash half-way leaves nothing that looks whole. */
async function makeCluster(
  options: PostgresOptions,
  cluster: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<void> {
  const draft = `${cluster}.new`;
  const passwordFile = join(options.dataDir, 'password');
  const handover = join(options.dataDir, 'password.new');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  writeFileSync(handover, password, { mode: 0o600 });
  if (user !== null) for (const path of [draft, handover]) chownSync(path, user.uid, user.gid);
  try {
    const words = ['-D', draft, '-U', SUPERUSER, `--pwfile=${handover}`, '--auth=scram-sha-256', '--encoding=UTF8'];
    // Collation of our own keeps an index valid when the machine's C library changes.
    words.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions');
    if (options.durable === false) words.push('--no-sync');
    await run(asUser(user, [binaries.initdb, draft], binaries.initdb, words), null, options.onLog);
    const single = ['--single', '-D', draft, 'postgres'];
    await run(
      asUser(user, [binaries.postgres, draft], binaries.postgres, single),
      `CREATE DATABASE ${DATABASE};\n`,
      options.onLog,
    );
  } finally {
    rmSync(handover, { force: true });
  }
  renameSync(draft, cluster);
}

type Command = ReturnType<typeof asUser>;

async function run(program: Command, input: string | null, onLog: (line: string) => void): Promise<void> {
  const child = spawn(program.command, program.args, {
    ...program.options,
    cwd: '/',
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    onLog(line);
  };
  eachLine(child.stdout, hear);
  eachLine(child.stderr, hear);
  child.stdin.end(input ?? '');
  await new Promise<void>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      if (code === 0) done();
      else failed(failureOf(basename(program.command), said, { code, signal }));
    });
  });
}

/**
 * A postmaster left over by a killed Tocsin still owns the cluster: it is stopped, properly. A lock file whose process is gone is
 * PostgreSQL's own business (it also checks for surviving back ends); it is removed only where PostgreSQL would take another
 * process for its own: the number now belongs to a stranger, or to a corpse that nobody collects.
 */
async function clearTheWay(cluster: string): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (isAlive(pid) && isPostmasterOf(pid, cluster)) {
    await endProcess(pid, [
      { signal: 'SIGINT', waitMs: 10_000 },
      { signal: 'SIGQUIT', waitMs: 5_000 },
    ]);
    if (isAlive(pid)) throw stuck(pid, cluster);
    return;
  }
  if (!isAlive(pid) && !isZombie(pid)) return;
  const deadline = Date.now() + 10_000;
  while (processesIn(cluster).length > 0) {
    if (Date.now() > deadline) throw stuck(processesIn(cluster)[0] ?? pid, cluster);
    await new Promise((again) => setTimeout(again, 20));
  }
  rmSync(lock, { force: true });
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  const words = commandLine(pid);
  // Unknown counts as ours: two postmasters on one cluster would destroy it.
  return words === null || (words.includes('postgres') && words.includes(cluster));
}

function stuck(pid: number, cluster: string): SetupError {
  return new SetupError(
    'postgres-stuck',
    `an earlier PostgreSQL (process ${pid}) still runs on ${cluster} and does not stop`,
    `End it by hand: kill -QUIT ${pid}`,
  );
}

async function launch(
  options: PostgresOptions,
  cluster: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<RunningPostgres> {
  const remembered = join(options.dataDir, 'port');
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const port = options.port ?? (await choosePort(remembered));
    const attempt = await launchOnce(options, cluster, binaries, user, port);
    if ('running' in attempt) {
      writeFileSync(remembered, String(port), { mode: 0o600 });
      return attempt.running;
    }
    const { said } = attempt;
    const taken = said.some((line) => line.includes('Address already in use'));
    // Back ends of a killed postmaster may take a moment to notice.
    const settling = said.some((line) => line.includes('still in use') || line.includes('pre-existing shared memory'));
    if (taken && options.port !== undefined) {
      throw new SetupError(
        'port-taken',
        `port ${port} is taken, PostgreSQL cannot have it`,
        'Name another port, or none: a free one is chosen',
      );
    }
    if ((!taken && !settling) || Date.now() > deadline) throw failureOf('postgres', said, attempt.exit);
    if (settling) await new Promise((again) => setTimeout(again, 100));
  }
}

async function choosePort(remembered: string): Promise<number> {
  const last = existsSync(remembered) ? Number.parseInt(readFileSync(remembered, 'utf8'), 10) : Number.NaN;
  if (last > 0 && last < 65_536 && (await isFree(last))) return last;
  return freePort();
}

type Attempt = { running: RunningPostgres } | { said: string[]; exit: Exit };

async function launchOnce(
  options: PostgresOptions,
  cluster: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
  port: number,
): Promise<Attempt> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(options.durable === false ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  const words = [
    '-D',
    cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const program = asUser(user, [binaries.postgres, cluster], binaries.postgres, words);
  // A group of its own: Ctrl-C reaches the supervisor only, which stops things in order.
  const child = spawn(program.command, program.args, {
    ...program.options,
    cwd: '/',
    env: environment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = exited(child);
  const said: string[] = [];
  const ready = new Promise<void>((done, failed) => {
    child.once('error', failed);
    eachLine(child.stderr, (line) => {
      if (said.length < 200) said.push(line);
      options.onLog(line);
      if (line.includes('database system is ready to accept connections')) done();
    });
  });
  const first = await Promise.race([ready.then(() => null), gone]);
  if (first !== null) return { said, exit: first };
  const pid = child.pid;
  if (pid === undefined) throw new Error('PostgreSQL started without a process id');
  const password = readFileSync(join(options.dataDir, 'password'), 'utf8').trim();
  const stop = async (): Promise<void> => {
    await endProcess(pid, [
      { signal: 'SIGINT', waitMs: 10_000 },
      { signal: 'SIGQUIT', waitMs: 5_000 },
      { signal: 'SIGKILL', waitMs: 5_000 },
    ]);
    await gone;
  };
  return {
    running: {
      url: postgresUrl(password, port),
      port,
      pid,
      exited: gone,
      stop,
    },
  };
}

// Messages in English: one of them says that the server is ready.
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
}

function failureOf(program: string, said: readonly string[], exit: Exit): SetupError {
  const text = said.slice(-8).join('\n  ');
  if (/No space left on device/.test(text)) {
    return new SetupError(
      'disk-full',
      'no space left on the disk that holds the database',
      'Free some space, or put the data elsewhere: TOCSIN_DATA=/a/roomy/folder npm start',
    );
  }
  const how = exit.signal ?? `code ${exit.code}`;
  return new SetupError(
    'postgres-failed',
    `${program} ended with ${how}:\n  ${text}`,
    'The lines above are its own; `npx tocsin doctor` checks the usual causes',
  );
}
