import { z } from 'zod';
import { Rating } from '../../incident/events.ts';
import { Name, TimelineId } from '../../incident/ids.ts';
import type { Drill, DrillPlan } from '../drills/contract.ts';
import type { Person } from '../ports.ts';

/** Improvement items (HSEEP: the improvement plan): what is to be better after a drill or an incident, who sees to it, and by when. */

/** A day of the calendar, 2026-11-30. */
export const Day = z.iso.date();

export const ImprovementId = z.string().regex(/^IMP-\d{4}-\d{4,}$/, 'an improvement item looks like IMP-2026-0004');

/** PostgreSQL keeps no text with these. */
const UNSTORABLE = /\p{Cs}|\0/u;
const NOT_KEPT = 'this text holds a character that cannot be kept: NUL, or half of one';
const Words = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .refine((text) => !UNSTORABLE.test(text), NOT_KEPT);

/** What shows that it is done: a drill of the same simulation and rubric in which an objective is rated so, or better. */
export const RedrillGoal = z.strictObject({ simulation: Name, objective: Name, atLeast: Rating.exclude(['U']) });
export type RedrillGoal = z.infer<typeof RedrillGoal>;

export const NewImprovement = z.strictObject({
  /** Where it was learnt: a drill or an incident. */
  from: TimelineId,
  objective: Name.nullable().default(null),
  /** Numbers of the events of that timeline that it rests on. */
  about: z.array(z.number().int().positive()).max(50).default([]),
  issue: Words,
  action: Words,
  /** A person of the inventory. */
  owner: Name,
  start: Day.nullable().default(null),
  due: Day,
  goal: RedrillGoal.nullable().default(null),
});
export type NewImprovement = z.output<typeof NewImprovement>;

/** What can be edited. What is left out stays as it is. */
export const ImprovementEdit = z
  .strictObject({
    issue: Words,
    action: Words,
    owner: Name,
    start: Day.nullable(),
    due: Day,
    goal: RedrillGoal.nullable(),
  })
  .partial();
export type ImprovementEdit = Partial<Pick<NewImprovement, 'issue' | 'action' | 'owner' | 'start' | 'due' | 'goal'>>;

/** What somebody says about it: a note, or why it is closed or opened again. */
export const Remark = Words;

/** In whose list of work it stands as well. `state`: as that system says it. Times: epoch ms. */
export type Linked = { system: Tracker; key: string; url: string; state: string; syncedAt: number };
export type Tracker = 'github' | 'jira';

/** Everything that happened to it, the oldest first. `by`: a person, or the tracker that said so. */
export type ImprovementChange = { at: number; by: string; what: string };

export type ImprovementStatus = 'open' | 'done' | 'closed';

/** `closed`: by a drill that reached its goal (`drill`), or for a reason that somebody gave. */
export type Improvement = NewImprovement & {
  /** IMP-2026-0004 */
  id: string;
  status: ImprovementStatus;
  /** Grows with every change: whoever changes what they have seen says which it was. */
  version: number;
  createdAt: number;
  createdBy: string;
  closed: { at: number; by: string; drill: string | null; reason: string | null } | null;
  /** Drills that were planned to show that it is done, the oldest first. */
  redrills: string[];
  linked: Linked | null;
  /** Why the tracker does not have it, or has it as it was, when that was tried last. */
  unsynced: string | null;
  history: ImprovementChange[];
};

/** Its goal was reached in a drill: somebody may close it. */
export type Reached = { drill: string; rating: Rating };

/** As people see it today. `overdue`: its day has passed, and it is neither done nor closed. */
export type ShownImprovement = Improvement & { overdue: boolean; reached: Reached | null };

export type ImprovementFilter = {
  from?: string;
  owner?: string;
  status?: readonly ImprovementStatus[];
  /** Planned to show that it is done. */
  redrill?: string;
  limit?: number;
};

/** What one change may set. */
export type ImprovementSet = Partial<
  Pick<Improvement, 'issue' | 'action' | 'owner' | 'start' | 'due' | 'goal' | 'status' | 'closed' | 'redrills'>
>;

/** Improvement items in PostgreSQL. */
export interface ImprovementStore {
  /** The same key gives the same item. */
  create(
    item: NewImprovement & { createdAt: number; createdBy: string; what: string },
    key: string,
  ): Promise<Improvement>;
  find(id: string): Promise<Improvement | null>;
  /** Open ones first, the soonest due first among them; then those that are done; then the closed. */
  list(filter: ImprovementFilter): Promise<Improvement[]>;
  /** Sets it, and writes down that this was done. Null when it is no longer at this version: nothing was changed. */
  change(id: string, version: number, to: ImprovementSet, change: ImprovementChange): Promise<Improvement | null>;
}

/** `version`: of what whoever asks has seen; null: however it stands now. */
export type Seen = number | null;

/** When a drill is planned for an item. What is left out is as where it was learnt. */
export type Redrill = Partial<Pick<DrillPlan, 'length' | 'at' | 'players' | 'staff'>>;

export type GoalOffer = { simulation: string; title: string; objectives: { id: string; title: string }[] };

/** What every surface does with improvement items. All throw Problem. */
export interface ImprovementDesk {
  create(by: Person, wanted: NewImprovement, key: string): Promise<ShownImprovement>;
  edit(by: Person, id: string, to: ImprovementEdit, seen: Seen): Promise<ShownImprovement>;
  note(by: Person, id: string, text: string): Promise<ShownImprovement>;
  done(by: Person, id: string, seen: Seen): Promise<ShownImprovement>;
  /** Because a drill reached its goal, or for a reason. */
  close(by: Person, id: string, because: { drill: string } | { reason: string }, seen: Seen): Promise<ShownImprovement>;
  reopen(by: Person, id: string, because: string, seen: Seen): Promise<ShownImprovement>;
  /** Plans a drill of its goal. The same key plans one. */
  redrill(by: Person, id: string, plan: Redrill, key: string): Promise<{ item: ShownImprovement; drill: Drill }>;
  find(id: string): Promise<ShownImprovement>;
  list(filter: ImprovementFilter): Promise<ShownImprovement[]>;
  /** What goals may name: the simulations that can be played, with their objectives. */
  goals(): Promise<GoalOffer[]>;
  /** Whether this person may change it; everybody may note something. */
  mayChange(by: Person, item: Improvement): Promise<boolean>;
}
