import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { explainDisk, SetupError } from '../embedded/failure.ts';
import { type Exit, endProcess, exited } from '../embedded/processes.ts';
import type { Go, Ready, SlackGo, Told } from './supervised.ts';

/** Something that runs and may end by itself. */
export type Running = { pid: number; exited: Promise<Exit>; stop(): Promise<void> };

export type Kept<R extends Running> = {
  /** What runs now, or last ran. */
  current(): R;
  stop(): Promise<void>;
  /** Ends at once, without ceremony. */
  kill(): void;
};

const BACK_OFF_MS = [200, 500, 1_000, 2_000, 5_000, 10_000];
/** After running this long a death counts as the first again. */
const SETTLED_AFTER_MS = 30_000;

/** Starts something, and starts it again whenever it ends without being asked to. The first start must succeed. */
export async function keepRunning<R extends Running>(
  name: string,
  start: () => Promise<R>,
  say: (line: string) => void,
): Promise<Kept<R>> {
  let stopping = false;
  let tries = 0;
  let wake: (() => void) | null = null;
  let current = await start();
  let startedAt = Date.now();

  const restart = async (why: string): Promise<void> => {
    let deaths = Date.now() - startedAt > SETTLED_AFTER_MS ? 0 : tries;
    for (let reason = why; !stopping; ) {
      const delayMs = BACK_OFF_MS[Math.min(deaths, BACK_OFF_MS.length - 1)] ?? 10_000;
      say(`${name} ${reason}; starting it again${delayMs < 1_000 ? '' : ` in ${delayMs / 1_000} s`}`);
      deaths += 1;
      await pause(delayMs);
      if (stopping) return;
      try {
        current = await start();
        startedAt = Date.now();
        tries = deaths;
        say(`${name} runs again (process ${current.pid})`);
        return;
      } catch (error) {
        reason = `did not start: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
      }
    }
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });

  const watch = async (): Promise<void> => {
    while (!stopping) {
      const { code, signal } = await current.exited;
      if (!stopping) await restart(`ended (${signal ?? `code ${code}`})`);
    }
  };
  const watching = watch();
  return {
    current: () => current,
    stop: async () => {
      stopping = true;
      wake?.();
      await current.stop();
      await watching;
      // A restart under way when we were told to stop may have brought up another one.
      await current.stop();
    },
    kill: () => {
      stopping = true;
      wake?.();
      try {
        process.kill(current.pid, 'SIGKILL');
      } catch {
        // It is gone already, and that is what was wanted.
      }
    },
  };
}

/** As the command line calls them. */
export type ServiceName = 'worker' | 'server' | 'drill-worker' | 'local-slack';

const TITLES = { worker: 'worker', server: 'server', 'drill-worker': 'drill worker', 'local-slack': 'local Slack' };

/** As people read it. */
export const serviceTitle = (name: ServiceName): string => TITLES[name];

export type ServiceOptions = {
  name: ServiceName;
  /** The compiled command line. */
  cli: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
};

export type RunningService = Running & { ready: Ready };

const READY_WITHIN_MS = 60_000;
/** A worker gives acts under way 20 s to end before it hands them back. */
const STOP_WITHIN_MS = 25_000;
const LOG_BYTES_MAX = 20 * 1024 * 1024;

/**
 * A service as a process of its own. It is spawned at once, so that it loads its code while what it depends on still starts; `go`
 * then tells it where things are and waits until it is ready.
 */
export function spawnService({ name, cli, env, logFile }: ServiceOptions): {
  child: ChildProcess;
  go(message: Go | SlackGo): Promise<RunningService>;
  kill(): void;
} {
  const log = openLog(logFile);
  // A group of its own: Ctrl-C reaches the supervisor only, which stops things in order.
  const child = spawn(process.execPath, ['--enable-source-maps', cli, name], {
    env: { ...env, TOCSIN_SUPERVISED: '1' },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const gone = exited(child);
  const stop = async (): Promise<void> => {
    if (child.pid === undefined) return;
    await endProcess(child.pid, [
      { signal: 'SIGTERM', waitMs: STOP_WITHIN_MS },
      { signal: 'SIGKILL', waitMs: 5_000 },
    ]);
    await gone;
  };
  const told = new Promise<Told>((hear, failed) => {
    child.once('error', failed);
    child.on('message', (message: Told) => {
      if (message.type !== 'loaded') hear(message);
    });
  });
  told.catch(() => undefined);
  return {
    child,
    async go(message) {
      if (child.connected) child.send(message);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), READY_WITHIN_MS);
      });
      const first = await Promise.race([told, gone, late]);
      clearTimeout(timer);
      const pid = child.pid;
      if (first !== 'late' && 'type' in first && first.type === 'ready' && pid !== undefined) {
        const { type: _, ...ready } = first;
        return { ready, pid, exited: gone, stop };
      }
      await stop();
      throw serviceFailure(serviceTitle(name), logFile, first);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function serviceFailure(name: string, logFile: string, first: Told | Exit | 'late'): SetupError {
  if (first === 'late') {
    return new SetupError(
      'service-silent',
      `the ${name} was not ready within ${READY_WITHIN_MS / 1000} s:\n  ${tail(logFile)}`,
      `Its log: ${logFile}`,
    );
  }
  if ('type' in first && first.type === 'failed')
    return new SetupError(first.code, `the ${name} cannot start: ${first.message}`, first.fix || `Its log: ${logFile}`);
  const how = 'type' in first ? 'without a word' : `with ${first.signal ?? `code ${first.code}`}`;
  return new SetupError(
    'service-failed',
    `the ${name} ended ${how} before it was ready:\n  ${tail(logFile)}`,
    `Its log: ${logFile}`,
  );
}

function openLog(file: string): number {
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw explainDisk(error, file);
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n  ');
}
