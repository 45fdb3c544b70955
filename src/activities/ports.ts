import type { ActResult, Call } from '../engine/stage.ts';
import type { CheckedRun, CheckNews } from '../incident/check.ts';
import type { NumberedEvent, SystemSnapshot } from '../incident/events.ts';
import type { Json, JsonObject } from '../incident/json.ts';
import type { IncidentView } from '../incident/view.ts';
import type { Plan } from '../playbook/plan.ts';

/** What activities need of the rest of the house. `main` wires the real ones. */

/** The timeline's only door for writing. Appends are idempotent by (incident, seq); a different body for a known seq is an alarm. */
export interface TimelineWriter {
  append(incident: string, events: readonly NumberedEvent[]): Promise<void>;
}

export interface LeaseKeeper {
  /** Takes or confirms the lease of `system` for `incident`; answers with the incident that holds it. */
  take(system: string, incident: string): Promise<{ holder: string }>;
  release(incident: string): Promise<void>;
}

export interface PlanShelf {
  /** The plan with this hash, only if it is published. */
  published(hash: string): Promise<Plan | null>;
}

/** One binding of a capability to a system. Both methods get the resolved secrets from their own closure, never from a call. */
export interface CapabilityProvider {
  /** Carries out the call. `signal` aborts on timeout or cancellation; `beat` tells that it lives. */
  act(call: Call, context: { incident: string; signal: AbortSignal; beat: () => void }): Promise<ActResult>;
  /**
   * After an ambiguous crash: did this call have its effect? `done` gives its outputs, `not-done` lets it be repeated,
   * `unknown` makes it a question to people.
   */
  readBack(
    call: Call,
    context: { incident: string; signal: AbortSignal },
  ): Promise<{ state: 'done'; outputs: JsonObject } | { state: 'not-done' } | { state: 'unknown'; why: string }>;
}

export interface CapabilityRegistry {
  /** The provider bound to this capability for the system of the call (or for the organisation); null when nothing is bound. */
  provider(capability: string, system: string | null): CapabilityProvider | null;
}

/** Whether the votes of a call's approval are genuine and enough. Null when they are, else why not. */
export interface ApprovalVerifier {
  refuse(call: Call, incident: string, now: number): Promise<{ code: string; message: string } | null>;
}

/** Tells people of an open question or of something that needs them (surfaces subscribe; pages go out). Must not throw. */
export interface Notifier {
  page(page: { incident: string; role: string; subject: string; text: string; key: string }): Promise<void>;
}

/** What the timeline says: the one witness a worker trusts about an incident, because callers cannot dress it up. */
export interface TimelineWitness {
  view(incident: string): Promise<IncidentView | null>;
}

/** Keeps what a closed incident needs to be taken up again: the workflow's own JSON, opaque to everybody else. */
export interface SnapshotKeeper {
  save(incident: string, saved: JsonObject): Promise<void>;
  /** What was saved last, or null. */
  load(incident: string): Promise<JsonObject | null>;
}

/** What came of scheduled checks, and the alerts that follow from it. */
export interface CheckBook {
  /**
   * Writes a run down and tells the inbox its news, in one. A run that is written down already, or that began before the one that
   * was written down last, changes nothing. `newsOf` is told how many runs in a row, with this one, could not be carried out.
   */
  note(run: CheckedRun, at: number, newsOf: (run: CheckedRun, failures: number) => CheckNews): Promise<void>;
}

/** Drills that come round by themselves: their schedule stands in the inventory, and servers plan them. */
export interface DrillsDue {
  /** Writes down which drills of this schedule are to be planned by now. What is written down already stays as it is. */
  noteDue(schedule: string, now: number): Promise<void>;
}

/** What is done with improvement items by the clock. Throws when something is to be tried again. */
export interface ImprovementSweeps {
  sweep(what: 'remind' | 'sync'): Promise<void>;
}

export type ActivityPorts = {
  timeline: TimelineWriter;
  leases: LeaseKeeper;
  registry: CapabilityRegistry;
  approvals: ApprovalVerifier;
  notifier: Notifier;
  snapshots: SnapshotKeeper;
  checks: CheckBook;
  drills: DrillsDue;
  improvements: ImprovementSweeps;
  now(): number;
  /** True for errors that mean "our own database is away": they are retried, and are no fault of the step. */
  unavailable(error: unknown): boolean;
};

export type { Json, JsonObject, SystemSnapshot };
