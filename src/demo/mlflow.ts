import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, SetupError } from '../embedded/failure.ts';
import { freePort } from '../embedded/ports.ts';
import { eachLine, endProcess, exited } from '../embedded/processes.ts';

/** A real MLflow on this machine, in a Python environment of its own: for the demo, and for tests on the real system. */
export type RunningMlflow = {
  url: string;
  pid: number;
  stop(): Promise<void>;
  /** It dies at once, with what it was doing. Its data stays: start it again on the same folder and port. */
  kill(): void;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
};

const REQUIREMENTS = join(import.meta.dirname, 'mlflow-requirements.txt');
const READY_WITHIN_MS = 90_000;
const INSTALL_WITHIN_MS = 600_000;
const LOG_LINES_KEPT = 30;
/** How long the gateway may go on as before a change. MLflow takes 10 to 300. */
const CACHE_SECONDS = 10;

/** The `mlflow` command: where TOCSIN_TEST_MLFLOW says (a Python environment or the command itself), or in our cache. Null if none. */
export function findMlflow(env: NodeJS.ProcessEnv): string | null {
  const named = env.TOCSIN_TEST_MLFLOW;
  if (named) return [join(named, 'bin/mlflow'), named].find((path) => existsSync(path)) ?? null;
  const cached = join(environmentFolder(env), 'bin/mlflow');
  return existsSync(cached) ? cached : null;
}

/** Whether there is anything to install it with. */
export const canInstallMlflow = (env: NodeJS.ProcessEnv): boolean =>
  onPath('uv', env) !== null || onPath('python3', env) !== null;

/** Makes the Python environment in our cache, with `uv` if it is there, which is much faster. Answers with the `mlflow` command. */
export async function installMlflow({
  env,
  onProgress,
  signal,
}: {
  env: NodeJS.ProcessEnv;
  onProgress: (line: string) => void;
  signal?: AbortSignal;
}): Promise<string> {
  const folder = environmentFolder(env);
  const uv = onPath('uv', env);
  const python = onPath('python3', env);
  if (uv === null && python === null)
    throw new SetupError(
      'python-missing',
      'MLflow needs Python 3.10 or newer, and there is none here',
      'Install Python (https://www.python.org/downloads) or uv (https://docs.astral.sh/uv).',
    );
  const run = (command: string, args: string[]) =>
    promisify(execFile)(command, args, { env, signal, timeout: INSTALL_WITHIN_MS, maxBuffer: 20_000_000 });
  onProgress(`Installing MLflow into ${folder} (about 200 MB, once) …`);
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  try {
    if (uv !== null) {
      await run(uv, ['venv', '--quiet', folder]);
      await run(uv, ['pip', 'install', '--quiet', '--python', join(folder, 'bin/python'), '-r', REQUIREMENTS]);
    } else {
      await run(python as string, ['-m', 'venv', folder]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
      await run(join(folder, 'bin/python'), pip);
    }
  } catch (error) {
    // Half an environment would be found next time and fail in strange ways.
    rmSync(folder, { recursive: true, force: true });
    signal?.throwIfAborted();
    throw new SetupError(
      'mlflow-not-installed',
      `MLflow could not be installed: ${lastLines(error)}`,
      'Debian and Ubuntu keep a part of Python apart: apt-get install python3-venv. Else see the message above.',
      { cause: error },
    );
  }
  return join(folder, 'bin/mlflow');
}

/**
 * Starts MLflow on loopback with its data in `folder`, and resolves when it answers. It takes addresses on this machine for its gateway
 * and its webhooks, tells nobody of its use, and lets a change of the gateway wait ten seconds at most.
 */
export async function startMlflow({
  folder,
  env,
  port: wanted,
  signal,
}: {
  folder: string;
  env: NodeJS.ProcessEnv;
  port?: number;
  signal?: AbortSignal;
}): Promise<RunningMlflow> {
  const command = findMlflow(env);
  if (command === null)
    throw new SetupError('mlflow-missing', 'there is no MLflow here', 'Install it: tocsin demo story --yes');
  mkdirSync(join(folder, 'artefacts'), { recursive: true });
  const port = wanted ?? (await freePort());
  const child = spawn(command, serverArguments(folder, port), {
    cwd: folder,
    env: serverEnvironment(folder, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: MLflow starts helpers, which must end with it.
    detached: true,
  });
  const gone = exited(child);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => undefined);
  const log: string[] = [];
  const keep = (line: string) => {
    log.push(line);
    if (log.length > LOG_LINES_KEPT) log.shift();
  };
  eachLine(child.stdout, keep);
  eachLine(child.stderr, keep);
  const pid = child.pid;
  if (pid === undefined) return failed;
  const url = `http://127.0.0.1:${port}`;
  const end = () => killGroup(pid);
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    await endProcess(pid, [
      { signal: 'SIGTERM', waitMs: 3_000 },
      { signal: 'SIGKILL', waitMs: 2_000 },
    ]);
    killGroup(pid);
  };
  try {
    await Promise.race([answers(url, signal), failed, endedEarly(gone, log)]);
  } catch (error) {
    await stop();
    throw error;
  }
  const kill = async () => {
    process.off('exit', end);
    killGroup(pid);
    await gone;
  };
  return { url, pid, stop, kill };
}

const serverArguments = (folder: string, port: number): string[] => [
  'server',
  '--backend-store-uri',
  `sqlite:///${join(folder, 'mlflow.db')}`,
  '--artifacts-destination',
  join(folder, 'artefacts'),
  '--serve-artifacts',
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  '--workers',
  '1',
  // The command line has a default of its own, which wins over the environment.
  '--secrets-cache-ttl',
  String(CACHE_SECONDS),
];

const serverEnvironment = (folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  PATH: env.PATH,
  HOME: env.HOME,
  LANG: 'C.UTF-8',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  DO_NOT_TRACK: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  MLFLOW_GATEWAY_API_BASE_ALLOWED_SCHEMES: 'http',
  MLFLOW_GATEWAY_API_BASE_ALLOW_PRIVATE_IPS: 'true',
  MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http',
  MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
  // Else a webhook that is made now may hear nothing for a minute.
  MLFLOW_WEBHOOK_CACHE_TTL: '1',
  // What seals the secrets in its database: whoever starts again on the same data needs the same.
  MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: keptIn(folder, 'webhook-key', fernetKey),
  MLFLOW_CRYPTO_KEK_PASSPHRASE: keptIn(folder, 'gateway-key', () => randomBytes(24).toString('hex')),
});

const fernetKey = (): string => randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

function keptIn(folder: string, name: string, make: () => string): string {
  const path = join(folder, name);
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600 });
  return readFileSync(path, 'utf8');
}

async function answers(url: string, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    try {
      const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok && (await answer.text()) === 'OK') return;
    } catch {
      // Not up yet: there is no event to await, so ask again.
    }
    await pause(100, undefined, { signal });
  }
  throw new SetupError(
    'mlflow-slow',
    `MLflow did not answer within ${READY_WITHIN_MS / 1000} s`,
    'Try again; it is slow when the machine is busy.',
  );
}

async function endedEarly(exit: ReturnType<typeof exited>, log: readonly string[]): Promise<never> {
  const { code, signal } = await exit;
  throw new SetupError(
    'mlflow-ended',
    `MLflow ended while it started (${signal ?? `code ${code}`}):\n${log.slice(-8).join('\n')}`,
    'If its environment is broken, remove ~/.cache/tocsin/mlflow and let it be installed again.',
  );
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Gone already, as it should be.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

const environmentFolder = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'tocsin/mlflow');

const onPath = (program: string, env: NodeJS.ProcessEnv): string | null =>
  (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path)) ?? null;

function lastLines(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : '';
  return (said || (error instanceof Error ? error.message : String(error))).split('\n').slice(-5).join('\n');
}
