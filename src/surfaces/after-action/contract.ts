import { z } from 'zod';
import { Rating, StaffRole } from '../../incident/events.ts';
import { Standing } from '../../simulator/scoring/score.ts';

/**
 * The after-action report and improvement plan of a drill (HSEEP: AAR/IP): one model, from which HTML, Markdown and JSON are made. It is found
 * from the timeline and the script alone; what was given besides stands in `beside`, so that anybody who has the export can find the same.
 * `cites`: numbers of the events that something rests on. docs/after-action.md tells what is in it.
 */
export const Cites = z.array(z.number().int().positive());

/** A sentence, or a piece of one, and the events that it is told from. */
export const Told = z.strictObject({ text: z.string(), cites: Cites });
export type Told = z.infer<typeof Told>;

/** Who reads it: the team (roles, no figures of single persons), the staff of the drill (persons), or somebody outside (nobody's name). */
export const AUDIENCES = ['team', 'staff', 'anonymous'] as const;
export const Audience = z.enum(AUDIENCES);
export type Audience = z.infer<typeof Audience>;

const Ms = z.number();
/** Scenario time, epoch ms; `wallAt` the clock on the wall at the same moment, null where bots play by themselves. */
const Moment = { at: Ms, wallAt: Ms.nullable() };

export const Fact = z.strictObject({ label: z.string(), text: z.string(), cites: Cites });
export type Fact = z.infer<typeof Fact>;

const GateSaid = z.strictObject({ rating: Rating, rule: z.string(), why: z.string(), cites: Cites });
export const RatedObjective = z.strictObject({
  number: z.number().int(),
  id: z.string(),
  title: z.string(),
  capability: z.string(),
  tasks: z.array(z.string()),
  /** Null: nothing that could tell was observed. */
  machine: GateSaid.nullable(),
  otherGates: z.array(GateSaid),
  evaluators: z.array(z.strictObject({ who: z.string(), rating: Rating, text: z.string(), cites: Cites })),
  disagreement: z.boolean(),
  coverage: Told,
});
export type RatedObjective = z.infer<typeof RatedObjective>;

/** `machine`: from results and gates; `evaluator`: an opinion. */
export const Finding = z.strictObject({
  objective: z.number().int().nullable(),
  kind: z.enum(['strength', 'improvement', 'observation']),
  source: z.enum(['machine', 'evaluator']),
  who: z.string().nullable(),
  title: z.string(),
  text: z.string(),
  /** Of an area for improvement that the machine found: what stood around it. */
  analysis: Told.nullable(),
  /** What an evaluator made of it: a verdict on the expectation, a rating. */
  judgement: z.string().nullable(),
  cites: Cites,
});
export type Finding = z.infer<typeof Finding>;

/** `fell`: null where nobody could tell. */
export const TrapSprung = z.strictObject({
  title: z.string(),
  tempted: z.string(),
  fell: z.boolean().nullable(),
  /** Of its objective. Whoever does nothing takes no bait: that shows nothing. */
  achieved: z.boolean(),
  why: z.string(),
  cites: Cites,
});
export type TrapSprung = z.infer<typeof TrapSprung>;

export const Answer = z.strictObject({
  number: z.number().int(),
  question: z.string(),
  askedAt: Ms,
  answeredAt: Ms,
  /** On the wall, without pauses and jumps. */
  tookMs: Ms,
  /** By when it was expected of the team; null: no limit was set. */
  limitAt: Ms.nullable(),
  late: z.boolean(),
  /** Of the staff alone. */
  who: z.string().nullable(),
  cites: Cites,
});
export type Answer = z.infer<typeof Answer>;

export const Lane = z.strictObject({
  role: z.string(),
  title: z.string(),
  bot: z.boolean(),
  answers: z.array(Answer),
  /** Asked, and over before anybody of this role answered. */
  unanswered: z.array(
    z.strictObject({ number: z.number().int(), question: z.string(), askedAt: Ms, endedAt: Ms, cites: Cites }),
  ),
  /** Null for bots, who are never counted, and where nothing was answered. */
  medianMs: Ms.nullable(),
  /** Of the last drill of the same simulation and rubric. */
  last: z.strictObject({ drill: z.string(), medianMs: Ms }).nullable(),
});
export type Lane = z.infer<typeof Lane>;

export const Course = z.strictObject({
  from: Ms,
  to: Ms,
  injects: z.array(
    z.strictObject({ number: z.number().int(), title: z.string(), contingency: z.boolean(), ...Moment, cites: Cites }),
  ),
  /** What the clock of the scenario did, in order; empty where bots play by themselves. */
  clock: z.array(
    z.strictObject({
      kind: z.enum(['runs', 'stands', 'jump']),
      from: Ms,
      to: Ms,
      wallFrom: Ms,
      wallTo: Ms.nullable(),
      rate: z.number(),
      cites: Cites,
    }),
  ),
  said: Told,
});
export type Course = z.infer<typeof Course>;

export const Margin = z.strictObject({
  title: z.string(),
  whom: z.string(),
  awareAt: Ms,
  dueAt: Ms,
  givenAt: Ms.nullable(),
  state: z.enum(['met', 'met-late', 'waived', 'overdue', 'open']),
  text: z.string(),
  cites: Cites,
});
export type Margin = z.infer<typeof Margin>;

const Compared = z.strictObject({ from: z.string(), text: z.string() });
export const MeasureLine = z.strictObject({
  name: z.string(),
  title: z.string(),
  meaning: z.string(),
  text: z.string(),
  note: z.string().nullable(),
  ms: Ms.nullable(),
  cites: Cites,
  /** The same measure in earlier drills of the same simulation and rubric, the latest first; and in real incidents of the same playbook. */
  earlier: z.array(Compared),
  incidents: z.array(Compared),
});
export type MeasureLine = z.infer<typeof MeasureLine>;

export const MselPlayed = z.strictObject({
  number: z.number().int(),
  title: z.string(),
  kind: z.string(),
  planned: z.string(),
  played: z.string(),
  from: z.string(),
  to: z.string(),
  method: z.string(),
  expected: z.array(z.string()),
  change: z.string().nullable(),
  cites: Cites,
});
export type MselPlayed = z.infer<typeof MselPlayed>;

export const Participant = z.strictObject({
  part: z.enum(['player', ...StaffRole.options]),
  role: z.string(),
  who: z.string(),
  bot: z.boolean(),
  present: Told,
  did: Told,
});
export type Participant = z.infer<typeof Participant>;

export const Entry = z.strictObject({
  seq: z.number().int().positive(),
  ...Moment,
  type: z.string(),
  text: z.string(),
  note: z.string().nullable(),
  routine: z.boolean(),
  mark: z.string(),
});
export type Entry = z.infer<typeof Entry>;

/** Of the improvement plan. Days of the calendar. */
export const ImprovementLine = z.strictObject({
  id: z.string(),
  issue: z.string(),
  action: z.string(),
  owner: z.string(),
  start: z.string().nullable(),
  due: z.string(),
  status: z.enum(['open', 'done', 'closed']),
  closesWhen: z.string(),
  /** What shows that it is done: a drill, or a reason. */
  closed: z
    .strictObject({ at: Ms, by: z.string(), drill: z.string().nullable(), reason: z.string().nullable() })
    .nullable(),
  cites: Cites,
});
export type ImprovementLine = z.infer<typeof ImprovementLine>;

/** What the drill showed of what auditors ask, and what is missing. Requirements name elements by their numbers. */
const Evidence = z.strictObject({
  elements: z.array(
    z.strictObject({
      number: z.number().int(),
      asks: z.string(),
      state: z.enum(['shown', 'partly', 'missing']),
      shows: z.array(Told),
      lacks: z.array(z.string()),
      cites: Cites,
    }),
  ),
  requirements: z.array(
    z.strictObject({
      framework: z.string(),
      reference: z.string(),
      asks: z.string(),
      shown: z.array(z.number().int()),
      partly: z.array(z.number().int()),
      missing: z.array(z.number().int()),
      /** What no drill shows. */
      not: z.array(z.string()),
    }),
  ),
});

/** What an earlier drill of the same simulation and rubric came to. */
export const EarlierDrill = z.strictObject({
  drill: z.string(),
  endedAt: Ms,
  ratings: z.record(z.string(), Rating.nullable()),
  measures: z.record(z.string(), Ms.nullable()),
  medians: z.record(z.string(), Ms),
});
export type EarlierDrill = z.infer<typeof EarlierDrill>;

/** The measures of a real incident of the same playbook. */
export const RealIncident = z.strictObject({
  incident: z.string(),
  openedAt: Ms,
  measures: z.record(z.string(), Ms.nullable()),
});
export type RealIncident = z.infer<typeof RealIncident>;

/** What does not stand on the timeline: names, plans of improvement, what went before. */
export const Beside = z.strictObject({
  /** The hot wash is closed, or its fourteen days are over. */
  final: z.boolean(),
  timezone: z.string(),
  organisation: z.string().nullable(),
  /** Names by the ids of people. */
  people: z.record(z.string(), z.string()),
  contact: z.string().nullable(),
  improvements: z.array(ImprovementLine),
  earlier: z.array(EarlierDrill),
  incidents: z.array(RealIncident),
  /** Of the inventory and of the playbooks, as auditors ask for it; null: not known, as of a file alone. */
  audit: z
    .strictObject({
      /** Names of the AI systems of tier critical. */
      criticalSystems: z.array(z.string()),
      /** The playbook as it is published now; null: it is no longer. */
      playbookNow: z.strictObject({ version: z.number().int(), hash: z.string() }).nullable(),
    })
    .nullable(),
});
export type Beside = z.infer<typeof Beside>;

export const AfterAction = z.strictObject({
  format: z.literal(1),
  drill: z.string(),
  title: z.string(),
  audience: Audience,
  status: z.enum(['draft', 'final']),
  /** Number of the last event: a later version has more. */
  version: z.number().int(),
  /** Null where nobody signed the timeline, as of a rehearsal. */
  head: z.strictObject({ seq: z.number().int(), hash: z.string() }).nullable(),
  rubric: z.strictObject({ hash: z.string().nullable(), cites: Cites }),
  script: z.strictObject({ hash: z.string(), cites: Cites }),
  /** What was left out for these readers, in words. */
  leftOut: z.array(z.string()),
  /** These readers took no part: what was said among those who did is not here. */
  withheld: z.boolean(),
  lede: z.array(Told),
  overview: z.array(Fact),
  objectives: z.array(RatedObjective),
  counts: z.array(z.strictObject({ standing: Standing, count: z.number().int(), cites: Cites })),
  coverage: Told,
  findings: z.array(Finding),
  traps: z.array(TrapSprung),
  course: Course,
  lanes: z.array(Lane),
  margins: z.array(Margin),
  measures: z.array(MeasureLine),
  hints: z.array(Told),
  deviations: z.array(Told),
  changes: z.array(Told),
  called: z.strictObject({
    said: Told,
    rows: z.array(z.strictObject({ title: z.string(), count: z.number().int(), cites: Cites })),
  }),
  hotWash: z.array(
    z.strictObject({
      question: z.string(),
      answers: z.array(z.strictObject({ who: z.string().nullable(), text: z.string(), cites: Cites })),
    }),
  ),
  participants: z.array(Participant),
  msel: z.array(MselPlayed),
  /** Null where it cannot be said whole. */
  evidence: Evidence.nullable(),
  timeline: z.array(Entry),
  beside: Beside,
});
export type AfterAction = z.infer<typeof AfterAction>;
