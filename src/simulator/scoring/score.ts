import { z } from 'zod';
import { Rating } from '../../incident/events.ts';
import { Name } from '../../incident/ids.ts';

/**
 * What a drill came to, from its script and its timeline alone. Every result and every rating cites the events (by number) that it rests
 * on. What the machine found and what evaluators think stand side by side and are never averaged. docs/scores.md tells the rules.
 */
const Seqs = z.array(z.number().int().positive());

/**
 * How an expectation stands. `not-observed`: nobody could tell, or bots alone brought it about where people play; `void`: its inject was never
 * delivered. Neither counts for or against.
 */
export const Standing = z.enum(['met', 'met-late', 'missed', 'not-observed', 'void']);
export type Standing = z.infer<typeof Standing>;

/** What evaluators say of an expectation. `seq`: of the observation. */
export const EvaluatorVerdict = z.strictObject({
  person: z.string(),
  verdict: z.enum(['met', 'met-late', 'missed', 'not-observed']),
  seq: z.number().int().positive(),
  text: z.string(),
});
export type EvaluatorVerdict = z.infer<typeof EvaluatorVerdict>;

/** Times are scenario time, epoch ms; `wallAt` the clock on the wall at the same moment, null where bots play by themselves. */
export const Outcome = z.strictObject({
  expectation: Name,
  title: z.string(),
  objective: Name,
  task: Name.nullable(),
  gate: z.enum(['achieve', 'sound', 'timely']),
  standing: Standing,
  /** The event that met it, or broke it. */
  seq: z.number().int().positive().nullable(),
  at: z.number().nullable(),
  wallAt: z.number().nullable(),
  /** When it had to be; null: no limit. */
  dueAt: z.number().nullable(),
  /** What it rests on: the event that set it off, the one that met or broke it, the one that it had to come before. */
  cites: Seqs,
  /** Why it stands so, in a sentence. */
  why: z.string(),
  /** What tempted the team, where it is a trap. Missing it is falling for it. */
  trap: z.string().nullable(),
  /** Only an evaluator can tell: the machine has not looked. */
  judged: z.boolean(),
  /** What evaluators found, the latest of each. It settles what is judged, as theirs, and sets no gate. */
  verdicts: z.array(EvaluatorVerdict),
});
export type Outcome = z.infer<typeof Outcome>;

/** What set a rating. */
export const Gate = z.strictObject({
  rule: z.enum(['not-achieved', 'unsound', 'deadline', 'late', 'hint', 'achieved']),
  rating: Rating,
  why: z.string(),
  cites: Seqs,
});
export type Gate = z.infer<typeof Gate>;

/** `task`: the rating is of that task alone. */
export const Opinion = z.strictObject({
  person: z.string(),
  task: Name.nullable(),
  rating: Rating,
  seq: z.number().int().positive(),
  text: z.string(),
});
export type Opinion = z.infer<typeof Opinion>;

export const ObjectiveScore = z.strictObject({
  id: Name,
  title: z.string(),
  capability: z.string(),
  /** The worst gate that applies; null: nothing that could tell was observed. */
  machine: Gate.nullable(),
  /** Every gate that applies, the worst first. */
  gates: z.array(Gate),
  /** The latest rating of each evaluator, of the objective and of each of its tasks. */
  evaluators: z.array(Opinion),
  /** Evaluators differ from each other about the same, or about the objective from the machine. Shown, never averaged. */
  disagreement: z.boolean(),
  /** Of its expectations: how many could be observed, of how many. */
  observed: z.number().int(),
  of: z.number().int(),
});
export type ObjectiveScore = z.infer<typeof ObjectiveScore>;

export const Score = z.strictObject({
  format: z.literal(1),
  drill: z.string(),
  simulation: Name,
  version: z.number().int(),
  length: z.string(),
  script: z.string(),
  /** Hash of the rubric as it stood at STARTEX: only scores of one rubric are compared. */
  rubric: z.string(),
  playbook: z.strictObject({ id: z.string(), version: z.number().int(), title: z.string(), hash: z.string() }),
  /** Bots alone, or people with bots in the empty seats. */
  played: z.enum(['people', 'bots']),
  objectives: z.array(ObjectiveScore),
  outcomes: z.array(Outcome),
  counts: z.record(Standing, z.number().int()),
});
export type Score = z.infer<typeof Score>;
