import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { exerciseId } from '../src/incident/ids.ts';
import { builtBundle } from '../src/main/bundle.ts';
import { drillTasks, openDrillDatabase } from '../src/main/drill-worker.ts';
import { packageRoot } from '../src/main/package-root.ts';
import { startTemporalWorker } from '../src/main/temporal-worker.ts';
import { sealPlan } from '../src/playbook/hash.ts';
import { newDrill } from '../src/simulator/core/drill.ts';
import { DRILL_WORKFLOW, type DrillInput } from '../workflows/messages.ts';
import { type Grounds, NAMESPACE } from './grounds.ts';
import { type Measure, median, shown } from './measure.ts';
import { generatedDrill } from './rehearsal.ts';

const AT_ONCE = 20;

/** The drill of the benchmark of rehearsals on Temporal, with bots in every seat, by one drill worker with the rights of one: alone, and many at once. */
export async function benchDrills(grounds: Grounds, rounds: number): Promise<Measure[]> {
  const { script, plan: draft } = generatedDrill();
  const plan = sealPlan(draft);
  await grounds.publish(plan);
  const { play, stop } = await openDrillWorker(grounds);
  let drills = 0;
  /** From the start of the first to the end of the last. */
  const played = async (count: number): Promise<{ seconds: number; events: number }> => {
    const ids = Array.from({ length: count }, () => exerciseId(2026, ++drills));
    const began = performance.now();
    await Promise.all(ids.map((id) => play({ ...newDrill({ id, script, plan, seed: drills }), seq: 0 })));
    const seconds = (performance.now() - began) / 1_000;
    const timelines = await Promise.all(ids.map((id) => grounds.reader.incident(id)));
    const events = timelines.reduce((sum, timeline) => sum + (timeline?.events.length ?? 0), 0);
    if (timelines.some((timeline) => timeline?.events.at(-1)?.type !== 'exercise.ended'))
      throw new Error('a drill is not on its timeline to its end');
    return { seconds, events };
  };
  try {
    await played(1);
    const alone: { seconds: number; events: number }[] = [];
    for (let round = 0; round < rounds; round++) alone.push(await played(1));
    const many = await played(AT_ONCE);
    return [
      shown('a drill by bots on Temporal, alone', median(alone.map(({ seconds }) => seconds)), 's'),
      shown('its events', median(alone.map(({ seconds, events }) => events / seconds)), 'events/s'),
      shown(`${AT_ONCE} of them at once, until the last has ended`, many.seconds, 's'),
      shown('their events', many.events / many.seconds, 'events/s'),
    ];
  } finally {
    await stop();
  }
}

/** As `drill-worker` sets itself up, in this process. */
async function openDrillWorker({ client, databaseUrl, keys, temporalAddress }: Grounds) {
  const onProblem = (): void => {};
  const pool = await openDrillDatabase(databaseUrl, onProblem);
  const tasks = drillTasks({ pool, keys: keys.worker, databaseUrl, onProblem });
  const taskQueue = `bench-${randomUUID()}`;
  const worker = await startTemporalWorker({
    temporal: { address: temporalAddress, namespace: NAMESPACE },
    taskQueue,
    payloadKeys: keys.worker.payload,
    bundle: builtBundle(packageRoot, 'drills'),
    activities: tasks.activities,
  });
  return {
    play: (input: DrillInput & { id: string }) =>
      client.workflow.execute(DRILL_WORKFLOW, { workflowId: input.id, taskQueue, args: [input] }),
    async stop() {
      await worker.stop();
      await tasks.close();
      await pool.end();
    },
  };
}
