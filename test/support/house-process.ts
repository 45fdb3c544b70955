import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { type Exit, eachLine, endProcess, exited } from '../../src/embedded/processes.ts';

const root = dirname(dirname(import.meta.dirname));

export type HouseProcess = {
  child: ChildProcess;
  pid: number;
  /** All that it printed so far. */
  said(): string;
  /** Resolves with the first line that matches, past or to come; rejects when the process ends before. */
  heard(pattern: RegExp): Promise<string>;
  exited: Promise<Exit>;
};

/** `npm start` as a process, with a data folder and a port of its own. Whatever is left of it ends with the test. */
export function startHouse(env: Record<string, string>): HouseProcess {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('npm start did not start');
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const hear = (line: string): void => {
    lines.push(line);
    for (const listener of listeners) listener(line);
  };
  eachLine(child.stdout, hear);
  eachLine(child.stderr, hear);
  const gone = exited(child);
  onTestFinished(async () => {
    const left = [pid, ...descendants(pid)];
    for (const one of left) await endProcess(one, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
  });
  return {
    child,
    pid,
    said: () => lines.join('\n'),
    exited: gone,
    heard: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (line: string): void => {
          if (!pattern.test(line)) return;
          listeners.delete(look);
          resolve(line);
        };
        listeners.add(look);
        for (const line of lines) look(line);
        gone.then(() => reject(new Error(`it ended before it said ${pattern}:\n${lines.join('\n')}`)));
      }),
  };
}

export type HouseSettings = { TOCSIN_DATA: string; TOCSIN_PORT: string; TOCSIN_SLACK_PORT: string };

export async function freeSettings(folder: string): Promise<HouseSettings> {
  const [port, slackPort] = [await freePort(), await freePort()];
  return { TOCSIN_DATA: join(folder, 'data'), TOCSIN_PORT: String(port), TOCSIN_SLACK_PORT: String(slackPort) };
}

/** Every process below this one. Linux only, as the tests are. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(name);
    if (stat !== null) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
  }
  const below = (one: number): number[] =>
    [...parents].filter(([, parent]) => parent === one).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

// Processes end while one looks.
function statOf(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}
