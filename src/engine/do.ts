import type { JsonObject } from '../incident/json.ts';
import type { DoStep } from '../playbook/plan.ts';
import { PROVED } from '../playbook/proved.ts';
import { actKey, approvalFor, carryOut, type Errand, turnFor } from './carry-out.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { noticeGiven } from './oblige.ts';
import type { StepOutcome } from './sequence.ts';
import type { StepState } from './state.ts';

/** An act, and its proof, which belong together where another plan acts on the same AI system. */
export async function doStep(
  conductor: Conductor,
  step: DoStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  try {
    return await actAndProve(conductor, step, cur, context);
  } finally {
    conductor.turns.leave(step.path);
  }
}

/** Its undo is registered right before it begins: a half-finished effect has one, and an act that was called off before has none. */
async function actAndProve(conductor: Conductor, step: DoStep, cur: StepState, context: Context): Promise<StepOutcome> {
  const { variables, cancel } = context;
  const pausable = conductor.pausable(cancel);
  if (!cur.outputs) {
    cur.with ??= conductor.values(step.use.with, variables);
    const errand = errandOf(conductor, step, 'act', cur, context, cur.with);
    const { key } = errand.call;
    const gate = conductor.gate(step.path, cancel, pausable);
    if (gate) await gate;
    errand.beginning = () => registerUndo(conductor, step, context, key);
    try {
      cur.outputs = await carryOut(conductor, errand, cur, cancel, pausable);
    } catch (error) {
      if (error instanceof StepFailed && error.fault.effect === 'none') unregisterUndo(conductor, key);
      throw error;
    }
  }
  if (step.prove) {
    const input = conductor.values(step.prove.with, variables);
    const proof = await carryOut(
      conductor,
      errandOf(conductor, step, 'prove', cur, context, input),
      cur,
      cancel,
      pausable,
    );
    if (proof.proved !== true) throw new StepFailed(notProved(step, String(proof.detail ?? 'the proof failed')));
  }
  conductor.setOutputs(step, context, step.prove ? { ...cur.outputs, [PROVED]: true } : cur.outputs);
  if (step.fulfils)
    conductor.obligations.fulfil(step.fulfils, noticeGiven(step, cur.with ?? {}, cur.outputs), step.path);
  return 'next';
}

function notProved(step: DoStep, detail: string) {
  return {
    code: 'not-proved',
    message: `${step.use.capability} reported success, but ${step.prove?.capability} does not confirm it: ${detail}`,
    retryable: false,
    effect: 'unknown' as const,
  };
}

function errandOf(
  conductor: Conductor,
  step: DoStep,
  purpose: 'act' | 'prove',
  cur: StepState,
  { again }: Context,
  input: JsonObject,
): Errand {
  const use = purpose === 'prove' && step.prove ? step.prove : step.use;
  const risky = step.use.risk === 'disruptive' || step.use.risk === 'irreversible';
  return {
    call: {
      key: actKey(conductor, step.path, purpose, cur.humanRetries ?? 0, again),
      path: step.path,
      capability: use.capability,
      risk: use.risk,
      purpose,
      with: input,
      timeoutMs: use.timeoutMs,
      undoes: null,
      approval:
        use.risk === 'disruptive' || use.risk === 'irreversible'
          ? approvalFor(conductor, step.path, step.coveredBy, step.unattended)
          : null,
    },
    retry: step.retry,
    provedBy: purpose === 'act' ? (step.prove?.capability ?? null) : null,
    // Its proof looks on while it is still its turn: to wait for another's as well could be for ever.
    turnOn: risky ? turnFor(cur.with ?? input) : undefined,
  };
}

/** One entry for each human retry: what an earlier try changed is not what the last one found, so each is undone by itself. */
function registerUndo(conductor: Conductor, step: DoStep, context: Context, key: string): void {
  const { undo } = step;
  const { undos } = conductor.state;
  if (!undo || undos.some((entry) => entry.actKey === key)) return;
  const input = conductor.values(undo.with, context.variables);
  undos.push({
    actKey: key,
    path: step.path,
    title: step.title,
    capability: undo.capability,
    risk: undo.risk,
    timeoutMs: undo.timeoutMs,
    with: input,
    approvedBy: step.coveredBy,
    unattended: step.unattended,
  });
  conductor.record(step.path, 'undo.registered', { capability: undo.capability, with: input });
}

function unregisterUndo(conductor: Conductor, key: string): void {
  conductor.state.undos = conductor.state.undos.filter((entry) => entry.actKey !== key);
}
