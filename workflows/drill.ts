import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { Tasks } from '../src/activities/tasks.ts';
import { type RunState, VirtualRun } from '../src/simulator/core/virtual-run.ts';
import type { World } from '../src/simulator/core/world.ts';
import type { DrillInput } from './messages.ts';
import { Outbox } from './outbox.ts';

const { record } = proxyActivities<Tasks>({
  startToCloseTimeout: 30_000,
  retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 },
});

type End = { status: 'ended' | 'stalled'; world: World } | { status: 'continued'; state: RunState };

/** A drill that jumps from event to event: the same engine and the same timeline as an incident, in a world of its own. */
export async function drill(input: DrillInput): Promise<{ status: 'ended' | 'stalled'; world: World }> {
  const { opening, plan, bots, messages, options } = input;
  const { incident } = opening;
  const outbox = new Outbox(input.seq, []);
  const flush = async () => {
    const upTo = outbox.seq;
    for (let events = outbox.carry(); (events[0]?.seq ?? Number.POSITIVE_INFINITY) <= upTo; events = outbox.carry()) {
      await record({ incident, events });
      outbox.confirm(events.at(-1)?.seq ?? upTo);
    }
  };
  const end = await new Promise<End>((resolve, reject) => {
    new VirtualRun({
      plan,
      opening,
      bots,
      messages,
      state: input.state,
      record: (event) => void outbox.add(event),
      outside: (_call, back) => void flush().then(back, reject),
      continueDue: () => outbox.seq - input.seq >= (options?.continueAfterEvents ?? 1_000),
      onContinue: (state) => resolve({ status: 'continued', state }),
      onEnd: (status, world) => resolve({ status, world }),
      onCrash: reject,
    }).begin();
  });
  while (outbox.unconfirmed.length > 0) await flush();
  if (end.status !== 'continued') return end;
  return await continueAsNew<typeof drill>({ ...input, state: end.state, seq: outbox.seq });
}
