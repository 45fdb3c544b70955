import type { WaitStep } from '../playbook/plan.ts';
import { Cancelled } from './cancel.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import type { StepOutcome } from './sequence.ts';
import type { StepState } from './state.ts';

/** Waits for a time, or until a condition over the plan's variables holds; always bounded. */
export async function waitStep(
  conductor: Conductor,
  step: WaitStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  const { until } = step;
  let fault: StepFailed | null = null;
  const holds = (): boolean => {
    try {
      return until !== null && conductor.condition(until.cel, context.variables);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      fault = error;
      return true;
    }
  };
  if (cur.until === undefined) {
    cur.until = conductor.stage.now() + step.forMs;
    conductor.record(step.path, 'wait.started', { until: cur.until, for: until?.cel ?? null });
  }
  const ended = (because: 'condition' | 'elapsed' | 'called-off') =>
    conductor.record(step.path, 'wait.ended', { because });
  try {
    const watch = until ? holds : undefined;
    const how = holds() ? 'watched' : await conductor.until(cur.until, step.path, context.cancel, watch);
    if (fault) throw fault;
    ended(how === 'watched' ? 'condition' : 'elapsed');
    return 'next';
  } catch (error) {
    if (error instanceof Cancelled) ended('called-off');
    throw error;
  }
}
