import type { JsonObject } from '../incident/json.ts';
import type { RunStep } from '../playbook/plan.ts';
import { Abandoned, CancelScope, isThrown, type Thrown } from './cancel.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { newFrame, type StepState, type Variables } from './state.ts';

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
  const inner: Context = { ...context, variables: cur.variables };
  const frame = (cur.frame ??= newFrame());
  let thrown: Thrown | null = null;
  try {
    cur.blockOutcome = await runSequence(conductor, step.steps, frame, inner);
  } catch (error) {
    if (!isThrown(error)) throw error;
    thrown = error;
  }
  cur.finallyFrame ??= newFrame();
  const last: Context = { variables: cur.variables, again: context.again, cancel: new CancelScope() };
  await runSequence(conductor, step.finally, cur.finallyFrame, last);
  const outcome = thrown instanceof Abandoned ? 'failed' : (cur.blockOutcome ?? 'completed');
  if (!thrown || thrown instanceof Abandoned)
    conductor.record(step.path, 'run.finished', { playbook: step.playbook, outcome });
  if (thrown) throw thrown;
  conductor.setOutputs(step, context, { outcome, ...outputsOf(conductor, step, outcome, cur.variables) });
  return 'next';
}

/** What cannot be looked at, because people skipped the step that it comes from, is null, and the timeline says why. */
function outputsOf(conductor: Conductor, step: RunStep, outcome: string, variables: Variables): JsonObject {
  const left: JsonObject = {};
  for (const [name, value] of Object.entries(step.outputs ?? {}))
    try {
      left[name] = outcome === 'completed' ? conductor.value(value, variables) : null;
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      left[name] = null;
      conductor.record(step.path, 'system.warned', {
        code: 'no-output',
        message: `${step.playbook} left no "${name}": ${error.message}`,
      });
    }
  return left;
}
