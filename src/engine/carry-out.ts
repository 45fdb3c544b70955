import type { Purpose } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import type { Retry } from '../playbook/plan.ts';
import type { CancelScope } from './cancel.ts';
import { type Conductor, StepFailed } from './conductor.ts';
import type { ActResult, Approval, Call } from './stage.ts';
import type { StepState } from './state.ts';

export type Errand = {
  call: Omit<Call, 'attempt'>;
  retry: Retry;
  provedBy: string | null;
  /** The AI system that it must not share with another plan's risky act. */
  turnOn?: string | undefined;
  /** Called before each attempt, when nothing keeps it from beginning any more. */
  beginning?: () => void;
};

/**
 * Carries out one use of a capability with the playbook's own retries, and returns its outputs or throws StepFailed. An act in
 * flight is always awaited, even when its part of the plan is called off: else its effect could land after its own undo.
 */
export async function carryOut(
  conductor: Conductor,
  errand: Errand,
  cur: StepState,
  cancel: CancelScope,
  pausable: boolean,
): Promise<JsonObject> {
  const { call, retry, provedBy, turnOn, beginning } = errand;
  const { path, capability, purpose } = call;
  // Between an act and its proof nobody else's may come; one that is still to begin lets others go first.
  const yieldTurn = () => (purpose === 'prove' ? conductor.turns.rest(path) : conductor.turns.leave(path));
  for (;;) {
    if (cur.retryAt !== undefined) {
      yieldTurn();
      await conductor.until(cur.retryAt, path, cancel);
      delete cur.retryAt;
    }
    for (;;) {
      const gate = conductor.gate(path, cancel, pausable);
      if (gate) {
        yieldTurn();
        await gate;
      }
      const turn =
        turnOn === undefined
          ? undefined
          : conductor.turns.take({ path, capability, system: turnOn, undoing: purpose === 'undo' }, cancel);
      if (!turn) break;
      await turn;
    }
    beginning?.();
    cur.attempt ??= 1;
    const { result, tookMs } = await inFlight(conductor, attempted(call, cur.attempt));
    if (result.ok) {
      cur.attempt = undefined;
      conductor.record(path, 'act.done', { capability, outputs: result.outputs, tookMs, purpose, provedBy });
      return result.outputs;
    }
    const may = result.fault.retryable && (!retry.on || retry.on.includes(result.fault.code));
    const again = may && cur.attempt < retry.attempts && !cancel.reason;
    const delayMs = Math.round(retry.delayMs * retry.factor ** (cur.attempt - 1));
    const retryAt = again ? conductor.stage.now() + delayMs : null;
    const { code, message } = result.fault;
    conductor.record(path, 'act.failed', { capability, code, message, attempt: cur.attempt, retryAt, purpose });
    if (retryAt === null) {
      cur.attempt = undefined;
      throw new StepFailed(result.fault);
    }
    cur.attempt++;
    cur.retryAt = retryAt;
  }
}

/** Each attempt is a call of its own. Field by field: a spread with one more field takes far longer. */
const attempted = (
  { key, path, capability, risk, purpose, with: input, timeoutMs, undoes, approval }: Errand['call'],
  attempt: number,
): Call => ({ key, path, capability, risk, purpose, with: input, timeoutMs, undoes, approval, attempt });

/** The intent is recorded before the act, and rides with it. */
function inFlight(conductor: Conductor, call: Call): Promise<{ result: ActResult; tookMs: number }> {
  const { key, attempt, capability, risk, purpose } = call;
  conductor.record(call.path, 'act.started', { key, attempt, capability, risk, with: call.with, purpose });
  conductor.actsInFlight++;
  return conductor.fibers.suspend((resume) => {
    conductor.stage.act(call, (result, tookMs) => {
      conductor.actsInFlight--;
      resume({ result, tookMs });
    });
  });
}

/** `again`: how often people had each block around the step tried again as a whole, whose steps then have acts of their own. */
export function actKey(
  conductor: Conductor,
  path: string,
  purpose: Purpose,
  humanRetries: number,
  again: readonly number[] = [],
): string {
  const tries = again.some((count) => count > 0) ? [...again, humanRetries].join('.') : humanRetries;
  return [conductor.opening.incident, path, purpose, tries].join(':');
}

/** A step that was tried again has several acts to undo: each undo is named after its own. */
export const undoKey = (actKey: string, humanRetries: number): string => [actKey, 'undo', humanRetries].join(':');

/** An act on this AI system must not cross another plan's: its input names the system. */
export const turnFor = ({ system }: JsonObject): string | undefined =>
  typeof system === 'string' ? system : undefined;

/** The decision that allows a risky act, for the worker to verify; null when none is needed. */
export function approvalFor(
  conductor: Conductor,
  path: string,
  approvedBy: string | null,
  unattended: string | null,
): Approval | null {
  const planHash = conductor.planHash(path);
  if (unattended !== null) return { unattended, planHash };
  const standing = approvedBy === null ? undefined : conductor.state.approvals[approvedBy];
  if (!standing) return null;
  const { question, votes, escalated, byDefault } = standing;
  return { question, votes, escalated, byDefault, planHash };
}
