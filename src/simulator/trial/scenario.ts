import { z } from 'zod';
import { FailureAnswer } from '../../incident/decision.ts';
import { Name } from '../../incident/ids.ts';
import { Json } from '../../incident/json.ts';
import { moment } from '../../incident/moment.ts';
import { Severity } from '../../incident/severity.ts';
import { Duration } from '../../playbook/duration.ts';
import { Around } from '../core/around.ts';
import { SimulatedSystem } from '../core/world.ts';

/** Scenarios as people write them, beside the playbook that they try: playbooks/tests/<playbook>.yaml. */

const StepName = z
  .string()
  .min(1)
  .max(500)
  .describe('a step: its id, or as much of the end of its path as tells it apart');
const Words = z.string().min(1).max(2_000);
const Capability = z.string().min(1).max(100).describe('a capability, such as model.isolate');

export const SILENCE = 'silence';

const Reply = z
  .strictObject({
    answer: Name.describe('approve, deny, one of the own options, done or not-done for a task, or silence'),
    after: Duration.optional().describe('from the asking, or from the escalation to them'),
    reason: Words.optional(),
    form: z.record(z.string(), Json).optional().describe('what is filled in; what is needed and not given is made up'),
  })
  .describe('the same answer by everybody who is asked');
const Votes = z
  .strictObject({
    votes: z
      .record(Name, z.union([Name, Reply]))
      .describe('by role or person; a person answers as the first of these that is theirs, others are silent'),
  })
  .describe('different answers by different people');
const Replies = z.union([
  Name,
  Reply,
  Votes,
  z
    .array(z.union([Name, Reply, Votes]))
    .min(1)
    .max(100),
]);
export type Reply = z.infer<typeof Reply>;
export type Replies = z.infer<typeof Replies>;

const FailedAnswer = z.union([FailureAnswer, z.literal(SILENCE)]);
const FailedReply = z.strictObject({
  answer: FailedAnswer.describe('retry, skip, take-over, stop, unwind or silence'),
  after: Duration.optional(),
  reason: Words.optional(),
  outputs: z
    .record(z.string(), Json)
    .optional()
    .describe('the outputs of the step, where it is skipped or done by hand'),
});
const FailedReplies = z.union([
  FailedAnswer,
  FailedReply,
  z
    .array(z.union([FailedAnswer, FailedReply]))
    .min(1)
    .max(100),
]);
export type FailedReply = z.infer<typeof FailedReply>;
export type FailedReplies = z.infer<typeof FailedReplies>;

const Fault = z.strictObject({
  act: Capability.describe('the capability that does not work'),
  does: z
    .enum(['fails', 'lies'])
    .describe('fails: it says so and changes nothing; lies: it reports success and changes nothing'),
  step: StepName.optional().describe('only where this step uses it'),
  times: z.number().int().min(1).max(1_000).optional().describe('so many calls; 1 if absent'),
  passing: z.boolean().optional().describe('the failure may pass, so that the playbook’s own retry counts'),
  message: Words.optional(),
});
export type Fault = z.infer<typeof Fault>;

const World = z
  .strictObject({
    versions: SimulatedSystem.shape.versions.describe('the truth about each version'),
    serving: z.string().describe('the version that serves'),
    lastKnownGood: z.string(),
    traffic: SimulatedSystem.shape.traffic,
    since: z.string(),
    around: Around.partial().describe('what stands around the model'),
  })
  .partial();

export const Given = z.strictObject({
  system: Name.optional().describe('the AI system; the first of the inventory if absent'),
  alert: z.record(z.string(), Json).optional().describe('what opened the incident; without it somebody reported it'),
  inputs: z.record(z.string(), Json).optional().describe('inputs of the playbook; an AI system by its id'),
  requester: Name.optional().describe('the person who reported it, and may not decide'),
  severity: Severity.optional(),
  at: z
    .string()
    .refine((text) => moment(text) !== null, 'write a moment such as 2026-11-22T03:00Z')
    .optional()
    .describe('when the incident is opened; 2026-11-22T03:00Z if absent'),
  reaction: Duration.optional().describe('how soon people answer; 1m if absent'),
  world: World.optional().describe('how the AI system stands: by default its newest version serves and is bad'),
  faults: z.array(Fault).max(100).optional().describe('what does not work; those of the file come first'),
});
export type Given = z.infer<typeof Given>;

const when = {
  once: StepName.optional().describe('as soon as this step is done; a question, as soon as it is asked'),
  after: Duration.optional().describe('so long after that; from the opening if there is no `once`'),
  person: Name.optional().describe('who says it; the first incident commander if absent'),
};
const Said = z.union([
  z.strictObject({ 'stand-down': Words.describe('why'), ...when }),
  z.strictObject({ pause: Words.describe('why'), ...when }),
  z.strictObject({ resume: z.literal(true), ...when }),
  z.strictObject({ alert: z.record(z.string(), Json).describe('an alert that joins the incident'), ...when }),
  z.strictObject({
    given: Name.describe('a rule: its notice was given outside Tocsin'),
    how: Words.optional(),
    ...when,
  }),
  z.strictObject({ 'not-due': Name.describe('a rule: no notice is due'), why: Words.optional(), ...when }),
]);
export type Said = z.infer<typeof Said>;

const Mail = z.strictObject({
  to: z.string().min(1).max(200).describe('a role, stakeholders, a person or a contact'),
  subject: Words.optional().describe('the subject contains this'),
  contains: z
    .union([Words, z.array(Words).min(1)])
    .optional()
    .describe('the text contains all of these'),
});
export type ExpectedMail = z.infer<typeof Mail>;

const ActName = z.string().min(1).max(500).describe('a capability, or the step that uses it');
export const Expect = z.strictObject({
  opens: z.boolean().optional().describe('false: the alert or the inputs do not open it, and nothing is played'),
  outcome: z.enum(['completed', 'denied', 'failed', 'stopped', 'stood-down', 'unwound']).optional(),
  acts: z.array(ActName).optional().describe('these acts succeed in this order; others may stand between them'),
  'acts-in-any-order': z.array(ActName).optional(),
  'no-acts': z.array(ActName).optional().describe('acts that are not even begun'),
  'changes-nothing': z.literal(true).optional().describe('no act but reading and messages is begun'),
  undone: z.array(StepName).optional().describe('whose acts are undone, in this order, and no others'),
  done: z.array(StepName).optional(),
  skipped: z.array(StepName).optional(),
  failed: z
    .array(StepName)
    .optional()
    .describe('these and no others; none if absent. What a playbook that is run handles by itself need not be named'),
  'not-reached': z.array(StepName).optional(),
  asked: z.record(StepName, z.array(Name)).optional().describe('the roles that each question was put to'),
  'not-asked': z.array(StepName).optional(),
  escalated: z.array(StepName).optional().describe('questions that went to somebody else as well'),
  decided: z.record(StepName, Name).optional().describe('what each question came to'),
  'by-silence': z.array(StepName).optional().describe('questions that nobody decided'),
  mails: z.array(Mail).optional(),
  'no-mails': z.array(Mail).optional(),
  duties: z
    .record(Name, z.enum(['met', 'late', 'waived', 'open', 'none']))
    .optional()
    .describe('by rule, at the end of the plan'),
  serving: z.string().optional().describe('the version that serves at the end'),
  traffic: SimulatedSystem.shape.traffic.optional(),
  around: Around.partial().optional().describe('what stands around the model at the end'),
  within: Duration.optional().describe('the plan ends so soon after the opening'),
  'done-within': z.record(StepName, Duration).optional().describe('each step is done so soon after the opening'),
});
export type Expect = z.infer<typeof Expect>;

export const Scenario = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  given: Given.optional().describe('beside and before what the file gives'),
  answers: z
    .record(StepName, Replies)
    .optional()
    .describe('to the question of each step; a list: the first time, the second, …'),
  'when-failed': z
    .record(StepName, FailedReplies)
    .optional()
    .describe('what is answered when a step, or its undo, has failed; silence if absent'),
  others: z
    .enum(['approve', 'deny', SILENCE])
    .optional()
    .describe('the answer to all other questions; approve, done for a task, or the first own option, if absent'),
  said: z.array(Said).max(100).optional().describe('what people say besides'),
  expect: Expect,
});
export type Scenario = z.infer<typeof Scenario>;

export const ScenarioFile = z
  .strictObject({
    playbook: Name.describe('the playbook that is tried; the file is called after it'),
    given: Given.optional().describe('for all scenarios'),
    scenarios: z.record(Name, Scenario).describe('by name'),
  })
  .describe('Tocsin scenarios: given these answers and failures, a playbook does this.');
export type ScenarioFile = z.infer<typeof ScenarioFile>;
