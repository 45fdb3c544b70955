import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { freePort } from '../src/embedded/ports.ts';
import { endProcess } from '../src/embedded/processes.ts';
import { connectTemporal } from '../src/main/temporal-client.ts';
import { startTemporalWorker } from '../src/main/temporal-worker.ts';
import { endWithUs } from './children.ts';
import { type Grounds, NAMESPACE, nextIncident } from './grounds.ts';
import { createHandWrittenTasks } from './hand-written-tasks.ts';
import { atLeast, type Measure, median, type Say, shown } from './measure.ts';
import { benchBundle } from './workshop.ts';

/** Steps a second of a hand-written workflow, on the server as `npm start` configures it and on the one that Temporal starts by itself. */

/**
 * Stock settings hold each workflow to some ten steps a second, however fast the machine is: that is what is judged. Many at once
 * are held back by the machine first, on either server.
 */
const SHAPES = [
  { workflows: 1, steps: 100, judged: true },
  { workflows: 20, steps: 20, judged: false },
] as const;

type Server = { stepsPerSecond(workflows: number, steps: number): Promise<number>; stop(): Promise<void> };

export async function benchServer(grounds: Grounds, rounds: number): Promise<Measure[]> {
  const stock = await startStock(grounds);
  try {
    const embedded = await serverAt(grounds, grounds.temporalAddress);
    try {
      return await compare(grounds.say, embedded, stock, rounds);
    } finally {
      await embedded.stop();
    }
  } finally {
    await stock.stop();
  }
}

async function compare(say: Say, embedded: Server, stock: Server, rounds: number): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const { workflows, steps, judged } of SHAPES) {
    const name = `${workflows}×${steps}`;
    const rates = { embedded: [] as number[], stock: [] as number[] };
    await embedded.stepsPerSecond(workflows, steps);
    await stock.stepsPerSecond(1, 5);
    for (let round = 1; round <= rounds; round++) {
      rates.embedded.push(await embedded.stepsPerSecond(workflows, steps));
      rates.stock.push(await stock.stepsPerSecond(workflows, steps));
      say(
        `server, ${name}, round ${round} of ${rounds}, steps/s: embedded ${rates.embedded.at(-1)?.toFixed(0)}; stock ${rates.stock.at(-1)?.toFixed(1)}`,
      );
    }
    const ratio = median(rates.embedded) / median(rates.stock);
    const ratioName = `embedded / stock server, ${name}`;
    measures.push(
      shown(`embedded server, ${name}`, median(rates.embedded), 'steps/s'),
      shown(`stock server, ${name}`, median(rates.stock), 'steps/s'),
      judged ? atLeast(ratioName, ratio, 'times', 10) : shown(ratioName, ratio, 'times'),
    );
  }
  return measures;
}

/** A worker on a server. */
async function serverAt(grounds: Grounds, address: string): Promise<Server> {
  const taskQueue = `bench-${randomUUID()}`;
  const temporal = { address, namespace: NAMESPACE };
  const payloadKeys = grounds.keys.worker.payload;
  const { client, close } = await connectTemporal(temporal, payloadKeys);
  const worker = await startTemporalWorker({
    temporal,
    taskQueue,
    payloadKeys,
    bundle: await benchBundle(),
    // The product's own activities are not called by what is measured here.
    activities: createHandWrittenTasks({ append: async () => undefined }) as never,
  });
  return {
    async stepsPerSecond(workflows, steps) {
      const started = performance.now();
      const one = (): Promise<void> => {
        const incident = nextIncident();
        const args = [{ incident, system: 'claims-triage', steps }];
        return client.workflow.execute('handWritten', { workflowId: incident, taskQueue, args });
      };
      await Promise.all(Array.from({ length: workflows }, one));
      return (workflows * steps * 1_000) / (performance.now() - started);
    },
    async stop() {
      await worker.stop();
      await close();
    },
  };
}

/** `temporal server start-dev --headless`, with nothing but a port of its own. */
async function startStock(grounds: Grounds): Promise<Server> {
  const port = await freePort();
  const child = spawn(grounds.temporalBinary, ['server', 'start-dev', '--headless', '--port', String(port)], {
    stdio: 'ignore',
  });
  endWithUs(child, 'SIGKILL');
  const end = async (): Promise<void> => {
    if (child.pid !== undefined) await endProcess(child.pid, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
  };
  try {
    const address = `127.0.0.1:${port}`;
    await untilItAnswers(child, address, grounds);
    const server = await serverAt(grounds, address);
    return {
      stepsPerSecond: server.stepsPerSecond,
      async stop() {
        await server.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

const ANSWERS_WITHIN_MS = 30_000;

async function untilItAnswers(child: ChildProcess, address: string, grounds: Grounds): Promise<void> {
  for (const deadline = Date.now() + ANSWERS_WITHIN_MS; ; ) {
    try {
      const { client, close } = await connectTemporal({ address, namespace: NAMESPACE }, grounds.keys.worker.payload);
      await client.workflowService.describeNamespace({ namespace: NAMESPACE }).finally(close);
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the stock server at ${address} does not answer`, { cause: error });
      await new Promise((again) => setTimeout(again, 200));
    }
  }
}
