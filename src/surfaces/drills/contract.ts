import { z } from 'zod';
import type { Board } from '../../../workflows/messages.ts';
import { StaffRole } from '../../incident/events.ts';
import { type ExerciseCommand, RATE_MAX } from '../../incident/exercise-messages.ts';
import { Name } from '../../incident/ids.ts';
import type { Message, MessageResult } from '../../incident/messages.ts';
import type { Diagnostic } from '../../playbook/diagnostics.ts';
import type { Script } from '../../simulator/core/script.ts';
import type { Accepted } from '../commands.ts';
import type { Person } from '../ports.ts';
import type { LastDrilled } from './last-drilled.ts';

/** Drills as the surfaces see them: planned here, kept in the store, played by a workflow of their own. */

export const Taken = z.strictObject({ role: Name, person: Name });
export const Staff = z.strictObject({ role: StaffRole, person: Name });

/** What somebody asks for who plans a drill. Seats that nobody takes are played by bots. */
export const DrillPlan = z.strictObject({
  simulation: Name,
  /** One of the simulation's; absent: the longest. */
  length: z.string().max(20).optional(),
  players: z.array(Taken).max(50).default([]),
  staff: z.array(Staff).max(50).default([]),
  /** When it is to begin, epoch ms; null: not settled. */
  at: z.number().int().nullable().default(null),
  /** What the bots' chance follows from; absent: drawn when it is planned. */
  seed: z.number().int().min(0).max(2_147_483_647).optional(),
  /** How fast the scenario's clock runs while nobody is asked. */
  rate: z.number().min(1).max(RATE_MAX).default(1),
  /** Tells the participants what is not in the simulation: where to meet, what to bring. */
  note: z.string().max(2_000).nullable().default(null),
});
export type DrillPlan = z.output<typeof DrillPlan>;

export type DrillStatus = 'planned' | 'running' | 'ended' | 'cancelled';

/** A drill, from its plan on. `script`: with every secret of the scenario; for staff alone until it is over. */
export type Drill = {
  /** EX-2026-0003: its timeline, and its workflow. */
  id: string;
  status: DrillStatus;
  script: Script;
  playbook: { id: string; version: number; title: string; hash: string };
  players: readonly z.infer<typeof Taken>[];
  staff: readonly z.infer<typeof Staff>[];
  at: number | null;
  seed: number;
  rate: number;
  note: string | null;
  /** Grows with every change, so that calendars know which is the latest. */
  revision: number;
  plannedBy: string;
  /** Epoch ms, wall time, as all times here. */
  plannedAt: number;
  startedAt: number | null;
  startedBy: string | null;
  cancelledAt: number | null;
  cancelledBecause: string | null;
};

/** What can be played. `problems`: why it cannot be. */
export type Offer = {
  simulation: string;
  title: string;
  version: number;
  about: string;
  playbook: string;
  lengths: { name: string; title: string; ms: number }[];
  /** A seat's brief is for whoever takes it. */
  seats: { role: string; needed: boolean }[];
  references: string[];
  problems: Diagnostic[];
};

/** A note of somebody on the staff that no player ever reads. `at`: wall time; `scenarioAt`: of the scenario, while it runs. */
export type StaffNote = { person: string; at: number; scenarioAt: number | null; text: string };

/** `question`: of the debrief, from 1; null: whatever they wish to say. */
export type HotWashAnswer = { question: number | null; text: string; anonymous: boolean };

export type Attachment = { name: string; bytes: Uint8Array<ArrayBuffer> };

/** Drills in PostgreSQL. A drill is running as soon as it was started, and ended when its timeline says so. */
export interface DrillStore {
  /** The same key gives the same drill. */
  plan(
    drill: Omit<Drill, 'id' | 'status' | 'revision' | 'startedAt' | 'startedBy' | 'cancelledAt' | 'cancelledBecause'>,
    key: string,
  ): Promise<Drill>;
  find(id: string): Promise<Drill | null>;
  /** The latest first. */
  list(filter: { status?: readonly DrillStatus[]; limit?: number }): Promise<Drill[]>;
  /** Roster, time and note of a drill that is planned; null when it no longer is. */
  change(id: string, to: Pick<Drill, 'players' | 'staff' | 'at' | 'rate' | 'note'>): Promise<Drill | null>;
  /** Who was the first to start it stays so: another attempt changes nothing. Null when it was cancelled. */
  start(id: string, by: string, at: number): Promise<Drill | null>;
  cancel(id: string, because: string, at: number): Promise<Drill | null>;
  addNote(id: string, note: StaffNote): Promise<void>;
  notes(id: string): Promise<StaffNote[]>;
  /** When each playbook, by the hash of its plan, was last played to the end in a drill with people: epoch ms. */
  lastDrilled(): Promise<LastDrilled>;
}

/** The running drills (Temporal). */
export interface DrillRuns {
  /** Starts the workflow, unless it runs already. */
  start(drill: Drill): Promise<void>;
  /** What is told any incident: see Responses. */
  send(id: string, message: Message): Promise<MessageResult>;
  tell(id: string, message: ExerciseCommand & { id: string; person: string; at: number }): Promise<MessageResult>;
  /** Null when it does not run. */
  board(id: string): Promise<Board | null>;
}

/** What every surface does with drills. All throw Problem. */
export interface DrillDesk {
  offers(): Promise<Offer[]>;
  plan(by: Person, plan: DrillPlan, key: string): Promise<Drill>;
  change(
    by: Person,
    id: string,
    to: Partial<Pick<DrillPlan, 'players' | 'staff' | 'at' | 'rate' | 'note'>>,
  ): Promise<Drill>;
  start(by: Person, id: string): Promise<Drill>;
  cancel(by: Person, id: string, because: string): Promise<Drill>;
  find(id: string): Promise<Drill>;
  list(filter: { status?: readonly DrillStatus[]; limit?: number }): Promise<Drill[]>;
  /** Checks who may say it: see `mayRun` and the roster. `key` makes a repeat harmless. */
  tell(by: Person, id: string, command: ExerciseCommand, key?: string): Promise<Accepted>;
  /** An answer in the hot wash. Without a name nothing that is kept or sent says whose it is. */
  hotWash(by: Person, id: string, answer: HotWashAnswer, key?: string): Promise<Accepted>;
  /** For the staff of this drill alone; null when it does not run. */
  board(by: Person, id: string): Promise<Board | null>;
  /** A file that an inject brought along, by its number from 1: for players once it has reached them, for the staff always. */
  attachment(by: Person, id: string, inject: string, number: number): Promise<Attachment>;
  note(by: Person, id: string, text: string): Promise<void>;
  notes(by: Person, id: string): Promise<StaffNote[]>;
  lastDrilled: DrillStore['lastDrilled'];
}
