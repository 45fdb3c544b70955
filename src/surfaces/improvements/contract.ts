import { z } from 'zod';
import { Rating } from '../../incident/events.ts';
import { Name, TimelineId } from '../../incident/ids.ts';

/** Improvement items (HSEEP: the improvement plan): what is to be better after a drill or an incident, who sees to it, and by when. */

/** A day of the calendar, 2026-11-30. */
export const Day = z.iso.date();

/** What shows that it is done: a drill of the same simulation and rubric in which an objective is rated so, or better. */
export const RedrillGoal = z.strictObject({ simulation: Name, objective: Name, atLeast: Rating.exclude(['U']) });
export type RedrillGoal = z.infer<typeof RedrillGoal>;

export const NewImprovement = z.strictObject({
  /** Where it was learnt: a drill or an incident. */
  from: TimelineId,
  objective: Name.nullable().default(null),
  /** Numbers of the events of that timeline that it rests on. */
  about: z.array(z.number().int().positive()).max(50).default([]),
  issue: z.string().trim().min(1).max(2_000),
  action: z.string().trim().min(1).max(2_000),
  /** A person of the inventory. */
  owner: Name,
  start: Day.nullable().default(null),
  due: Day,
  goal: RedrillGoal.nullable().default(null),
});
export type NewImprovement = z.output<typeof NewImprovement>;

/** In whose list of work it stands as well. `state`: as that system says it. Times: epoch ms. */
export type Linked = { system: 'github' | 'jira'; key: string; url: string; state: string; syncedAt: number };

/** Everything that happened to it, the oldest first. */
export type ImprovementChange = { at: number; by: string; what: string };

/** `closed`: by a drill that reached its goal (`drill`), or for a reason that somebody gave. */
export type Improvement = NewImprovement & {
  /** IMP-2026-0004 */
  id: string;
  status: 'open' | 'done' | 'closed';
  createdAt: number;
  createdBy: string;
  closed: { at: number; by: string; drill: string | null; reason: string | null } | null;
  linked: Linked | null;
  history: ImprovementChange[];
};
