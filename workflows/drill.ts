import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { Tasks } from '../src/activities/tasks.ts';
import { DrillRun } from '../src/simulator/core/drill-run.ts';
import { VirtualRun, type VirtualRunOptions } from '../src/simulator/core/virtual-run.ts';
import type { DrillEnd, DrillInput } from './messages.ts';
import { Outbox } from './outbox.ts';

const { record } = proxyActivities<Tasks>({
  startToCloseTimeout: 30_000,
  retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 },
});

type Over = DrillEnd | { status: 'continued'; next: DrillInput };
/** What the run of a plan and the run of a script ask of whoever keeps them. */
type Keeping = Pick<VirtualRunOptions, 'record' | 'outside' | 'continueDue' | 'onCrash'>;

/** A drill that jumps from event to event: the same engine and the same timeline as an incident, in a world of its own. */
export async function drill(input: DrillInput): Promise<DrillEnd> {
  const incident = 'script' in input ? input.id : input.opening.incident;
  const outbox = new Outbox(input.seq, []);
  const flush = async () => {
    const upTo = outbox.seq;
    for (let events = outbox.carry(); (events[0]?.seq ?? Number.POSITIVE_INFINITY) <= upTo; events = outbox.carry()) {
      await record({ incident, events });
      outbox.confirm(events.at(-1)?.seq ?? upTo);
    }
  };
  const over = await new Promise<Over>((resolve, reject) => {
    const keeping: Keeping = {
      record: (event) => void outbox.add(event),
      outside: (_call, back) => void flush().then(back, reject),
      continueDue: () => outbox.seq - input.seq >= (input.options?.continueAfterEvents ?? 1_000),
      onCrash: reject,
    };
    play(input, keeping, resolve);
  });
  while (outbox.unconfirmed.length > 0) await flush();
  if (over.status !== 'continued') return over;
  return await continueAsNew<typeof drill>({ ...over.next, seq: outbox.seq });
}

function play(input: DrillInput, keeping: Keeping, over: (how: Over) => void): void {
  const run =
    'script' in input
      ? new DrillRun({
          ...input,
          ...keeping,
          admit: (call, _at, back) => keeping.outside?.(call, () => back(null)),
          onContinue: (state) => over({ status: 'continued', next: { ...input, state } }),
          onEnd: (world) => over({ status: 'ended', world }),
        })
      : new VirtualRun({
          ...input,
          ...keeping,
          onContinue: (state) => over({ status: 'continued', next: { ...input, state } }),
          onEnd: (status, world) => over({ status, world }),
        });
  run.begin();
}
