import type { ParallelStep } from '../playbook/plan.ts';
import { Abandoned, isThrown, Stopped } from './cancel.ts';
import type { Conductor, Context } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { newFrame, type StepState } from './state.ts';

/** All branches run to their end, also when one of them stops: informing people must not end because a rollback did. */
export async function parallelStep(
  conductor: Conductor,
  step: ParallelStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  const frames = (cur.frames ??= Object.fromEntries(step.branches.map((branch) => [branch.name, newFrame()])));
  const crashes: unknown[] = [];
  await conductor.fibers.all(
    step.branches.map((branch) => async () => {
      const frame = (frames[branch.name] ??= newFrame());
      try {
        await runSequence(conductor, branch.steps, frame, context);
      } catch (error) {
        if (!isThrown(error)) crashes.push(error);
      }
    }),
  );
  if (crashes.length > 0) throw crashes[0];
  context.cancel.check();
  const ended = step.branches.map((branch) => frames[branch.name]);
  if (ended.some((frame) => frame?.ended === 'stopped')) throw new Stopped();
  const failure = ended.find((frame) => frame?.ended === 'abandoned')?.failure;
  if (failure) throw new Abandoned(failure);
  return 'next';
}
