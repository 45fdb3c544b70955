import type { IfStep } from '../playbook/plan.ts';
import type { Conductor, Context } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { newFrame, type StepState } from './state.ts';

/** The branch that was taken is state: it is never evaluated again. A block that ends early ends its own branch only. */
export async function ifStep(
  conductor: Conductor,
  step: IfStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  if (cur.branch === undefined) {
    cur.branch = conductor.condition(step.cel, context.variables) ? 'then' : 'else';
    conductor.record(step.path, 'branch.taken', { branch: cur.branch });
  }
  cur.frame ??= newFrame();
  await runSequence(conductor, cur.branch === 'then' ? step.then : step.else, cur.frame, context);
  return 'next';
}
