import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { eachLine } from '../src/embedded/processes.ts';
import { openDecisions } from '../src/incident/view.ts';
import { packageRoot } from '../src/main/package-root.ts';
import { endWithUs } from './children.ts';
import { approval, type Grounds, nextIncident, openingOf } from './grounds.ts';
import { atMost, type Measure, median, shown } from './measure.ts';
import { decisionsPlan } from './playbooks.ts';

/**
 * A decision waits, and the worker that holds the incident in memory is killed; another one runs. From the vote, sent at once,
 * until the act that it allows stands on the timeline as begun. The workers are the product's own processes.
 */
export async function benchRecovery(grounds: Grounds, rounds: number): Promise<Measure[]> {
  const taskQueue = `bench-${randomUUID()}`;
  const incidents = grounds.incidentsOn(taskQueue);
  const plan = decisionsPlan(1);
  await grounds.publish(plan);
  const tookMs: number[] = [];
  let holder = await startWorker(grounds, taskQueue);
  try {
    for (let round = 1; round <= rounds; round++) {
      const incident = nextIncident();
      await incidents.startIncident({ opening: openingOf(incident), plan, seq: 0 });
      const view = await grounds.until(incident, (seen) => (openDecisions(seen)[0] ? seen : null));
      const other = await startWorker(grounds, taskQueue);
      await kill(holder);
      holder = other;
      const begun = grounds.until(incident, (_, events) => events.some((event) => event.type === 'act.started'));
      const sent = performance.now();
      const [answer] = await Promise.all([incidents.send(incident, approval(grounds.keys.server, view)), begun]);
      tookMs.push(performance.now() - sent);
      if (answer.status !== 'accepted') throw new Error(`a vote was refused: ${answer.message}`);
      grounds.say(`recovery, round ${round} of ${rounds}: ${tookMs.at(-1)?.toFixed(0)} ms`);
      // So that the next one finds its AI system free.
      await grounds.client.workflow.getHandle(incident).terminate();
      await grounds.pool.query('DELETE FROM leases');
    }
  } finally {
    await kill(holder);
  }
  return [
    atMost(`a waiting decision after kill -9 of its worker, median of ${rounds}`, median(tookMs) / 1_000, 's', 1.5),
    shown(`a waiting decision after kill -9 of its worker, slowest of ${rounds}`, Math.max(...tookMs) / 1_000, 's'),
  ];
}

async function startWorker(grounds: Grounds, taskQueue: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(packageRoot, 'dist', 'src', 'main', 'cli.js'), 'worker'], {
    cwd: packageRoot,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: grounds.databaseUrl,
      TEMPORAL_ADDRESS: grounds.temporalAddress,
      TOCSIN_KEYS: grounds.keysDir,
      TOCSIN_TASK_QUEUE: taskQueue,
      TOCSIN_DATA: grounds.scratch,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWithUs(child, 'SIGKILL');
  const said: string[] = [];
  await new Promise<void>((ready, failed) => {
    eachLine(child.stderr, (line) => {
      said.push(line);
      if (line.includes('the worker is ready')) ready();
    });
    child.once('error', failed);
    child.once('exit', () => failed(new Error(`the worker ended before it was ready:\n${said.join('\n')}`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
