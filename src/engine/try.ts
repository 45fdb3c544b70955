import type { TryStep } from '../playbook/plan.ts';
import { Abandoned, CancelScope, isThrown, type Thrown } from './cancel.ts';
import type { Conductor, Context } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { type BlockOutcome, newFrame, type StepState } from './state.ts';

/** Steps with an answer to the first failure among them. `finally` runs whatever happened, also when it was called off. */
export async function tryStep(
  conductor: Conductor,
  step: TryStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  let outcome: BlockOutcome = 'completed';
  let thrown: Thrown | null = null;
  try {
    outcome = await attempt(conductor, step, cur, context);
  } catch (error) {
    if (!isThrown(error)) throw error;
    thrown = error;
  }
  cur.finallyFrame ??= newFrame();
  const { variables, again } = context;
  await runSequence(conductor, step.finally, cur.finallyFrame, { variables, again, cancel: new CancelScope() });
  if (thrown) throw thrown;
  conductor.setOutputs(step, context, { outcome });
  return 'next';
}

async function attempt(conductor: Conductor, step: TryStep, cur: StepState, context: Context): Promise<BlockOutcome> {
  const { variables } = context;
  cur.frame ??= newFrame();
  if (!step.onFailure) return runSequence(conductor, step.steps, cur.frame, context);
  try {
    return await runSequence(conductor, step.steps, cur.frame, { ...context, caught: true });
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
    if (!cur.failureFrame) conductor.record(step.path, 'branch.taken', { branch: 'on-failure' });
    cur.failureFrame ??= newFrame();
    const locals = { ...variables.locals, failure: error.failure };
    await runSequence(conductor, step.onFailure, cur.failureFrame, { ...context, variables: { ...variables, locals } });
    return 'failed';
  }
}
