import { z } from 'zod';
import { Name } from '../../incident/ids.ts';

/** What is measured of a drill, by docs/scores.md. Every figure cites the events it lies between, or says why there is none. */
const Seqs = z.array(z.number().int().positive());
const Seq = z.number().int().positive();

/** `ms`: on the clock on the wall, without the time in which it stood still; null where bots play by themselves. */
export const Took = z.strictObject({ ms: z.number().nullable(), scenarioMs: z.number(), from: Seq, to: Seq });
export type Took = z.infer<typeof Took>;

export const Figure = z.union([z.strictObject({ took: Took }), z.strictObject({ took: z.null(), why: z.string() })]);
export type Figure = z.infer<typeof Figure>;

export const FIGURES = ['detect', 'acknowledge', 'declare', 'contain', 'recover'] as const;
export type FigureName = (typeof FIGURES)[number];

export const Notice = z.strictObject({
  number: z.number().int().positive(),
  rule: Name,
  whom: z.string(),
  owner: z.string(),
  state: z.enum(['given', 'waived', 'overdue', 'running']),
  isBroken: z.boolean(),
  /** Aware to given, scenario time: limits of the law are the scenario’s. */
  tookMs: z.number().nullable(),
  /** How long before its limit it was given; less than nothing: after it. */
  marginMs: z.number().nullable(),
  /** How long it had still to run at the end, where nothing was given. */
  leftMs: z.number().nullable(),
  cites: Seqs,
});
export type Notice = z.infer<typeof Notice>;

/** One answer: asked (or escalated to) until voted. `person`: only for the staff and for that person. */
export const Answer = z.strictObject({ question: z.number().int(), person: z.string().nullable(), took: Took });
export type Answer = z.infer<typeof Answer>;

export const Latency = z.strictObject({
  /** A role; of `people`, a person. */
  who: z.string(),
  n: z.number().int(),
  medianMs: z.number().nullable(),
  answers: z.array(Answer),
  /** Asked, and nobody of them answered: until the question was withdrawn, decided by default, or the end. */
  unanswered: z.array(
    z.strictObject({ question: z.number().int(), how: z.enum(['default', 'withdrawn', 'open']), took: Took }),
  ),
  reminders: Seqs,
  escalations: Seqs,
});
export type Latency = z.infer<typeof Latency>;

export const InjectRow = z.strictObject({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  seq: Seq,
  to: z.array(z.string()),
  /** The first of each role that looked at it. */
  seen: z.array(z.strictObject({ role: z.string(), person: z.string().nullable(), took: Took })),
  /** What it called for came, late or in time; null: it called for nothing that a machine can tell. */
  actedOn: z.boolean().nullable(),
  cites: Seqs,
});
export type InjectRow = z.infer<typeof InjectRow>;

export const InjectsOfRole = z.strictObject({
  role: z.string(),
  delivered: z.number().int(),
  seen: z.number().int(),
  actedOn: z.number().int(),
  missed: z.number().int(),
  medianMs: z.number().nullable(),
});

export const SeatRow = z.strictObject({
  role: z.string(),
  needed: z.boolean(),
  /** `person` from STARTEX on; `deputy`: it was given to somebody later. */
  played: z.enum(['person', 'deputy', 'bot', 'nobody']),
  people: z.number().int(),
  asked: z.number().int(),
  answered: z.number().int(),
  awayMs: z.number(),
  cites: Seqs,
});
export type SeatRow = z.infer<typeof SeatRow>;

/** Something that was done and should not have been, or that was done otherwise than the playbook has it. */
export const Finding = z.strictObject({
  kind: z.enum([
    ...(['forbidden', 'trap', 'sound-system', 'undone'] as const),
    ...(['skipped', 'taken-over', 'added', 'stopped', 'stood-down'] as const),
  ]),
  what: z.string(),
  cites: Seqs,
});
export type Finding = z.infer<typeof Finding>;

export const DrillMeasures = z.strictObject({
  format: z.literal(1),
  drill: z.string(),
  played: z.enum(['people', 'bots']),
  /** Scenario time was faster than the wall in places. People’s time never is. */
  compressed: z.boolean(),
  figures: z.record(z.enum(FIGURES), Figure),
  notices: z.array(Notice),
  /** Of people, by role; by person; and of bots, who are never counted. */
  roles: z.array(Latency),
  people: z.array(Latency),
  bots: z.array(Latency),
  injects: z.strictObject({
    delivered: z.number().int(),
    passedOver: z.number().int(),
    byRole: z.array(InjectsOfRole),
    all: z.array(InjectRow),
  }),
  seats: z.array(SeatRow),
  wrong: z.array(Finding),
  deviations: z.array(Finding),
  hints: z.array(z.strictObject({ seq: Seq, about: z.string().nullable(), to: z.array(z.string()) })),
  evidence: z.strictObject({
    begun: z.number().int(),
    proved: z.number().int(),
    all: z.array(z.strictObject({ path: z.string(), system: z.string().nullable(), proved: z.boolean(), cites: Seqs })),
  }),
});
export type DrillMeasures = z.infer<typeof DrillMeasures>;

/** For whoever is not of the staff: roles only, and of persons only themselves. */
export function withoutIndividuals(measures: DrillMeasures, own: string | null): DrillMeasures {
  const mine = (person: string | null): string | null => (person === own ? person : null);
  const hidden = (row: Latency): Latency => ({
    ...row,
    answers: row.answers.map((answer) => ({ ...answer, person: mine(answer.person) })),
  });
  return {
    ...measures,
    roles: measures.roles.map(hidden),
    people: measures.people.filter(({ who }) => who === own).map(hidden),
    injects: {
      ...measures.injects,
      all: measures.injects.all.map((inject) => ({
        ...inject,
        seen: inject.seen.map((one) => ({ ...one, person: mine(one.person) })),
      })),
    },
  };
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
