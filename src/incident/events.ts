import { z } from 'zod';
import { Question, Risk, Vote } from './decision.ts';
import { Name } from './ids.ts';
import { Json, JsonObject } from './json.ts';
import { ObligationRule } from './obligation.ts';
import { Severity } from './severity.ts';

/**
 * Everything that can stand on a timeline. An event's `data` is validated by the schema of its type when it is appended and
 * again when it is read. A change of shape that old events do not satisfy raises `v` and keeps the old schema readable.
 */
const empty = z.strictObject({});
const Text = z.string();
/** Why a capability is used: the step itself, its proof, its undo, or a message to people. */
export const Purpose = z.enum(['act', 'prove', 'undo', 'say']);
export type Purpose = z.infer<typeof Purpose>;

const fault = { code: z.string(), message: z.string() };

export const SystemSnapshot = z.strictObject({
  id: Name,
  name: Text,
  tier: z.enum(['critical', 'high', 'standard', 'low']),
  owner: Text,
  jurisdictions: z.array(Text),
  dataClasses: z.array(Text),
  lastKnownGood: Text.nullable(),
  /** Names of the systems that rely on it. Absent in what was recorded before they were known. */
  dependants: z.array(Text).optional(),
});
export type SystemSnapshot = z.infer<typeof SystemSnapshot>;

/** Who runs a drill, and who watches it. None of them plays. */
export const StaffRole = z.enum(['facilitator', 'evaluator', 'observer']);
export type StaffRole = z.infer<typeof StaffRole>;

/** Ratings of HSEEP: performed without challenges, with some, with major ones, unable to be performed. */
export const Rating = z.enum(['P', 'S', 'M', 'U']);
export type Rating = z.infer<typeof Rating>;

/** How something reaches players of a drill. */
export const CHANNELS = ['alert', 'slack', 'mail', 'phone', 'news', 'social', 'letter'] as const;
const Channel = z.enum(CHANNELS);

export const eventData = {
  'incident.opened': z.strictObject({
    incident: Text,
    title: Text,
    severity: Severity,
    system: SystemSnapshot.nullable(),
    /** Person id of whoever reported it; null when an alert opened it. */
    requester: Text.nullable(),
    alert: JsonObject.nullable(),
    mode: z.enum(['live', 'simulated-inventory', 'exercise']),
    playbook: z.strictObject({ id: Text, version: z.number().int(), title: Text, hash: Text }).nullable(),
  }),
  'incident.severity-changed': z.strictObject({ from: Severity, to: Severity, reason: Text }),
  'incident.paused': z.strictObject({ reason: Text }),
  'incident.resumed': empty,
  'incident.stood-down': z.strictObject({ reason: Text }),
  'incident.resolved': z.strictObject({ summary: Text }),
  'incident.closed': empty,
  'incident.reopened': z.strictObject({ reason: Text }),
  'role.assigned': z.strictObject({ role: Name, assignee: Name }),
  'note.added': z.strictObject({ text: Text }),
  'alert.joined': z.strictObject({ alert: JsonObject, count: z.number().int() }),
  /** The monitor says that it no longer fires, or so many of its kind. The incident is not over for that. */
  'alert.resolved': z.strictObject({ alert: JsonObject, count: z.number().int().optional() }),
  /** A person added a playbook: its steps stand under `+<number>/`. `number`: 1, 2, 3 … within the incident. */
  'plan.added': z.strictObject({
    number: z.number().int().positive(),
    playbook: z.strictObject({ id: Text, version: z.number().int(), title: Text, hash: Text }),
    inputs: JsonObject,
    reason: Text,
  }),
  'plan.started': z.strictObject({ steps: z.number().int() }),
  'plan.finished': z.strictObject({
    outcome: z.enum(['completed', 'denied', 'failed', 'stopped', 'stood-down', 'unwound']),
  }),
  'step.skipped': z.strictObject({ reason: Text, by: z.enum(['condition', 'person', 'end']) }),
  'step.taken-over': z.strictObject({ reason: Text, outputs: JsonObject.nullable() }),
  'step.failed': z.strictObject(fault),
  'branch.taken': z.strictObject({ branch: Text }),
  /** It waits until the act of another plan on the same AI system is done. `for`: the path of that one. */
  'act.held': z.strictObject({ capability: Text, system: Text, for: Text }),
  'act.started': z.strictObject({
    key: Text,
    attempt: z.number().int(),
    capability: Text,
    risk: Risk,
    with: JsonObject,
    purpose: Purpose,
  }),
  /** `provedBy`: the capability that must still prove it; the step is not done before. */
  'act.done': z.strictObject({
    capability: Text,
    outputs: JsonObject,
    tookMs: z.number(),
    purpose: Purpose,
    provedBy: Text.nullable(),
  }),
  'act.failed': z.strictObject({
    capability: Text,
    ...fault,
    attempt: z.number().int(),
    retryAt: z.number().nullable(),
    purpose: Purpose,
  }),
  'decision.asked': Question,
  'decision.voted': z.strictObject({ number: z.number().int(), vote: Vote }),
  'decision.reminded': z.strictObject({ number: z.number().int(), roles: z.array(Text) }),
  /** `question`: what was asked, for whoever is paged. Absent in what was recorded before pages said it. */
  'decision.escalated': z.strictObject({
    number: z.number().int(),
    to: Name,
    page: z.boolean(),
    question: Text.optional(),
  }),
  'decision.made': z.strictObject({
    number: z.number().int(),
    outcome: Text,
    by: z.enum(['votes', 'default']),
    people: z.array(Text),
    reason: Text.nullable(),
    /** The answers to the question's form that count: those of whoever decided it. */
    answers: JsonObject.optional(),
  }),
  /** A duty to notify has begun to run. `number`: 1, 2, 3 … within the incident. */
  'obligation.opened': z.strictObject({
    number: z.number().int().positive(),
    rule: ObligationRule,
    awareAt: z.number(),
    dueAt: z.number(),
    owner: Name,
    remindAt: z.array(z.number()),
  }),
  'obligation.reminded': z.strictObject({ number: z.number().int(), dueAt: z.number(), roles: z.array(Text) }),
  'obligation.overdue': z.strictObject({ number: z.number().int(), dueAt: z.number(), roles: z.array(Text) }),
  /**
   * `by`: the step whose act fulfilled it, or null when a person says that it was done outside Tocsin. `givenAt`: when that was, where
   * they say so.
   */
  'obligation.met': z.strictObject({
    number: z.number().int(),
    how: Text,
    by: Text.nullable(),
    late: z.boolean(),
    givenAt: z.number().optional(),
  }),
  /** Whoever answers for it judged that nothing need be sent. */
  'obligation.waived': z.strictObject({ number: z.number().int(), reason: Text }),
  'decision.withdrawn': z.strictObject({ number: z.number().int(), because: Text }),
  /**
   * `for`: the CEL that ends it early. `awaits`: it is about alerts that join the incident, or (`resolved`) that are over; `known` is what
   * else it looks at, so that alerts can be compared with it before they join.
   */
  'wait.started': z.strictObject({
    until: z.number(),
    for: Text.nullable(),
    awaits: z.strictObject({ resolved: z.boolean(), known: JsonObject }).optional(),
  }),
  'wait.ended': z.strictObject({ because: z.enum(['elapsed', 'condition', 'alert', 'called-off']) }),
  /** A round of an `each` or a `repeat` begins. */
  'round.started': z.strictObject({ round: z.number().int().positive(), of: z.number().int().positive() }),
  'rounds.finished': z.strictObject({ count: z.number().int() }),
  'run.started': z.strictObject({ playbook: Text }),
  'run.finished': z.strictObject({ playbook: Text, outcome: Text }),
  'undo.registered': z.strictObject({ capability: Text, with: JsonObject }),
  'undo.started': z.strictObject({ count: z.number().int(), because: Text }),
  'undo.finished': z.strictObject({ undone: z.number().int(), left: z.number().int() }),
  /** Written by the watchdog or the shell: something about the running of this incident that people should know. */
  'system.warned': z.strictObject({ code: Text, message: Text, detail: Json.optional() }),
  /** STARTEX. What follows is an exercise: nothing real is touched. `seed`: what the bots' chance follows from. */
  'exercise.started': z.strictObject({
    incident: Text,
    simulation: Name,
    version: z.number().int().positive(),
    title: Text,
    /** Hash of the script that is played. */
    script: Text,
    /** Hash of what it is scored by, frozen now. Absent where the script was sealed before rubrics were. */
    rubric: Text.optional(),
    length: Text,
    playbook: z.strictObject({ id: Text, version: z.number().int(), title: Text, hash: Text }),
    seed: z.number().int(),
    /** Who sits where; `persona`: a bot plays it, in that way. */
    seats: z.array(z.strictObject({ role: Name, person: Text, persona: Name.nullable() })),
    /** Who runs it and who watches. Absent where bots play by themselves. */
    staff: z.array(z.strictObject({ role: StaffRole, person: Text })).optional(),
    endsAt: z.number(),
  }),
  /** ENDEX. `over`: nothing was left to happen; `real`: a real incident was declared, `incident` where it is known. */
  'exercise.ended': z.strictObject({
    because: z.enum(['time', 'over', 'facilitator', 'real']),
    reason: Text.optional(),
    incident: Text.optional(),
  }),
  /**
   * The clock of the scenario was set. `wall`: the moment on the clock on the wall, epoch ms. `rate`: scenario ms that pass in one ms from
   * now on; 0: it stands still. `from`: what it showed before, where it jumped. `people`: somebody is asked, and people's time is never
   * scaled; `quiet`: nobody is asked any more. Absent where bots play by themselves.
   */
  'exercise.clock': z.strictObject({
    wall: z.number(),
    rate: z.number().min(0),
    from: z.number(),
    because: z.enum(['startex', 'paused', 'resumed', 'paced', 'jumped', 'people', 'quiet']),
    reason: Text.nullable(),
  }),
  /** Something has reached the players. `by`: the channel. `alert`: what a monitor sent. */
  'inject.delivered': z.strictObject({
    id: Name,
    title: Text,
    kind: z.enum(['contextual', 'expected-action', 'contingency']),
    by: Channel,
    from: Text,
    to: z.array(Text),
    subject: Text,
    text: Text,
    alert: JsonObject.nullable(),
    attachments: z.array(Text),
  }),
  /** It was due, and was not needed: its condition held, or what it was to bring about had come about. */
  'inject.skipped': z.strictObject({
    id: Name,
    because: z.enum(['condition', 'met', 'facilitator']),
    reason: Text.optional(),
  }),
  /** A player has looked at it: whoever the actor is. */
  'inject.seen': z.strictObject({ id: Name }),
  /** The facilitator changed it before it was delivered, in these fields; what it said then is in the delivery. */
  'inject.edited': z.strictObject({ id: Name, fields: z.array(Text) }),
  /** The facilitator thought it up in mid-drill. */
  'inject.added': z.strictObject({ id: Name }),
  /** The facilitator helped. `about`: the inject that it was about. */
  'hint.given': z.strictObject({ to: z.array(Text), text: Text, about: Name.nullable() }),
  /** The outside world spoke: the facilitator, in the name of somebody who is not there. */
  'voice.said': z.strictObject({ as: Text, by: Channel, to: z.array(Text), text: Text }),
  /** A player spoke to the outside world. `about`: the inject that it answers. */
  'voice.answered': z.strictObject({ to: Text, text: Text, about: Name.nullable() }),
  /**
   * What an evaluator saw, on an exercise evaluation guide: an opinion, which stands beside what the machine found. The last of one evaluator
   * about the same objective and task (or expectation) counts. `about`: numbers of the events that it rests on.
   */
  'observation.recorded': z.strictObject({
    objective: Name,
    task: Name.nullable(),
    expectation: Name.nullable(),
    kind: z.enum(['strength', 'improvement', 'observation']),
    rating: Rating.nullable(),
    verdict: z.enum(['met', 'met-late', 'missed', 'not-observed']).nullable(),
    text: Text,
    about: z.array(z.number().int().positive()),
  }),
  /** A participant in the hot wash. `question`: of the debrief, counted from 1; null: whatever they wish to say. Anonymous where Tocsin is the actor. */
  'hot-wash.answered': z.strictObject({ question: z.number().int().positive().nullable(), text: Text }),
  /** Whoever has this role cannot be reached from now on. */
  'seat.away': z.strictObject({ role: Name, why: Text.nullable() }),
  'seat.back': z.strictObject({ role: Name }),
  'amendment.added': z.strictObject({ text: Text, about: z.number().int().nullable() }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof eventData;
export const EventType = z.enum(Object.keys(eventData) as [EventType, ...EventType[]]);
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;

/** Who did it: a person (with the surface they used), or Tocsin itself. */
export const Actor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), id: Text }),
  z.strictObject({ kind: z.literal('tocsin') }),
]);
export type Actor = z.infer<typeof Actor>;

/** An event as the engine and the workflow make it. `at`: epoch ms in scenario time (equal to wall time but in drills). `path`: the step, or "". */
export type EventOf<T extends EventType> = { at: number; path: string; type: T; actor: Actor; data: EventData<T> };
export type IncidentEvent = { [T in EventType]: EventOf<T> }[EventType];

/** The same with its place on the timeline, counted from 1 by the workflow. */
export type NumberedEvent = IncidentEvent & { seq: number };

const Envelope = z.strictObject({
  seq: z.number().int().positive(),
  at: z.number(),
  path: z.string(),
  type: EventType,
  actor: Actor,
  data: z.unknown(),
});

/** Parses and validates one event; throws ZodError. */
export function parseEvent(input: unknown): NumberedEvent {
  const event = Envelope.parse(input);
  return { ...event, data: eventData[event.type].parse(event.data) } as NumberedEvent;
}

export const TOCSIN: Actor = { kind: 'tocsin' };
export const person = (id: string): Actor => ({ kind: 'person', id });
