import { z } from 'zod';
import { PASSING_CODES, type PassingFault } from '../capabilities/fault-codes.ts';
import { FormField } from '../incident/form.ts';
import { Name } from '../incident/ids.ts';
import { Json } from '../incident/json.ts';
import { Duration } from './duration.ts';
import { AT_ONCE_MAX, ITEMS_MAX, TIMES_MAX } from './plan.ts';

/** A step as people write it: one strict object for each kind. */
export const Cel = z.string().min(1).describe('a CEL expression over inputs, steps, incident and alert');
const Text = z.string().min(1).max(20_000);
/** Marks, in JSON Schema, a text that names a capability. */
export const CAPABILITY_FORMAT = 'capability';
const Capability = z
  .string()
  .min(1)
  .meta({ description: 'a capability, such as model.isolate', format: CAPABILITY_FORMAT });
const With = z.record(z.string(), Json).describe('its inputs; a CEL expression stands between dollar-brace and brace');

const SeatSource = z.strictObject({
  role: Name.describe('who may answer'),
  count: z
    .number()
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe('how many different people of that role must approve; 1 if absent'),
});
export const By = z
  .array(SeatSource)
  .min(1)
  .describe('every seat must approve, each by another person; one deny decides');
export const Escalate = z.strictObject({
  after: Duration.describe('counted from the asking'),
  to: Name.describe('the role that may then answer as well'),
  page: z.boolean().optional().describe('also page them; true if absent'),
});

const base = {
  id: Name.optional().describe('names the step: steps.<id> in expressions, and on the timeline'),
  title: z.string().min(1).max(200).optional().describe('how people read the step; made from its kind if absent'),
  when: Cel.optional().describe('CEL: the step is skipped unless this is true'),
};

export type StepSource =
  | DoSource
  | AskSource
  | TaskSource
  | SaySource
  | WaitSource
  | IfSource
  | ParallelSource
  | RunSource
  | ObligeSource
  | TrySource
  | EachSource
  | RepeatSource;
type BaseSource = { id?: string; title?: string; when?: string };
export type UseSource = string | { do: string; with?: Record<string, Json> };
export type SeatList = { role: string; count?: number }[];
export type DoSource = BaseSource & {
  do: string;
  with?: Record<string, Json>;
  prove?: UseSource;
  undo?: UseSource | { none: string };
  retry?: { attempts: number; delay?: string; factor?: number; on?: PassingFault[] };
  timeout?: string;
  'on-failure'?: StepSource[];
  unattended?: string;
  fulfils?: string;
};
export type AskSource = BaseSource & {
  ask: string;
  details?: string;
  by: SeatList;
  'requester-may-decide'?: boolean;
  within: string;
  remind?: string[];
  escalate?: { after: string; to: string; page?: boolean };
  options?: Record<string, string>;
  form?: Record<string, FieldSource>;
  otherwise?: string;
  'on-deny'?: StepSource[];
};
export type TaskSource = BaseSource & {
  task: string;
  details?: string;
  by: SeatList;
  within: string;
  remind?: string[];
  escalate?: { after: string; to: string; page?: boolean };
  form?: Record<string, FieldSource>;
  'on-failure'?: StepSource[];
};
export type FieldSource = {
  label: string;
  type?: FormField['type'];
  required?: boolean;
  hint?: string;
  choices?: Record<string, string>;
};
export type SaySource = BaseSource & { say: string; to: string; subject?: string };
export type WaitSource = BaseSource & {
  wait:
    | string
    | { until: string; within?: string }
    | { business: string }
    | { alert: string; within?: string; since?: 'opening' }
    | { 'alert-resolved': string; within?: string; since?: 'opening' };
};
export type IfSource = BaseSource & { if: string; then: StepSource[]; else?: StepSource[] };
export type ParallelSource = BaseSource & {
  parallel: Record<string, StepSource[]>;
  until?: 'any';
  'fail-fast'?: boolean;
};
export type RunSource = BaseSource & { run: string; with?: Record<string, Json> };
export type ObligeSource = BaseSource & { oblige: string; aware?: string; by: string; remind?: string[] };
export type TrySource = BaseSource & { try: StepSource[]; 'on-failure'?: StepSource[]; finally?: StepSource[] };
export type EachSource = BaseSource & { each: string; as?: string; 'at-once'?: number; steps: StepSource[] };
export type RepeatSource = BaseSource & {
  repeat: { until: string; times: number; every?: string };
  steps: StepSource[];
};

export const steps: z.ZodType<StepSource[]> = z.lazy(() => z.array(StepSource));
export const nonEmpty: z.ZodType<StepSource[]> = z.lazy(() =>
  z.array(StepSource).min(1, 'at least one step belongs here'),
);

const UseSource = z.union([
  Capability,
  z.strictObject({ do: Capability, with: With.optional() }).describe('a capability with its own inputs'),
]);

const DoSource = z
  .strictObject({
    do: Capability.describe('the capability to use, such as model.isolate'),
    ...base,
    with: With.optional(),
    prove: UseSource.optional().describe('the capability that must confirm it; the step is not done before'),
    undo: z
      .union([
        Capability,
        z.strictObject({ do: Capability, with: With.optional() }).describe('a capability with its own inputs'),
        z.strictObject({ none: z.string().min(1).describe('why nothing undoes it') }).describe('nothing undoes it'),
      ])
      .optional()
      .describe('what undoes it; the capability’s own undo if absent'),
    retry: z
      .strictObject({
        attempts: z.number().int().min(1).max(20).describe('tries in all'),
        delay: Duration.optional().describe('before the second try; 2s if absent'),
        factor: z.number().min(1).max(10).optional().describe('each delay is the last one times this; 2 if absent'),
        on: z
          .array(z.enum(PASSING_CODES))
          .min(1)
          .optional()
          .describe('only after these faults; after any that may pass if absent'),
      })
      .optional()
      .describe('tries after a failure that may pass; 3 for reading, 1 for anything else if absent'),
    timeout: Duration.optional().describe('of one try; the capability’s own if absent'),
    'on-failure': steps
      .optional()
      .describe('steps instead of a question when it fails; then the rest of the block is skipped'),
    unattended: z
      .string()
      .min(10, 'say why nobody needs to decide, in a sentence')
      .optional()
      .describe('why this risky act needs nobody’s decision'),
    fulfils: Name.optional().describe('the id of an earlier oblige step: when this act is done, its notice is given'),
  })
  .describe('Do: use a capability.');

const FieldSource = z.strictObject({
  label: z.string().min(1).max(200).describe('what people read above the field'),
  type: FormField.shape.type.optional().describe('text if absent'),
  required: z.boolean().optional().describe('true if absent'),
  hint: z.string().min(1).max(150).optional().describe('one line of help'),
  choices: z
    .record(Name, z.string().min(1).max(75))
    .optional()
    .describe('for `choice`: what can be chosen, and how people read it'),
});

const AskSource = z
  .strictObject({
    ask: Text.describe('the question people read'),
    ...base,
    details: Text.optional().describe('what they should know to answer it, or templates/<name>.md'),
    by: By,
    'requester-may-decide': z
      .boolean()
      .optional()
      .describe('whoever opened the incident may answer too; false if absent'),
    within: Duration.describe('when nobody has decided by then, `otherwise` counts'),
    remind: z.array(Duration).max(10).optional().describe('when to remind, counted from the asking'),
    escalate: Escalate.optional().describe('who else may answer, and from when'),
    options: z
      .record(Name, z.string().min(1).max(60))
      .optional()
      .describe('own answers in place of approve and deny, two to five: what surfaces show for each'),
    form: z
      .record(Name, FieldSource)
      .optional()
      .describe('what is filled in with every answer but deny, ten fields at most: steps.<id>.answers in expressions'),
    otherwise: Name.optional().describe('the answer when nobody decides; deny if absent, needed with own options'),
    'on-deny': steps
      .optional()
      .describe('steps when it is denied; then the rest of the block is skipped. [] says that nothing else is done'),
  })
  .describe('Ask: a decision by people, approve or deny.');

const TaskSource = z
  .strictObject({
    task: Text.describe('what people are to do themselves, and then say that it is done'),
    ...base,
    details: Text.optional().describe('what they should know to do it, or templates/<name>.md'),
    by: By,
    within: Duration.describe('when nobody has said by then that it is done, the step has failed'),
    remind: z.array(Duration).max(10).optional().describe('when to remind, counted from the asking'),
    escalate: Escalate.optional().describe('who else may do it, and from when'),
    form: z
      .record(Name, FieldSource)
      .optional()
      .describe('what is filled in when it is done, ten fields at most: steps.<id>.answers in expressions'),
    'on-failure': steps
      .optional()
      .describe('steps instead of a question when it is not done; then the rest of the block is skipped'),
  })
  .describe('Task: something that people do themselves; it covers no risky act.');

const SaySource = z
  .strictObject({
    say: Text.describe('the text, or templates/<name>.md'),
    ...base,
    to: z.string().min(1).describe('a role, or stakeholders'),
    subject: z.string().min(1).max(200).optional().describe('the title of the step if absent'),
  })
  .describe('Say: a message to people of the organisation.');

const AtMost = Duration.optional().describe('the longest it may take; needed');
const Since = z
  .literal('opening')
  .optional()
  .describe('opening: what the incident had before the wait began counts too; only what comes from then on if absent');

const WaitSource = z
  .strictObject({
    wait: z
      .union([
        Duration,
        z
          .strictObject({
            until: Cel.describe('CEL that ends the waiting when it becomes true'),
            within: AtMost,
          })
          .describe('until a condition holds'),
        z
          .strictObject({
            business: Duration.describe(
              'so much working time, by the calendar of the inventory: 4h counts working hours, 2d whole working days',
            ),
          })
          .describe('for working time'),
        z
          .strictObject({
            alert: Cel.describe('CEL over alert, inputs and steps: the alert that ends the waiting'),
            within: AtMost,
            since: Since,
          })
          .describe('until such an alert joins the incident'),
        z
          .strictObject({
            'alert-resolved': Cel.describe('CEL over alert, inputs and steps: the alert whose end ends the waiting'),
            within: AtMost,
            since: Since,
          })
          .describe('until such an alert of the incident is over'),
      ])
      .describe('for how long, or until what'),
    ...base,
  })
  .describe('Wait: for a time, for working time, until a condition holds or for an alert, always bounded.');

const IfSource = z
  .strictObject({
    if: Cel,
    ...base,
    then: nonEmpty.describe('when it is true'),
    else: steps.optional().describe('when it is false'),
  })
  .describe('If: one way or the other.');

const ParallelSource = z
  .strictObject({
    parallel: z.record(Name, nonEmpty).describe('branches by name; all run at the same time, all run to their end'),
    ...base,
    until: z
      .literal('any')
      .optional()
      .describe('any: the first branch that completes calls the others off; steps.<id>.first is its name'),
    'fail-fast': z
      .boolean()
      .optional()
      .describe('the first branch that is denied or fails calls the others off, and ends the block; false if absent'),
  })
  .describe('Parallel: several things at once.');

const RunSource = z
  .strictObject({
    run: Name.describe('the playbook to run'),
    ...base,
    with: With.optional(),
  })
  .describe('Run: another playbook, as a part of this one.');

const ObligeSource = z
  .strictObject({
    oblige: Name.describe('the rule: rules/<name>.yaml'),
    ...base,
    aware: Text.optional().describe(
      'since when the organisation knew, a moment; while absent or left empty, since the incident was opened',
    ),
    by: Name.describe('the role that answers for the notice'),
    remind: z.array(Duration).max(10).optional().describe('when to remind, counted back from the limit'),
  })
  .describe('Oblige: a duty to notify begins to run, and the plan goes on.');

const TrySource = z
  .strictObject({
    try: nonEmpty.describe('steps that may fail: nobody is asked about a failed one when there is `on-failure`'),
    ...base,
    'on-failure': steps
      .optional()
      .describe(
        'steps after the first failure, with failure.step, failure.code and failure.message. [] says that nothing else is done',
      ),
    finally: steps.optional().describe('run whatever happened to the others, also when the incident is stood down'),
  })
  .describe('Try: steps, and what to do when one of them fails.');

const EachSource = z
  .strictObject({
    each: Cel.describe(`a CEL expression for a list, of at most ${ITEMS_MAX} items; looked at once`),
    ...base,
    as: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'use lower-case letters, digits and underscores')
      .max(64)
      .optional()
      .describe('what the steps call their item in expressions; item if absent'),
    'at-once': z
      .number()
      .int()
      .min(1)
      .max(AT_ONCE_MAX)
      .optional()
      .describe('how many items are dealt with at the same time; 1 if absent'),
    steps: nonEmpty.describe('what is done for each item'),
  })
  .describe('Each: the same steps for every item of a list.');

const RepeatSource = z
  .strictObject({
    repeat: z
      .strictObject({
        until: Cel.describe('CEL that ends it when it is true after a round; it knows the steps of that round'),
        times: z
          .number()
          .int()
          .min(1)
          .max(TIMES_MAX)
          .describe('rounds in all; when they are used up the step has failed'),
        every: Duration.optional().describe('from the beginning of one round to that of the next; at once if absent'),
      })
      .describe('until when, and how often'),
    ...base,
    steps: nonEmpty.describe('what a round does'),
  })
  .describe('Repeat: the same steps until a condition holds, always bounded.');

export const StepSource: z.ZodType<StepSource> = z.lazy(() =>
  z.union([
    DoSource,
    AskSource,
    TaskSource,
    SaySource,
    WaitSource,
    IfSource,
    ParallelSource,
    RunSource,
    ObligeSource,
    TrySource,
    EachSource,
    RepeatSource,
  ]),
);

export const KINDS = [
  'do',
  'ask',
  'task',
  'say',
  'wait',
  'if',
  'parallel',
  'run',
  'oblige',
  'try',
  'each',
  'repeat',
] as const;
export type Kind = (typeof KINDS)[number];
