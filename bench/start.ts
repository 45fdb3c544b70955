import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { freePort } from '../src/embedded/ports.ts';
import { eachLine } from '../src/embedded/processes.ts';
import { packageRoot } from '../src/main/package-root.ts';
import { endWithUs } from './children.ts';
import { atMost, type Measure, median, type Say, shown } from './measure.ts';

/** `npm start` on a built checkout, until it says that Tocsin runs: on an empty data folder, and on one that was used before. */
export async function benchStart(say: Say, rounds: number): Promise<Measure[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-start-'));
    try {
      const port = await freePort();
      cold.push(await secondsToReady(folder, port));
      warm.push(await secondsToReady(folder, port));
      say(`start, round ${round} of ${rounds}: cold ${cold.at(-1)?.toFixed(1)} s; warm ${warm.at(-1)?.toFixed(1)} s`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return [
    shown('npm start on an empty data folder', median(cold), 's'),
    atMost('npm start on a used data folder', median(warm), 's', 4),
  ];
}

async function secondsToReady(folder: string, port: number): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(packageRoot, 'scripts', 'start.mjs')], {
    env: {
      ...process.env,
      NO_COLOR: '1',
      TEMPORAL_ADDRESS: '',
      DATABASE_URL: '',
      TOCSIN_DATA: join(folder, 'data'),
      TOCSIN_PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithUs(child, 'SIGINT');
  const gone = once(child, 'exit');
  const said: string[] = [];
  try {
    await new Promise<void>((ready, failed) => {
      for (const stream of [child.stdout, child.stderr])
        eachLine(stream, (line) => {
          said.push(line);
          if (line.startsWith('Tocsin runs')) ready();
        });
      gone.then(() => failed(new Error(`npm start ended before it was ready:\n${said.join('\n')}`)), failed);
    });
    return (performance.now() - started) / 1_000;
  } finally {
    child.kill('SIGINT');
    await gone;
  }
}
