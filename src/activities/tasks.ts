import type { ActResult, Call } from '../engine/stage.ts';
import type { CheckedRun, CheckName, CheckOutcome } from '../incident/check.ts';
import type { NumberedEvent } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';

/** What the incident workflow asks its workers to do. Types only: the workflow's side of createActivities. */

/** Events ride along: what happened up to here is on the timeline before the act begins. */
export type ActTask = { incident: string; call: Call; events: NumberedEvent[] };
export type RecordTask = { incident: string; events: NumberedEvent[] };
export type PageTask = { incident: string; role: string; subject: string; text: string; key: string };
/** `saved` is what a later run takes up when the incident is reopened or amended. */
export type FinishTask = { incident: string; saved: JsonObject };
export type LoadTask = { incident: string };
/** `key` names the attempt, in the answer too. */
export type CheckTask = { system: string; check: CheckName; key: string };
export type NoteDrillsTask = { schedule: string };

export type SweepTask = { what: 'remind' | 'sync' };

export type Tasks = {
  act(task: ActTask): Promise<ActResult>;
  record(task: RecordTask): Promise<void>;
  page(task: PageTask): Promise<void>;
  finish(task: FinishTask): Promise<void>;
  /** What the last `finish` saved, or null. */
  load(task: LoadTask): Promise<JsonObject | null>;
  check(task: CheckTask): Promise<{ key: string; outcome: CheckOutcome }>;
  /** Writes down what came of a run; what was found becomes an alert. */
  noteCheck(run: CheckedRun): Promise<void>;
  /** Writes down which drills of a schedule are to be planned by now. */
  noteDrillsDue(task: NoteDrillsTask): Promise<void>;
  /** Reminds owners of improvement items, or compares items with the tracker outside. */
  sweepImprovements(task: SweepTask): Promise<void>;
};

/** `at`: scenario time. Events ride along, as with an act. */
export type AdmitTask = { drill: string; call: Call; at: number; events: NumberedEvent[] };

/** What a drill asks of its workers. None of it leaves the drill. */
export type DrillTasks = {
  record(task: RecordTask): Promise<void>;
  /** Whether the simulated world may let this act happen, by the very rules of an incident; else why not. */
  admit(task: AdmitTask): Promise<{ code: string; message: string } | null>;
};
