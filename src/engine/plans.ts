import { Cancelled, CancelScope, Stopped } from './cancel.ts';
import type { Conductor } from './conductor.ts';
import type { PlanRun } from './plan-run.ts';
import { runSequence } from './sequence.ts';
import type { PlanOutcome } from './state.ts';
import { unwind } from './undo.ts';

/** Plays one plan of the incident from where it stands to its end. */
export async function performPlan(conductor: Conductor, run: PlanRun): Promise<void> {
  const { state, plan, main } = run;
  if (state.phase === 'steps') {
    state.outcome = await outcomeOf(() =>
      runSequence(conductor, plan.steps, state.frame, { variables: state.scope, cancel: main }),
    );
    if (state.cancelled) state.outcome = state.cancelled === 'stand-down' ? 'stood-down' : 'unwound';
    state.phase = state.cancelled ? 'unwinding' : 'finally';
  }
  if (state.phase === 'unwinding' && state.cancelled === 'stand-down') return standDown(conductor);
  if (state.phase === 'unwinding') {
    await unwind(conductor, [run]);
    state.phase = 'finally';
  }
  await finish(conductor, run);
}

/** Undoes what all the plans that were stood down have done, the latest act first whosesoever it was, once the last of them has stopped. */
async function standDown(conductor: Conductor): Promise<void> {
  const party = conductor.runs.filter(
    ({ state }) => state.cancelled === 'stand-down' && (state.phase === 'steps' || state.phase === 'unwinding'),
  );
  // Those that stop first leave it to the last; taken up again, the first does it for all.
  if (conductor.standingDown || party.some(({ state }) => state.phase === 'steps')) return;
  conductor.standingDown = true;
  await unwind(conductor, party);
  for (const { state } of party) state.phase = 'finally';
  conductor.standingDown = false;
  await conductor.fibers.all(party.map((run) => () => finish(conductor, run)));
}

async function finish(conductor: Conductor, { state, plan, path }: PlanRun): Promise<void> {
  const shielded = { variables: state.scope, cancel: new CancelScope() };
  await outcomeOf(() => runSequence(conductor, plan.finally, state.finallyFrame, shielded));
  conductor.record(path, 'plan.finished', { outcome: state.outcome ?? 'completed' });
  state.phase = 'ended';
}

async function outcomeOf(block: () => Promise<PlanOutcome>): Promise<PlanOutcome> {
  try {
    return await block();
  } catch (error) {
    if (error instanceof Stopped || error instanceof Cancelled) return 'stopped';
    throw error;
  }
}
