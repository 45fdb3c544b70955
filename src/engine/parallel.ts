import type { ParallelStep } from '../playbook/plan.ts';
import { Abandoned, type BranchCalledOff, isThrown, Stopped } from './cancel.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { type Frame, newFrame, type StepState } from './state.ts';

/**
 * All branches run to their end, also when one of them stops: informing people must not end because a rollback did. Unless the
 * playbook says that the first that completes, or the first that fails, calls the others off. What they have done stays done.
 */
export async function parallelStep(
  conductor: Conductor,
  step: ParallelStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  const frames = (cur.frames ??= Object.fromEntries(step.branches.map((branch) => [branch.name, newFrame()])));
  const crashes: unknown[] = [];
  // Only where a first one is awaited can the step itself fail, and be tried again.
  const again = step.any ? [...(context.again ?? []), cur.humanRetries ?? 0] : context.again;
  // Taken up again: those that were called off are still on their way out.
  const parts = step.branches.map(({ name }) => ({
    name,
    ...context.cancel.part(`${step.path}/${name}`, (name !== cur.first && cur.calledOff) || null),
  }));
  const callOff = (reason: BranchCalledOff) => {
    if (!context.cancel.reason) cur.calledOff = reason;
    for (const { name, scope } of parts) if (name !== cur.first) scope.cancel(reason);
  };
  const reasonFor = (frame: Frame): BranchCalledOff | null => {
    if (frame.ended === 'completed') return step.any ? 'another branch came first' : null;
    return frame.ended && frame.ended !== 'cancelled' && step.failFast ? 'another branch failed' : null;
  };
  await conductor.fibers.all(
    step.branches.map((branch, i) => async () => {
      const frame = (frames[branch.name] ??= newFrame());
      const part = parts[i] as (typeof parts)[number];
      try {
        await runSequence(conductor, branch.steps, frame, { ...context, again, cancel: part.scope });
      } catch (error) {
        if (!isThrown(error)) crashes.push(error);
      }
      part.leave();
      const reason = reasonFor(frame);
      if (!reason || cur.first !== undefined) return;
      cur.first = branch.name;
      if (step.any && frame.ended === 'completed') conductor.record(step.path, 'branch.taken', { branch: branch.name });
      callOff(reason);
    }),
  );
  if (crashes.length > 0) throw crashes[0];
  context.cancel.check();
  return outcomeOf(conductor, step, cur, context);
}

function outcomeOf(conductor: Conductor, step: ParallelStep, cur: StepState, context: Context): StepOutcome {
  const ended = step.branches.flatMap(({ name }) => cur.frames?.[name] ?? []);
  if (ended.some((frame) => frame.ended === 'stopped')) throw new Stopped();
  const first = cur.first === undefined ? undefined : cur.frames?.[cur.first]?.ended;
  if (step.any && first === 'completed') {
    conductor.setOutputs(step, context, { first: cur.first as string });
    return 'next';
  }
  const failure = ended.find((frame) => frame.ended === 'abandoned')?.failure;
  if (failure) throw new Abandoned(failure);
  if (first === 'denied' || first === 'failed') return { ended: first };
  if (step.any) throw new StepFailed(NONE);
  return 'next';
}

const NONE = {
  code: 'no-branch-completed',
  message: 'No branch was completed: each was denied or failed.',
  retryable: false,
  effect: 'none',
} as const;
