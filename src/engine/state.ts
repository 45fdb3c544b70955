import type { Question, Risk, Vote } from '../incident/decision.ts';
import type { Json, JsonObject } from '../incident/json.ts';
import type { MessageResult } from '../incident/messages.ts';
import type { Severity } from '../incident/severity.ts';
import type { Plan } from '../playbook/plan.ts';
import type { BranchCalledOff, CancelReason, Failure } from './cancel.ts';
import type { Heard } from './heard.ts';
import type { ActFault } from './stage.ts';

/**
 * The open frontier as plain JSON: a position per open sequence and what is needed to go on from there. Everything an
 * expression decided is stored and never evaluated again. Carried through continue-as-new; `format` is raised when its shape changes.
 */
export type State = PlanState & {
  format: 1;
  status: 'open' | 'resolved' | 'closed';
  paused: boolean;
  severity: Severity;
  /** What can be undone, of all plans, in the order of the acts. */
  undos: Undo[];
  /** Questions without an answer, by number. */
  open: Record<string, OpenQuestion>;
  /** How each closed question ended, by number. */
  settled: Record<string, string>;
  nextQuestion: number;
  /** Approvals that stand, by the path of the step that asked. */
  approvals: Record<string, StandingApproval>;
  /** Results of messages by id, oldest first, so that a repeat is answered as it first was. */
  accepted: [string, MessageResult][];
  /** Duties to notify, by number; those that are settled too. */
  obligations: Record<number, ObligationState>;
  /** Alerts that came since. Absent while there are none. */
  heard?: Heard;
  /** When the incident was opened. Absent in what was saved before it was kept. */
  openedAt?: number;
  /** Plans that people added, in that order. Absent while there are none. */
  added?: AddedPlan[];
};

/** Where one plan stands; that of the plan which the incident was opened with is part of the incident's own. */
export type PlanState = {
  phase: 'new' | 'steps' | 'unwinding' | 'finally' | 'ended';
  outcome: PlanOutcome | null;
  cancelled: CancelReason | null;
  /** Variables of the plan's own scope; those of a `run` stand in its step state. */
  scope: Variables;
  frame: Frame;
  finallyFrame: Frame;
  /** State of the undo that is being carried out. Plans that are stood down together have it at the first of them. */
  undoing: StepState | null;
  unwound: { undone: number; left: number } | null;
};

/** `plan`: as published, with the paths of its own. `by`: who added it; absent in what was saved before it was kept. */
export type AddedPlan = PlanState & { number: number; plan: Plan; by?: string };

/** One duty to notify. `reminded`: how many of `remindAt` have passed. */
export type ObligationState = {
  number: number;
  path: string;
  owner: string;
  article: string;
  law: string;
  /** Absent in what was saved before it was kept. */
  awareAt?: number;
  dueAt: number;
  remindAt: number[];
  reminded: number;
  overdue: boolean;
  settled: 'met' | 'waived' | null;
};

export type PlanOutcome = 'completed' | 'denied' | 'failed' | 'stopped' | 'stood-down' | 'unwound';
export type BlockOutcome = 'completed' | 'denied' | 'failed';

/**
 * `locals`: names that one block knows besides; `outer`: what is around a round, to be read. Both are put there where the block
 * is run, and so are never in the saved state.
 */
export type Variables = {
  inputs: JsonObject;
  steps: Record<string, JsonObject>;
  locals?: JsonObject;
  outer?: Variables;
};

/** One sequence of steps: `pos` is the step it is at, `cur` that step's state. */
export type Frame = {
  pos: number;
  cur: StepState | null;
  ended: BlockOutcome | 'stopped' | 'cancelled' | 'abandoned' | null;
  /** Why it was abandoned. */
  failure?: Failure;
};

/** State of a step that has begun. One flat shape for all kinds: each kind uses the fields it needs. */
export type StepState = {
  /** `when` was looked at and was true. */
  due?: boolean;
  /** The step failed with this; its question is `question`. */
  fault?: ActFault;
  /** Number of the open question of this step (its own, or about its failure). */
  question?: number;
  /** What the question about this step came to, before the step has acted on it. */
  answer?: Answer;
  /** How often a person said "retry". */
  humanRetries?: number;
  attempt?: number;
  retryAt?: number;
  with?: JsonObject;
  /** The act itself is done, with these outputs; its proof is due. */
  outputs?: JsonObject;
  until?: number;
  branch?: string;
  /** The branch of a `parallel` that called the others off. */
  first?: string;
  /** Why it did. Absent when they had been called off before, with all around them. */
  calledOff?: BranchCalledOff;
  frame?: Frame;
  finallyFrame?: Frame;
  frames?: Record<string, Frame>;
  /** Of a try's `on-failure`. */
  failureFrame?: Frame;
  variables?: Variables;
  /** Items of an `each`, as they were found. */
  items?: Json[];
  /** The round of a `repeat`, or the one that an `each` has begun last. 1, 2, 3 … */
  round?: number;
  roundStartedAt?: number;
  /** What the steps of each open round have left, by round. */
  rounds?: Record<string, Record<string, JsonObject>>;
  blockOutcome?: BlockOutcome;
  /** Of a wait for an alert: how many alerts of the incident it has looked at, or passed over. */
  heard?: number;
};

export type Answer = {
  outcome: string;
  by: 'votes' | 'default' | 'withdrawn';
  person: string | null;
  reason: string | null;
  outputs: JsonObject | null;
  /** The details of the question as people read them. */
  details?: string | undefined;
};

export type OpenQuestion = { question: Question; votes: Vote[]; reminded: number; escalated: boolean };

export type StandingApproval = { question: Question; votes: Vote[]; escalated: boolean; byDefault: boolean };

export type Undo = {
  actKey: string;
  path: string;
  title: string;
  capability: string;
  risk: Risk;
  timeoutMs: number;
  with: JsonObject;
  approvedBy: string | null;
  unattended: string | null;
};

export const newFrame = (): Frame => ({ pos: 0, cur: null, ended: null });

export const newPlanState = (inputs: JsonObject): PlanState => ({
  phase: 'new',
  outcome: null,
  cancelled: null,
  scope: { inputs, steps: {} },
  frame: newFrame(),
  finallyFrame: newFrame(),
  undoing: null,
  unwound: null,
});

export function newState(severity: Severity, inputs: JsonObject): State {
  return {
    format: 1,
    status: 'open',
    paused: false,
    severity,
    ...newPlanState(inputs),
    undos: [],
    open: {},
    settled: {},
    nextQuestion: 1,
    approvals: {},
    accepted: [],
    obligations: {},
  };
}
