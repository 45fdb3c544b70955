import type { Question, Risk, Vote } from '../incident/decision.ts';
import type { IncidentEvent, Purpose } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';

/** One use of a capability, ready to be carried out. */
export type Call = {
  /**
   * Idempotency key: incident / step path / purpose / human retry; an undo's begins with that of its act. Stable across
   * automatic retries, new for a human one.
   */
  key: string;
  path: string;
  capability: string;
  risk: Risk;
  purpose: Purpose;
  with: JsonObject;
  /** 1, 2, 3 … within this key: the playbook's own `retry`. */
  attempt: number;
  timeoutMs: number;
  /** The key of the act that this call undoes. */
  undoes: string | null;
  /** For disruptive and irreversible acts: the decision that allows it, for the worker to verify. */
  approval: Approval | null;
};

/** What the worker that holds the credentials checks before a risky act. */
export type Approval =
  | { question: Question; votes: Vote[]; escalated: boolean; byDefault: boolean; planHash: string }
  | { unattended: string; planHash: string };

/** `effect: 'none'`: it is certain that nothing was changed, so there is nothing to undo. */
export type ActFault = { code: string; message: string; retryable: boolean; effect: 'none' | 'unknown' };
export type ActResult = { ok: true; outputs: JsonObject } | { ok: false; fault: ActFault };

/**
 * The port through which the engine acts. Callbacks, not promises: one `.then` between stage and engine would make an exact
 * count of runnable fibers a lie.
 */
export interface Stage {
  /** Scenario time, epoch ms. */
  now(): number;
  /** Carries out a call. `done` is called exactly once and never before `act` returns; `act` never throws. `tookMs`: scenario ms. */
  act(call: Call, done: (result: ActResult, tookMs: number) => void): void;
  /** Calls `fire` once at `time` or as soon after as no fiber is runnable; entries of one time fire in order of `path`. Returns cancel. */
  at(time: number, path: string, fire: () => void): () => void;
  /** Puts an event on the timeline. Synchronous: numbering and delivery are the stage's matter. */
  record(event: IncidentEvent): void;
}
