import { roundName } from '../incident/step-path.ts';
import type { RepeatStep } from '../playbook/plan.ts';
import { stepsInRound } from '../playbook/rounds.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { newFrame, type StepState, type Variables } from './state.ts';

/** The same steps until a condition holds. A deny ends it: nobody is asked again what they have denied. */
export async function repeatStep(
  conductor: Conductor,
  step: RepeatStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  for (;;) {
    const { variables, round, name } = await begin(conductor, step, cur, context);
    const steps = stepsInRound(step.steps, step.path, name);
    const frame = (cur.frame ??= newFrame());
    const outcome = await runSequence(conductor, steps, frame, { ...context, variables });
    const denied = outcome === 'denied';
    const over = denied || conductor.condition(step.until, variables);
    if (!over && round < step.times) {
      if (step.everyMs > 0) cur.until = (cur.roundStartedAt ?? 0) + step.everyMs;
      cur.round = round + 1;
      delete cur.frame;
      delete cur.rounds;
      continue;
    }
    // What the last round left is known from here on.
    Object.assign(context.variables.steps, variables.steps);
    if (!over) throw new StepFailed(timesUp(step));
    conductor.record(step.path, 'rounds.finished', { count: round });
    conductor.setOutputs(step, context, { count: round, outcome: denied ? 'denied' : 'completed' });
    return 'next';
  }
}

/** Waits until the round is due, and begins it or takes it up. */
async function begin(conductor: Conductor, step: RepeatStep, cur: StepState, context: Context) {
  const round = (cur.round ??= 1);
  // A person's retry begins anew: its rounds are others, or their acts would pass for done.
  const name = roundName(round, cur.humanRetries);
  if (!cur.rounds) {
    if (cur.until !== undefined) await conductor.until(cur.until, step.path, context.cancel);
    delete cur.until;
    cur.rounds = { [name]: {} };
    cur.roundStartedAt = conductor.stage.now();
    conductor.record(step.path, 'round.started', { round, of: step.times });
  }
  const { inputs, locals } = context.variables;
  const steps = (cur.rounds[name] ??= {});
  const variables: Variables = { inputs, steps, ...(locals && { locals }), outer: context.variables };
  return { variables, round, name };
}

const timesUp = ({ times, until }: RepeatStep) => ({
  code: 'times-up',
  message: `after ${times === 1 ? 'the only round' : `${times} rounds`} this is still not true: ${until}`,
  retryable: false,
  effect: 'none' as const,
});
