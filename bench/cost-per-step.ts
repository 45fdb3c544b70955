import { performance } from 'node:perf_hooks';
import { type Grounds, nextIncident } from './grounds.ts';
import type { HandWrittenInput } from './hand-written-tasks.ts';
import { atMost, type Measure, median, shown } from './measure.ts';
import { actsPlan } from './playbooks.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

/** What a step costs with the engine, and without it: workflows written by hand that do the same acts, on the same worker. */

type Shape = { workflows: number; steps: number };
type Contender = 'engine' | 'engine, recording' | 'hand-written' | 'hand-written, recording';

const CONTENDERS: readonly Contender[] = ['hand-written', 'engine', 'engine, recording', 'hand-written, recording'];

/** Ratios that are judged, by shape. */
const TARGETS: readonly { of: Contender; to: Contender; shapes: Readonly<Record<string, number>> }[] = [
  { of: 'engine', to: 'hand-written', shapes: { '1×100': 1.1, '20×40': 1.1 } },
  { of: 'engine, recording', to: 'hand-written', shapes: { '1×100': 1.4, '20×40': 1.3 } },
  { of: 'engine, recording', to: 'hand-written, recording', shapes: { '1×100': 0.75, '20×40': 0.75 } },
];

export async function benchCostPerStep(grounds: Grounds, rounds: number): Promise<Measure[]> {
  const workshop = await openWorkshop(grounds);
  try {
    const measures: Measure[] = [];
    for (const shape of [
      { workflows: 1, steps: 100 },
      { workflows: 20, steps: 40 },
    ])
      measures.push(...(await compare(grounds, workshop, shape, rounds)));
    return measures;
  } finally {
    await workshop.stop();
  }
}

async function compare(grounds: Grounds, workshop: Workshop, shape: Shape, rounds: number): Promise<Measure[]> {
  const plan = actsPlan(shape.steps);
  await grounds.publish(plan);
  const run = async (contender: Contender): Promise<number> => {
    const tookMs = await timed(contender, { grounds, workshop, plan, shape });
    await workshop.clear();
    return tookMs / (shape.workflows * shape.steps);
  };
  const name = `${shape.workflows}×${shape.steps}`;
  for (const contender of CONTENDERS) await run(contender);
  // In turns, there and back, so that neither a machine that slows down nor a place in the order favours any of them.
  const taken = new Map<Contender, number[]>(CONTENDERS.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of round % 2 === 0 ? CONTENDERS.toReversed() : CONTENDERS)
      taken.get(contender)?.push(await run(contender));
    const latest = CONTENDERS.map((contender) => `${contender} ${taken.get(contender)?.at(-1)?.toFixed(2)}`);
    grounds.say(`cost per step, ${name}, round ${round} of ${rounds}, ms: ${latest.join('; ')}`);
  }
  const ms = (contender: Contender): number => median(taken.get(contender) as number[]);
  return [
    ...CONTENDERS.map((contender) => shown(`a step, ${contender}, ${name}`, ms(contender), 'ms')),
    ...TARGETS.flatMap(({ of, to, shapes }) => {
      const target = shapes[name];
      return target === undefined ? [] : [atMost(`${of} / ${to}, ${name}`, ms(of) / ms(to), 'times', target)];
    }),
  ];
}

type Run = { grounds: Grounds; workshop: Workshop; plan: ReturnType<typeof actsPlan>; shape: Shape };

/** From before the first start to the end of the last plan. */
async function timed(contender: Contender, { grounds, workshop, plan, shape }: Run): Promise<number> {
  workshop.recording = contender !== 'engine';
  const started = performance.now();
  const all = Array.from({ length: shape.workflows }, async () => {
    if (contender === 'engine' || contender === 'engine, recording') {
      const { ended } = await workshop.open(plan);
      return ended;
    }
    const incident = nextIncident();
    const input: HandWrittenInput = { incident, system: 'claims-triage', steps: shape.steps };
    const workflow = contender === 'hand-written' ? 'handWritten' : 'handWrittenRecorded';
    const { taskQueue } = workshop;
    await grounds.client.workflow.execute(workflow, { workflowId: incident, taskQueue, args: [input] });
  });
  await Promise.all(all);
  return performance.now() - started;
}
