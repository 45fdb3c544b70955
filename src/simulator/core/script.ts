import { z } from 'zod';
import { CHANNELS, SystemSnapshot } from '../../incident/events.ts';
import { Name } from '../../incident/ids.ts';
import { JsonObject } from '../../incident/json.ts';
import { Around } from './around.ts';
import { Fault, SimulatedSystem } from './world.ts';

/**
 * The script: a simulation after checking, at one of its lengths. All names resolved, all times in scenario milliseconds. `hash` is
 * SHA-256 (hex) over the canonical JSON of the script without it; a drill keeps the script it was started with.
 */
export const INJECT_KINDS = ['contextual', 'expected-action', 'contingency'] as const;
/** In place of a role: all players. */
export const EVERYBODY = 'everybody';

/** What makes an inject due. Offsets in ms: `at` since STARTEX, `after` since the other was delivered, `when` since it became true. */
export const Trigger = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('time'), atMs: z.number().int().min(0) }),
  z.strictObject({ on: z.literal('inject'), inject: Name, delayMs: z.number().int().min(0) }),
  z.strictObject({ on: z.literal('condition'), cel: z.string(), delayMs: z.number().int().min(0) }),
  z.strictObject({ on: z.literal('hand') }),
]);
export type Trigger = z.infer<typeof Trigger>;

export const Change = z.strictObject({
  systems: z.record(
    Name,
    z.strictObject({
      serving: z.string().optional(),
      traffic: z.enum(['serving', 'cut']).optional(),
      around: Around.partial().optional(),
    }),
  ),
  faults: z.array(Fault),
});
export type Change = z.infer<typeof Change>;

export const Inject = z.strictObject({
  id: Name,
  title: z.string(),
  kind: z.enum(INJECT_KINDS),
  trigger: Trigger,
  unless: z.string().nullable(),
  unlessMet: Name.nullable(),
  by: z.enum(CHANNELS),
  from: z.string(),
  /** Roles, or everybody. */
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  alert: JsonObject.nullable(),
  attachments: z.array(z.string()),
  objective: Name.nullable(),
  expects: z.array(Name),
  changes: Change.nullable(),
  hint: z.string().nullable(),
  notes: z.string().nullable(),
});
export type Inject = z.infer<typeof Inject>;

/** What is looked for on the timeline. Each is met by one event, which the result cites. */
export const Sought = z.discriminatedUnion('what', [
  /** Somebody who plays answers, writes or reads what was sent: the first sign that anybody is there. */
  z.strictObject({ what: z.literal('acknowledged') }),
  z.strictObject({ what: z.literal('opened') }),
  z.strictObject({ what: z.literal('act'), capability: z.string(), system: Name.nullable() }),
  z.strictObject({
    what: z.literal('decided'),
    step: z.string(),
    answer: z.string().nullable(),
    people: z.number().int().min(1),
  }),
  z.strictObject({ what: z.literal('told'), to: z.string(), holds: z.string().nullable() }),
  z.strictObject({ what: z.literal('duty'), rule: Name, state: z.enum(['opened', 'met', 'settled']) }),
  z.strictObject({ what: z.literal('resolved') }),
  z.strictObject({ what: z.literal('noted'), holds: z.string() }),
  z.strictObject({ what: z.literal('event'), cel: z.string() }),
  z.strictObject({ what: z.literal('judged'), text: z.string() }),
]);
export type Sought = z.infer<typeof Sought>;

export const Gate = z.enum(['achieve', 'sound', 'timely']);
export const Expectation = z.strictObject({
  id: Name,
  title: z.string(),
  objective: Name,
  task: Name.nullable(),
  sought: Sought,
  never: z.boolean(),
  /** The inject that sets it off; null: STARTEX. */
  since: Name.nullable(),
  withinMs: z.number().int().positive().nullable(),
  /** An expectation or an inject that must come later. */
  before: Name.nullable(),
  gate: Gate,
  /** What tempts a team into missing it: falling for it is missing it. */
  trap: z.string().optional(),
});
export type Expectation = z.infer<typeof Expectation>;

export const Persona = z.strictObject({
  id: Name,
  title: z.string(),
  medianMs: z.number().int().positive(),
  spread: z.number().min(1),
  diligence: z.number().min(0).max(1),
  /** `wise`: as the script’s answers say. A number: how likely it approves. */
  approvals: z.union([z.enum(['approve', 'deny', 'wise']), z.number().min(0).max(1)]),
  failures: z.enum(['retry', 'skip', 'stop', 'unwind', 'ignore']),
});
export type Persona = z.infer<typeof Persona>;

export const Seat = z.strictObject({ role: Name, brief: z.string(), needed: z.boolean(), persona: Name });
export const Away = z.strictObject({
  role: Name,
  fromMs: z.number().int().min(0),
  untilMs: z.number().int().positive().nullable(),
  why: z.string().nullable(),
});
export type Away = z.infer<typeof Away>;

export const Script = z.strictObject({
  format: z.literal(1),
  simulation: Name,
  title: z.string(),
  version: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Hash of what it is scored by. Absent in scripts that were sealed before there were rubrics. */
  rubric: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  length: z.strictObject({ name: z.string(), title: z.string(), ms: z.number().int().positive() }),
  playbook: Name,
  references: z.array(z.string()),
  about: z.string(),
  truth: z.string(),
  /** The scenario's clock at STARTEX, epoch ms. */
  startsAt: z.number().int(),
  objectives: z.array(
    z.strictObject({
      id: Name,
      title: z.string(),
      capability: z.string(),
      tasks: z.array(z.strictObject({ id: Name, title: z.string() })),
    }),
  ),
  /** What people know of the AI systems, and the truth about them. */
  systems: z.array(z.strictObject({ snapshot: SystemSnapshot, truth: SimulatedSystem })),
  tookMs: z.record(z.string(), z.number().int().positive()),
  faults: z.array(Fault),
  seats: z.array(Seat),
  personas: z.array(Persona),
  away: z.array(Away),
  answers: z.record(z.string(), z.string()),
  injects: z.array(Inject),
  expectations: z.array(Expectation),
  debrief: z.array(z.string()),
  guide: z.string().nullable(),
});
export type Script = z.infer<typeof Script>;
