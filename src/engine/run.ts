import type { RunStep } from '../playbook/plan.ts';
import { Cancelled, CancelScope, Stopped } from './cancel.ts';
import type { Conductor, Context } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { newFrame, type StepState } from './state.ts';

/** Another playbook, with variables of its own. Its `finally` runs whatever happened to its steps. */
export async function runPlaybook(
  conductor: Conductor,
  step: RunStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  if (!cur.variables) {
    cur.variables = { inputs: conductor.values(step.with, context.variables), steps: {} };
    conductor.record(step.path, 'run.started', { playbook: step.playbook });
  }
  const inner: Context = { variables: cur.variables, cancel: context.cancel };
  const frame = (cur.frame ??= newFrame());
  let thrown: Stopped | Cancelled | null = null;
  try {
    cur.blockOutcome = await runSequence(conductor, step.steps, frame, inner);
  } catch (error) {
    if (!(error instanceof Stopped || error instanceof Cancelled)) throw error;
    frame.ended = error instanceof Stopped ? 'stopped' : 'cancelled';
    thrown = error;
  }
  cur.finallyFrame ??= newFrame();
  await runSequence(conductor, step.finally, cur.finallyFrame, { variables: cur.variables, cancel: new CancelScope() });
  if (thrown) throw thrown;
  const outcome = cur.blockOutcome ?? 'completed';
  conductor.record(step.path, 'run.finished', { playbook: step.playbook, outcome });
  conductor.setOutputs(step, context, { outcome });
  return 'next';
}
