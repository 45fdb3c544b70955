import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import { explainDisk, SetupError } from './failure.ts';
import { freePort, isFree } from './ports.ts';
import { commandLine, type Exit, eachLine, endProcess, exited, isAlive } from './processes.ts';

export type TemporalOptions = {
  /** The `temporal` program (findTemporal). */
  binary: string;
  /** A folder of its own for the database; null keeps everything in memory. */
  dataDir: string | null;
  /** Without it the port of the last start, or a free one. */
  port?: number;
  /** The web UI: on this port, on a free one, or none. */
  ui?: number | 'free' | 'none';
  /** Added to the tuning, values in JSON. */
  dynamicConfig?: Record<string, string>;
  onLog: (line: string) => void;
};

export type RunningTemporal = {
  address: string;
  port: number;
  uiUrl: string | null;
  pid: number;
  exited: Promise<Exit>;
  stop(): Promise<void>;
};

/**
 * Two defaults of the server dominate everything else: `transferProcessorMaxPollRPS` holds a workflow to ten steps a second,
 * and timers are never earlier than a second (`timerProcessorMaxTimeShift`).
 */
export const TUNING: Record<string, string> = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.visibilityProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxTimeShift': '"1ms"',
  'system.enableActivityEagerExecution': 'true',
  'system.enableEagerWorkflowStart': 'true',
  'history.maxInFlightUpdates': '0',
};

/**
 * Measured with 200 workflow starts (fsync calls, starts a second): synchronous=NORMAL 66, 151; FULL 1,025, 124; SQLite's own default
 * (rollback journal) 3,820, 71. All three survive kill -9 of the server whole: the kernel holds what was written. A power cut is
 * another matter: in NORMAL the log reaches the disk at checkpoints only, so the last seconds of committed work may be gone (the file
 * stays consistent), while the timeline in PostgreSQL, flushed at each commit, still has them, and a replayed incident would
 * contradict it. FULL flushes each commit and loses nothing that was answered; it costs a quarter to a third (docs/benchmarks.md).
 */
const SQLITE: Record<string, string> = { journal_mode: 'WAL', synchronous: 'FULL' };

const READY_WITHIN_MS = 30_000;
const NAMESPACE = 'default';

/** Starts a Temporal server on the loopback interface and waits until its namespace answers. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const dataDir = options.dataDir === null ? null : resolve(options.dataDir);
  try {
    if (dataDir !== null) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      await clearTheWay(dataDir);
    }
    // A port found free can be gone a moment later: others look for theirs at the same time.
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port ?? (await choosePort(dataDir));
      const started = await launch(options, dataDir, port);
      if ('running' in started) return started.running;
      const taken = started.said.some((line) =>
        /address already in use|port \d+ .*(in use|taken)|can't set .*port/i.test(line),
      );
      if (!taken || attempt === 3) throw failureOf(started.said, started.exit);
      if (options.port !== undefined)
        throw new SetupError(
          'port-taken',
          `port ${port} is taken, Temporal cannot have it`,
          'Name another port, or none: a free one is chosen',
        );
    }
  } catch (error) {
    throw explainDisk(error, dataDir ?? 'the temporary folder');
  }
}

const database = (dataDir: string): string => join(dataDir, 'temporal.db');
const pidFile = (dataDir: string): string => join(dataDir, 'pid');
const portFile = (dataDir: string): string => join(dataDir, 'port');

/** A server left over by a killed Tocsin holds the database: it is stopped first. Nothing else is touched. */
async function clearTheWay(dataDir: string): Promise<void> {
  const file = pidFile(dataDir);
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (pid > 1 && isAlive(pid) && commandLine(pid)?.includes(database(dataDir))) await endServer(pid);
  rmSync(file, { force: true });
}

function endServer(pid: number): Promise<void> {
  return endProcess(pid, [
    { signal: 'SIGTERM', waitMs: 8_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ]);
}

async function choosePort(dataDir: string | null): Promise<number> {
  if (dataDir !== null && existsSync(portFile(dataDir))) {
    const last = Number.parseInt(readFileSync(portFile(dataDir), 'utf8'), 10);
    if (last > 0 && last < 65_536 && (await isFree(last))) return last;
  }
  return freePort();
}

async function uiPort(ui: TemporalOptions['ui']): Promise<number | null> {
  if (ui === undefined || ui === 'none') return null;
  return ui === 'free' ? freePort() : ui;
}

type Started = { running: RunningTemporal } | { said: string[]; exit: Exit };

async function launch(options: TemporalOptions, dataDir: string | null, port: number): Promise<Started> {
  const ui = await uiPort(options.ui);
  const words = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'error',
    '--log-format',
    'json',
  ];
  words.push(...(ui === null ? ['--headless'] : ['--ui-port', String(ui)]));
  if (dataDir !== null) {
    words.push('--db-filename', database(dataDir));
    for (const [name, value] of Object.entries(SQLITE)) words.push('--sqlite-pragma', `${name}=${value}`);
  }
  for (const [key, value] of Object.entries({ ...TUNING, ...options.dynamicConfig }))
    words.push('--dynamic-config-value', `${key}=${value}`);
  // A group of its own: Ctrl-C reaches the supervisor only, which stops things in order.
  const child = spawn(options.binary, words, { detached: true, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = exited(child);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    eachLine(stream, (line) => {
      if (said.length < 200) said.push(line);
      options.onLog(line);
    });
  }
  const broken = new Promise<never>((_, failed) => child.once('error', failed));
  if (child.pid !== undefined && dataDir !== null) writeFileSync(pidFile(dataDir), String(child.pid), { mode: 0o600 });
  const address = `127.0.0.1:${port}`;
  const patience = new AbortController();
  const first = await Promise.race([answers(address, patience.signal).then(() => null), gone, broken]);
  patience.abort();
  const pid = child.pid;
  if (first !== null || pid === undefined) return { said, exit: first ?? (await gone) };
  if (dataDir !== null) writeFileSync(portFile(dataDir), String(port), { mode: 0o600 });
  const stop = async (): Promise<void> => {
    await endServer(pid);
    await gone;
    if (dataDir !== null) rmSync(pidFile(dataDir), { force: true });
  };
  const uiUrl = ui === null ? null : `http://127.0.0.1:${ui}`;
  return { running: { address, port, uiUrl, pid, exited: gone, stop } };
}

/** Resolves when the namespace can be described: then workflows can start. */
async function answers(address: string, signal: AbortSignal): Promise<void> {
  // gRPC waits a second after the first refused connection unless told otherwise.
  const channelArgs = {
    'grpc.initial_reconnect_backoff_ms': 30,
    'grpc.min_reconnect_backoff_ms': 30,
    'grpc.max_reconnect_backoff_ms': 60,
  };
  const connection = Connection.lazy({ address, channelArgs });
  const deadline = Date.now() + READY_WITHIN_MS;
  try {
    while (!signal.aborted) {
      try {
        await connection.withDeadline(Date.now() + 1_000, () =>
          connection.workflowService.describeNamespace({ namespace: NAMESPACE }),
        );
        return;
      } catch (error) {
        if (Date.now() > deadline)
          throw new SetupError(
            'temporal-silent',
            `Temporal at ${address} does not answer within ${READY_WITHIN_MS / 1000} s`,
            'Look at the log in the data folder, then start again',
            { cause: error },
          );
      }
      await new Promise((again) => setTimeout(again, 20));
    }
  } finally {
    await connection.close();
  }
}

// The CLI reads TEMPORAL_* of its caller; they are meant for clients.
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

function failureOf(said: readonly string[], exit: Exit): SetupError {
  const text = said.slice(-8).join('\n  ');
  if (/no space left on device|database or disk is full/i.test(text)) {
    return new SetupError(
      'disk-full',
      'no space left on the disk that holds Temporal’s database',
      'Free some space, or put the data elsewhere: TOCSIN_DATA=/a/roomy/folder npm start',
    );
  }
  return new SetupError(
    'temporal-failed',
    `temporal ended with ${exit.signal ?? `code ${exit.code}`}:\n  ${text}`,
    'The lines above are its own; `npx tocsin doctor` checks the usual causes',
  );
}
