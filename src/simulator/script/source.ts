import { z } from 'zod';
import { CHANNELS } from '../../incident/events.ts';
import { Name } from '../../incident/ids.ts';
import { JsonObject } from '../../incident/json.ts';
import { Duration } from '../../playbook/duration.ts';
import { Around } from '../core/around.ts';
import { EVERYBODY, INJECT_KINDS } from '../core/script.ts';

/**
 * A simulation as people write it, one a file: simulations/<simulation>.yaml. The JSON Schema for editors is made from this; what a
 * schema cannot say (names, times, conditions) is checked in check.ts. Terms are those of HSEEP.
 */
const Text = z.string().min(1).max(20_000);
const Line = z.string().min(1).max(300);
const Cel = z.string().min(1).describe('a CEL expression over world, incident, steps, injects and minutes');
/** The name of a length: 15m. */
const LengthName = z.string().regex(/^\d{1,3}[mh]$/, 'name a length by its time: 15m, 60m, 2h');

const When = z
  .union([Duration, z.record(LengthName, Duration)])
  .describe('scenario time since STARTEX, or one for each length: { 15m: 2m, 60m: 10m }');

const Only = z.array(LengthName).min(1).optional().describe('the lengths that it belongs to; all if absent');

const LengthSource = z.strictObject({
  title: Line.describe('what kind of drill that is: Warm-up, Tabletop, Functional'),
  lasts: Duration.describe('scenario time from STARTEX to ENDEX'),
});

const ObjectiveSource = z.strictObject({
  title: Line.describe('what the team shows: Cut off a model that cannot be trusted'),
  capability: Line.describe('the capability of HSEEP that it exercises: Containment'),
  tasks: z.record(Name, Line).describe('the critical tasks, as evaluators look for them'),
});

const VersionSource = z.strictObject({
  signature: z.enum(['valid', 'invalid']).optional().describe('valid if absent'),
  validation: z.enum(['passes', 'fails']).optional().describe('passes if absent'),
});

const SystemSource = z.strictObject({
  like: Name.optional().describe(
    'an AI system of the inventory, for its name, tier, owner and data; invented if absent',
  ),
  name: Line.optional(),
  tier: z.enum(['critical', 'high', 'standard', 'low']).optional(),
  owner: Line.optional(),
  jurisdictions: z.array(Line).optional(),
  'data-classes': z.array(Line).optional(),
  dependants: z.array(Line).optional().describe('names of the systems that rely on it'),
  versions: z.record(z.string().min(1).max(60), VersionSource).describe('the hidden truth about each version'),
  serving: z.string().min(1).describe('the version that serves at STARTEX'),
  'last-known-good': z.string().min(1),
  since: Line.optional().describe('since when that version serves, as model.inspect says it'),
  around: Around.partial().optional().describe('what stands around the model; where absent, all is well'),
});

const FaultSource = z.strictObject({
  capability: Name.or(z.string().regex(/^[a-z]+\.[a-z-]+$/)).describe('the capability that fails: model.rollback'),
  system: Name.optional().describe('only on this AI system'),
  kind: z.enum(['error', 'lie']).describe('error: it fails; lie: it answers with success and does nothing'),
  times: z.number().int().min(1).max(100).optional().describe('the next so many calls; 1 if absent'),
  retryable: z.boolean().optional().describe('whether it may pass; false if absent'),
  message: Line.optional().describe('what the connector says; needed for an error'),
});

const ChangeSource = z.strictObject({
  systems: z
    .record(
      Name,
      z.strictObject({
        serving: z.string().optional(),
        traffic: z.enum(['serving', 'cut']).optional(),
        around: Around.partial().optional(),
      }),
    )
    .optional()
    .describe('what is otherwise from then on, by AI system'),
  faults: z.array(FaultSource).optional().describe('faults that begin then'),
});

const PlayerSource = z.strictObject({
  brief: Text.describe('what this player may know before the drill, and the others need not'),
  needed: z.boolean().optional().describe('false: the drill can do without it; true if absent'),
  persona: Name.optional().describe('how a bot plays it when nobody sits there; steady if absent'),
});

const PersonaSource = z.strictObject({
  title: Line.describe('as people read it: Reads everything twice'),
  reacts: z
    .strictObject({
      median: Duration.describe('half of the answers come sooner'),
      spread: z
        .number()
        .min(1)
        .max(10)
        .optional()
        .describe('one in six takes longer than median times this; 2 if absent'),
    })
    .describe('how long it takes to answer, drawn from the seed'),
  diligence: z.number().min(0).max(1).optional().describe('how likely it answers at all; 1 if absent'),
  approvals: z
    .union([z.enum(['approve', 'deny', 'wise']), z.number().min(0).max(1)])
    .optional()
    .describe(
      'what it answers to a question of approval: always the same, how likely it approves, or wise: as the simulation’s own `answers` say; wise if absent',
    ),
  failures: z
    .enum(['retry', 'skip', 'stop', 'unwind', 'ignore'])
    .optional()
    .describe('what it answers about a failed step; retry, which it mostly tries and sometimes gives up, if absent'),
});

const AwaySource = z.strictObject({
  role: Name,
  from: When,
  until: When.optional().describe('for good if absent'),
  why: Line.optional(),
});

const InjectSource = z.strictObject({
  id: Name.describe('names the inject: injects.<id> in expressions'),
  title: Line.describe('the synopsis in the MSEL'),
  kind: z
    .enum(INJECT_KINDS)
    .describe(
      'contextual: sets the scene; expected-action: wants a response; contingency: only when the response did not come',
    ),
  at: When.optional(),
  after: z
    .strictObject({ inject: Name, delay: When.optional() })
    .optional()
    .describe('so long after another inject was delivered'),
  when: Cel.optional().describe('as soon as this is true'),
  delay: When.optional().describe('so long after `when` became true'),
  'by-hand': z.literal(true).optional().describe('when the facilitator fires it'),
  unless: Cel.optional().describe('not delivered if this is true at its time'),
  'unless-met': Name.optional().describe('not delivered if this expectation is met at its time'),
  only: Only,
  by: z.enum(CHANNELS).describe('how it arrives'),
  from: Line.describe('who sends it: Monitoring, a journalist, the supervisory authority'),
  to: z.array(Name).min(1).optional().describe(`the roles that get it; ${EVERYBODY} if absent`),
  subject: Line.optional(),
  text: Text.optional().describe('what they read or hear; not needed for an alert'),
  alert: JsonObject.optional().describe('for by: alert: what the monitor sends, with kind, system and title'),
  attachments: z
    .array(z.string().regex(/^[\w][\w./-]*$/, 'name a file beside the simulation'))
    .max(10)
    .optional()
    .describe('files beside the simulation'),
  objective: Name.optional().describe('the objective that it serves'),
  expects: z.array(Name).optional().describe('the expectations that it sets off; their time counts from it'),
  changes: ChangeSource.optional().describe('what it changes in the world when it is delivered'),
  hint: Text.optional().describe('what the facilitator may say when players are stuck'),
  notes: Text.optional().describe('for facilitators and evaluators'),
});
export type InjectSource = z.infer<typeof InjectSource>;

const ExpectationSource = z.strictObject({
  id: Name,
  title: Line.describe('what is looked for, in a sentence'),
  objective: Name,
  task: Name.optional().describe('the critical task that it shows'),
  opened: z.literal(true).optional().describe('an incident is opened'),
  acknowledged: z
    .literal(true)
    .optional()
    .describe('somebody who plays answers a question, writes something, or looks at an inject'),
  act: z.string().optional().describe('a capability that is carried out (and proved, where its step proves it)'),
  system: Name.optional().describe('with act: on this AI system'),
  decided: z
    .strictObject({
      step: z.string().describe('the path of the question’s step: contain'),
      answer: z.string().optional().describe('any but silence if absent'),
      people: z.number().int().min(1).max(20).optional().describe('by at least so many; 1 if absent'),
    })
    .optional(),
  told: z
    .strictObject({
      to: Name.describe('a role, or stakeholders'),
      holds: z.string().min(1).optional().describe('a text that the message has in it'),
    })
    .optional()
    .describe('a message is sent'),
  duty: z
    .strictObject({ rule: Name, state: z.enum(['opened', 'met', 'settled']).optional().describe('met if absent') })
    .optional()
    .describe('a duty to notify'),
  resolved: z.literal(true).optional().describe('the incident is resolved'),
  noted: z.string().min(1).optional().describe('somebody writes a note that has this text in it'),
  event: Cel.optional().describe('an event of the timeline for which this is true: event.type, event.path, event.data'),
  judged: Line.optional().describe('an evaluator looks for this; no machine can'),
  never: z.literal(true).optional().describe('it must not happen'),
  within: When.optional().describe('so long after what sets it off'),
  since: Name.optional().describe('the inject that sets it off; the one that expects it, else STARTEX, if absent'),
  before: Name.optional().describe('earlier than this expectation is met, or this inject is delivered'),
  gate: z
    .enum(['achieve', 'sound', 'timely'])
    .optional()
    .describe(
      'what the objective is when it is missed: achieve: unable (U); sound: achieved with major challenges (M); timely: with some (S). achieve if absent, sound for never',
    ),
  trap: Line.optional().describe('with never: what tempts a team into doing it; whoever does has fallen for the trap'),
  only: Only,
});
export type ExpectationSource = z.infer<typeof ExpectationSource>;

export const SimulationSource = z
  .strictObject({
    simulation: Name.describe('its name; the file is called after it'),
    title: Line,
    version: z
      .number()
      .int()
      .positive()
      .describe('raise it with every change: results are compared within one version'),
    playbook: Name.describe('the playbook that it exercises'),
    references: z.array(Line).max(30).optional().describe('what it is built on: ids of MITRE ATLAS, and sources'),
    about: Text.describe('what everybody may read before the drill'),
    truth: Text.describe('what really happened, for facilitators and evaluators alone'),
    starts: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/, 'write a moment such as 2026-03-06T15:40Z')
      .describe('the scenario’s moment of STARTEX, in UTC'),
    lengths: z.record(LengthName, LengthSource).describe('how long it can be played'),
    objectives: z.record(Name, ObjectiveSource),
    world: z.strictObject({
      systems: z.record(Name, SystemSource),
      takes: z.record(z.string(), Duration).optional().describe('how long acts take, by capability'),
      faults: z.array(FaultSource).optional().describe('faults from STARTEX on'),
    }),
    players: z.record(Name, PlayerSource).describe('the seats, by role'),
    personas: z.record(Name, PersonaSource).optional().describe('personas of its own, beside those that Tocsin brings'),
    away: z.array(AwaySource).optional().describe('who cannot be reached, and when'),
    answers: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        'what a bot that knows its trade answers, by the path of the step that asks, or that failed; approve if absent, and as its persona does about a failure',
      ),
    injects: z.array(InjectSource).min(1).max(500).describe('the MSEL'),
    expectations: z.array(ExpectationSource).min(1).max(200),
    debrief: z.array(Line).min(1).max(30).describe('questions for the hot wash'),
    guide: Text.optional().describe('how to facilitate it: what to watch for, where teams go wrong'),
  })
  .describe('Tocsin simulation: a scripted breach that a team plays against a simulated world.');
export type SimulationSource = z.infer<typeof SimulationSource>;
