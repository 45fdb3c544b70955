import { CancellationScope, continueAsNew } from '@temporalio/workflow';
import { DrillRun } from '../src/simulator/core/drill-run.ts';
import { VirtualRun } from '../src/simulator/core/virtual-run.ts';
import { DrillRecord } from './drill-record.ts';
import type { DrillEnd, DrillInput, PlanDrill, ScriptDrill } from './messages.ts';
import { playWithPeople } from './people-drill.ts';

type Of<D> = Extract<DrillInput, D>;
type Over = DrillEnd | { status: 'continued'; next: DrillInput };
/** What the run of a plan and the run of a script ask of whoever keeps them. */
type Keeping = {
  drillRecord: DrillRecord;
  continueDue: () => boolean;
  over: (how: Over) => void;
  onCrash: (error: unknown) => void;
};

/**
 * A drill: the same engine and the same timeline as an incident, in a world of its own. By bots alone it leaps from event to event; with
 * people it runs by the clock. A click on "cancel" in Temporal ends none.
 */
export function drill(input: DrillInput): Promise<DrillEnd> {
  return CancellationScope.nonCancellable(() =>
    'script' in input && input.people ? playWithPeople(input) : playByBots(input),
  );
}

async function playByBots(input: DrillInput): Promise<DrillEnd> {
  const incident = 'script' in input ? input.id : input.opening.incident;
  const drillRecord = new DrillRecord(incident, input);
  const over = await new Promise<Over>((resolve, reject) => {
    const continueDue = () => drillRecord.added >= (input.options?.continueAfterEvents ?? 1_000);
    const keeping: Keeping = { drillRecord, continueDue, over: resolve, onCrash: reject };
    if ('script' in input) playScript(input, keeping);
    else playPlan(input, keeping);
  });
  await drillRecord.flush();
  if (over.status !== 'continued') return over;
  return await continueAsNew<typeof drill>({ ...over.next, seq: drillRecord.seq });
}

function playScript(input: Of<ScriptDrill>, { drillRecord, over, ...keeping }: Keeping): void {
  new DrillRun({
    ...input,
    ...keeping,
    record: (event) => drillRecord.add(event),
    admit: (calls, at, back) => void drillRecord.admit(calls, at).then(back).catch(keeping.onCrash),
    onContinue: (state) => over({ status: 'continued', next: { ...input, state } }),
    onEnd: (world) => over({ status: 'ended', world }),
  }).begin();
}

function playPlan(input: Of<PlanDrill>, { drillRecord, over, ...keeping }: Keeping): void {
  new VirtualRun({
    ...input,
    ...keeping,
    record: (event) => drillRecord.add(event),
    outside: (_call, back) => void drillRecord.flush().then(back).catch(keeping.onCrash),
    onContinue: (state) => over({ status: 'continued', next: { ...input, state } }),
    onEnd: (status, world) => over({ status, world }),
  }).begin();
}
