import { z } from '@hono/zod-openapi';
import { Question, Vote } from '../../incident/decision.ts';
import { SystemSnapshot } from '../../incident/events.ts';
import { Name, TimelineId } from '../../incident/ids.ts';
import { JsonObject } from '../../incident/json.ts';
import type { Measures } from '../../incident/measures.ts';
import { moment } from '../../incident/moment.ts';
import { ObligationRule } from '../../incident/obligation.ts';
import { Severity } from '../../incident/severity.ts';
import type { IncidentView } from '../../incident/view.ts';
import { ProblemBody } from './problem.ts';

/** The shapes of the HTTP API. All times are epoch milliseconds, UTC. */

/** Any JSON object, described as an open object: the generator does not end on the recursive schema. */
export const AnyObject = z
  .custom<JsonObject>(isJsonObject, 'must be a JSON object that is not nested absurdly deep')
  .openapi({ type: 'object', additionalProperties: true });

function isJsonObject(value: unknown): boolean {
  try {
    return JsonObject.safeParse(value).success;
  } catch (error) {
    // The stack overflows on what nests thousands of levels deep.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const millis = z.number().openapi({ description: 'epoch milliseconds', example: 1795312800000 });
const millisSpan = z.number().openapi({ description: 'milliseconds' });

export const IncidentParams = z.object({
  // A copy: the method comes with this module's zod, and that schema may be older.
  id: TimelineId.clone().openapi({ param: { name: 'id', in: 'path' }, example: 'INC-2026-0147' }),
});
export const DecisionParams = IncidentParams.extend({
  number: z.coerce
    .number()
    .int()
    .positive()
    .openapi({ param: { name: 'number', in: 'path' }, example: 1 }),
});

export const IdempotencyHeaders = z.object({
  'idempotency-key': z.string().min(1).max(200).optional().openapi({
    description: 'Makes a repeat harmless: the same person and key get the first answer.',
  }),
});

const PlaybookRef = z.strictObject({
  id: z.string(),
  version: z.number().int(),
  title: z.string(),
  hash: z.string().openapi({ description: 'SHA-256 of the plan this incident runs.' }),
});
const System = z.strictObject(SystemSnapshot.shape).openapi('System');
export const Mode = z.enum(['live', 'simulated-inventory', 'exercise']);
const Status = z.enum(['open', 'resolved', 'closed']);
const Outcome = z.enum(['completed', 'denied', 'failed', 'stopped', 'stood-down', 'unwound']);

const StepState = z
  .strictObject({
    status: z.enum(['to-come', 'running', 'waiting', 'done', 'failed', 'skipped', 'taken-over', 'undone']),
    startedAt: millis.optional(),
    endedAt: millis.optional(),
    outputs: AnyObject.optional(),
    proof: AnyObject.optional(),
    error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    branch: z.string().optional(),
    question: z.number().int().optional(),
    until: millis.optional(),
    waitsFor: z
      .strictObject({
        cel: z.string(),
        alerts: z.strictObject({ resolved: z.boolean(), known: AnyObject }).optional(),
      })
      .optional(),
  })
  .openapi('StepState');

export const QuestionBody = z.strictObject(Question.shape).openapi('Question');

export const ObligationState = z
  .strictObject({
    number: z.number().int(),
    path: z.string(),
    rule: ObligationRule,
    awareAt: millis,
    dueAt: millis,
    owner: z.string().openapi({ description: 'The role that answers for it.' }),
    remindAt: z.array(millis),
    reminders: z.array(millis),
    overdueAt: millis.optional(),
    met: z
      .strictObject({
        at: millis,
        how: z.string(),
        person: z.string().nullable(),
        late: z.boolean(),
        givenAt: millis.optional(),
      })
      .optional(),
    waived: z.strictObject({ at: millis, reason: z.string(), person: z.string().nullable() }).optional(),
  })
  .openapi('Obligation');

const DecisionState = z
  .strictObject({
    question: QuestionBody,
    votes: z.array(z.strictObject({ ...Vote.shape, outputs: AnyObject.optional() })),
    reminders: z.array(millis),
    escalatedAt: millis.optional(),
    made: z
      .strictObject({
        at: millis,
        outcome: z.string(),
        by: z.enum(['votes', 'default']),
        people: z.array(z.string()),
        reason: z.string().nullable(),
      })
      .optional(),
    withdrawn: z.strictObject({ at: millis, because: z.string() }).optional(),
  })
  .openapi('Decision');

const PlanState = z.strictObject({
  startedAt: millis,
  finishedAt: millis.optional(),
  outcome: Outcome.optional(),
});

const AddedPlaybook = z
  .strictObject({
    number: z.number().int().openapi({ description: 'Its steps stand under `+<number>/`.' }),
    playbook: PlaybookRef,
    inputs: AnyObject,
    reason: z.string(),
    person: z.string().nullable(),
    addedAt: millis,
    plan: PlanState.nullable(),
  })
  .openapi('AddedPlaybook');

export const IncidentBody = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    status: Status,
    paused: z.boolean(),
    severity: Severity,
    system: System.nullable(),
    requester: z.string().nullable().openapi({ description: 'Who reported it; null when an alert opened it.' }),
    mode: Mode,
    playbook: PlaybookRef.nullable(),
    openedAt: millis,
    resolvedAt: millis.optional(),
    closedAt: millis.optional(),
    plan: PlanState.nullable(),
    exercise: z
      .custom<NonNullable<IncidentView['exercise']>>()
      .optional()
      .openapi({ type: 'object', description: 'Of a drill: who plays, its clock, what has reached the players.' }),
    added: z.array(AddedPlaybook).openapi({ description: 'Playbooks that were added, in that order.' }),
    roles: z.record(z.string(), z.string()).openapi({ description: 'Person by role, as assigned in this incident.' }),
    steps: z
      .record(z.string(), StepState)
      .openapi({ description: 'By step path; a step that has not begun is absent.' }),
    decisions: z.array(DecisionState),
    obligations: z
      .array(ObligationState)
      .openapi({ description: 'Duties to notify somebody outside, and their clocks.' }),
    unwinding: z.boolean(),
    warnings: z.array(z.strictObject({ at: millis, code: z.string(), message: z.string() })),
    seq: z.number().int().openapi({ description: 'Number of the last event.' }),
  })
  .openapi('Incident') satisfies z.ZodType<IncidentView>;

const StepRef = z.strictObject({ path: z.string(), title: z.string() }).openapi('StepRef');

export const PlanBody = z
  .strictObject({
    number: z.number().int().openapi({ description: '0: the one that the incident was opened with.' }),
    playbook: PlaybookRef,
    state: z.string().openapi({ example: 'running' }),
    added: z.strictObject({ person: z.string().nullable(), at: millis, reason: z.string() }).nullable(),
    steps: z
      .strictObject({
        done: z.number().int(),
        of: z.number().int(),
        now: z.array(StepRef).openapi({ description: 'Under way, waiting for people, or failed.' }),
        then: z.array(StepRef).openapi({ description: 'Still to come, in order.' }),
      })
      .nullable()
      .openapi({ description: 'Null where the plan is not on the shelf.' }),
  })
  .openapi('RunningPlan');

const measured = z.strictObject({
  ms: millisSpan,
  from: z.number().int().openapi({ description: 'Number of the event at which it begins.' }),
  to: z.number().int().openapi({ description: 'Number of the event at which it ends.' }),
});
const Unmeasured = z.strictObject({ ms: z.null(), why: z.string().openapi({ description: 'Why there is none.' }) });
const Measure = z.union([measured.openapi('Measured'), Unmeasured.openapi('Unmeasured')]);

export const MeasuresBody = z
  .strictObject({
    detect: Measure,
    acknowledge: Measure,
    contain: Measure,
    recover: Measure,
    notify: z.union([
      measured
        .extend({
          obligation: z.number().int(),
          marginMs: z.number().openapi({ description: 'Before the limit; less than nothing when it was late.' }),
        })
        .openapi('MeasuredNotice'),
      Unmeasured,
    ]),
  })
  .openapi('Measures', { description: 'Defined in docs/report.md.' }) satisfies z.ZodType<Measures>;

/** One incident, with how it went. */
export const IncidentWithMeasures = IncidentBody.extend({
  measures: MeasuresBody,
  plans: z.array(PlanBody).openapi({ description: 'How each of its plans stands.' }),
}).openapi('IncidentWithMeasures');

export const IncidentSummary = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    status: Status,
    paused: z.boolean(),
    severity: Severity,
    system: z.string().nullable(),
    mode: Mode,
    playbook: z.string().nullable(),
    commander: z.string().nullable(),
    openQuestions: z.number().int(),
    outcome: Outcome.nullable(),
    openedAt: millis,
    resolvedAt: millis.nullable(),
    closedAt: millis.nullable(),
  })
  .openapi('IncidentSummary');

export const EventBody = z
  .strictObject({
    seq: z.number().int(),
    at: millis,
    path: z.string().openapi({ description: 'The step, or "" for the incident as a whole.' }),
    type: z.string(),
    actor: z.union([
      z.strictObject({ kind: z.literal('person'), id: z.string() }),
      z.strictObject({ kind: z.literal('tocsin') }),
    ]),
    data: z.unknown().openapi({ type: 'object', description: 'By type: see docs/formats/timeline.md.' }),
    hash: z.string(),
    recordedAt: z.string(),
    text: z.string().openapi({ description: 'The event in one sentence.' }),
  })
  .openapi('Event');

export const Done = z
  .strictObject({ status: z.literal('accepted'), outcome: z.string().optional() })
  .openapi('Accepted');

export const OpenBody = z
  .strictObject({
    playbook: Name.optional().openapi({ description: 'Left out: chosen by the alert, or none is run.' }),
    title: z.string().min(1).max(300).optional(),
    system: Name.optional(),
    severity: Severity.optional(),
    inputs: AnyObject.optional(),
  })
  .openapi('OpenIncident');

const reason = z.string().trim().min(1).max(2000);
export const bodies = {
  decide: z
    .strictObject({
      answer: z.string().min(1).max(64).openapi({ example: 'approve' }),
      reason: z.string().max(2000).optional(),
      outputs: AnyObject.optional().openapi({
        description:
          'The answers to the question’s form, by field; for skip and take-over the outputs of the step, all or none.',
      }),
      confirm: z.boolean().optional().openapi({
        description:
          'Needed to approve disruptive or irreversible acts; without it the answer is 409 with what would happen.',
      }),
    })
    .openapi('Decide'),
  settle: z
    .strictObject({
      outcome: z.enum(['met', 'waived']).openapi({
        description: 'met: the notice was given outside Tocsin; waived: it need not be given.',
      }),
      text: reason.openapi({ description: 'How it was given, or why it need not be. It goes on the timeline.' }),
      givenAt: z
        .string()
        .refine((text) => moment(text) !== null, { error: 'Write a moment with its zone, such as 2026-11-22T08:30Z.' })
        .optional()
        .openapi({
          description: 'With met: when the notice was given. Left out: it counts as given now.',
          example: '2026-11-22T08:30Z',
        }),
    })
    .openapi('SettleObligation'),
  note: z.strictObject({ text: z.string().trim().min(1).max(10_000) }).openapi('Note'),
  role: z.strictObject({ role: Name, assignee: Name }).openapi('AssignRole'),
  addPlaybook: z
    .strictObject({
      playbook: Name,
      inputs: AnyObject.optional().openapi({
        description: 'As when an incident is opened. Its only AI system is the incident’s, unless given.',
      }),
      reason,
    })
    .openapi('AddPlaybook'),
  severity: z.strictObject({ severity: Severity, reason }).openapi('ChangeSeverity'),
  reason: z.strictObject({ reason }).openapi('Reason'),
  skip: z.strictObject({ step: z.string().optional(), reason, outputs: AnyObject.optional() }).openapi('SkipStep'),
  retry: z.strictObject({ step: z.string().optional(), reason: reason.optional() }).openapi('RetryStep'),
  resolve: z.strictObject({ summary: z.string().trim().min(1).max(10_000) }).openapi('Resolve'),
};

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The answers that any route may give besides its own. */
export const problems = {
  default: {
    description: 'Not done: the problem says why and what to do.',
    content: { 'application/problem+json': { schema: ProblemBody } },
  },
} as const;
