import type { SayStep } from '../playbook/plan.ts';
import { actKey, carryOut } from './carry-out.ts';
import type { Conductor, Context } from './conductor.ts';
import type { StepOutcome } from './sequence.ts';
import type { StepState } from './state.ts';

/** A message to people of the organisation. */
export async function sayStep(
  conductor: Conductor,
  step: SayStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  cur.with ??= conductor.values(step.use.with, context.variables);
  const { capability, risk, timeoutMs } = step.use;
  const outputs = await carryOut(
    conductor,
    {
      call: {
        key: actKey(conductor, step.path, 'say', cur.humanRetries ?? 0, context.again),
        path: step.path,
        capability,
        risk,
        timeoutMs,
        purpose: 'say',
        with: cur.with,
        undoes: null,
        approval: null,
      },
      retry: { attempts: 3, delayMs: 5_000, factor: 2 },
      provedBy: null,
    },
    cur,
    context.cancel,
    conductor.pausable(context.cancel),
  );
  conductor.setOutputs(step, context, outputs);
  return 'next';
}
