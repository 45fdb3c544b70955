import { z } from 'zod';
import { Risk, Seat } from '../incident/decision.ts';
import { FormField } from '../incident/form.ts';
import { Name } from '../incident/ids.ts';
import { Json } from '../incident/json.ts';
import { ObligationRule } from '../incident/obligation.ts';
import { Severity } from '../incident/severity.ts';

/**
 * The plan: a playbook after checking, with every default filled in, every playbook it runs embedded, every duration in
 * milliseconds. `hash` is SHA-256 (hex) over the canonical JSON (RFC 8785) of the plan without `hash`; a running incident keeps
 * the plan it started with.
 */

/** A value to be computed when the step runs. Strings of a playbook are literals unless they hold `${…}`. */
export type Value =
  | { literal: Json }
  | { cel: string }
  | { template: (string | { cel: string })[] }
  | { list: Value[] }
  | { map: { [key: string]: Value } };
export const Value: z.ZodType<Value> = z.lazy(() =>
  z.union([
    z.strictObject({ literal: Json }),
    z.strictObject({ cel: z.string() }),
    z.strictObject({ template: z.array(z.union([z.string(), z.strictObject({ cel: z.string() })])) }),
    z.strictObject({ list: z.array(Value) }),
    z.strictObject({ map: z.record(z.string(), Value) }),
  ]),
);

export const Retry = z.strictObject({
  /** Tries in all, at least 1. */
  attempts: z.number().int().min(1).max(20),
  delayMs: z.number().int().min(0),
  /** Each delay is the last one times this. */
  factor: z.number().min(1).max(10),
  /** Codes of the faults after which it is tried again. Absent: all that may pass. */
  on: z.array(z.string()).min(1).optional(),
});
export type Retry = z.infer<typeof Retry>;

/** Rounds of an `each`, those of them at the same time, and rounds of a `repeat`. */
export const ITEMS_MAX = 200;
export const AT_ONCE_MAX = 20;
export const TIMES_MAX = 100;

const base = {
  /** Unique among the steps of its sequence's scope (the playbook). */
  id: Name,
  /** Static and unique in the plan: `contain`, `recover/legal/notify`, `finally/brief`. */
  path: z.string(),
  title: z.string(),
  /** The step is skipped unless this CEL is true. */
  when: z.strictObject({ cel: z.string() }).nullable(),
};

/** One use of a capability. `with` is complete: the target system is in it. */
export const Use = z.strictObject({
  capability: z.string(),
  risk: Risk,
  with: z.record(z.string(), Value),
  timeoutMs: z.number().int().positive(),
});
export type Use = z.infer<typeof Use>;

export type Step =
  | DoStep
  | AskStep
  | SayStep
  | WaitStep
  | IfStep
  | ParallelStep
  | RunStep
  | ObligeStep
  | TryStep
  | EachStep
  | RepeatStep;

type Base = { id: string; path: string; title: string; when: { cel: string } | null };
export type DoStep = Base & {
  kind: 'do';
  use: Use;
  retry: Retry;
  prove: Use | null;
  undo: Use | null;
  /** Path of the `ask` whose approval covers this act; null for read and reversible acts. */
  coveredBy: string | null;
  /** The author's reason for a risky act that nobody approves. */
  unattended: string | null;
  onFailure: Step[] | null;
  /** Names of the capability's outputs: what skip and take-over may supply. */
  outputs: string[];
  /** Path of the `oblige` step whose notice this act gives. Absent: none. */
  fulfils?: string | undefined;
};
export type AskStep = Base & {
  kind: 'ask';
  question: Value;
  details: Value | null;
  by: Seat[];
  requesterMayDecide: boolean;
  withinMs: number;
  /** Offsets from the asking, ascending, below `withinMs`. */
  remindMs: number[];
  escalate: { afterMs: number; to: string; page: boolean } | null;
  /** `approve`, `deny`, one of the own options, or `not-done` for a task. */
  otherwise: string;
  /** The playbook's own options in place of approve and deny. Absent: none. */
  options?: { id: string; title: string }[] | undefined;
  form?: FormField[] | undefined;
  /** What people are to do themselves, and say whether it is done: the step has failed when it is not. */
  task?: true | undefined;
  /** Of a task: steps instead of a question when it is not done. */
  onFailure?: Step[] | undefined;
  onDeny: Step[] | null;
  /** Paths of the acts that this approval covers. */
  covers: string[];
};
export type SayStep = Base & {
  kind: 'say';
  use: Use;
};
/** `since`: alerts that the incident had before the wait began count too. */
export const AlertAwaited = z.strictObject({
  cel: z.string(),
  resolved: z.boolean(),
  since: z.literal('opening').optional(),
});
export type AlertAwaited = z.infer<typeof AlertAwaited>;
export type WaitStep = Base & {
  kind: 'wait';
  /** The longest that it lasts; 0 where `business` says how long. */
  forMs: number;
  /** Works out when so much working time is over, in place of `forMs`. Absent: none. */
  business?: Use | undefined;
  /** Ends early when such an alert joins the incident, or when such a one is over. Absent: none. */
  alert?: AlertAwaited | undefined;
  /** Ends early when this becomes true; it is looked at whenever an event is recorded. */
  until: { cel: string } | null;
};
export type IfStep = Base & { kind: 'if'; cel: string; then: Step[]; else: Step[] };
export type ParallelStep = Base & {
  kind: 'parallel';
  branches: { name: string; steps: Step[] }[];
  /** The first branch that completes calls the others off. Absent: all run to their end. */
  any?: true | undefined;
  /** The first branch that is denied or fails calls the others off, and ends the block. Absent: it does neither. */
  failFast?: true | undefined;
};
export type RunStep = Base & {
  kind: 'run';
  playbook: string;
  with: Record<string, Value>;
  steps: Step[];
  finally: Step[];
  /** What it leaves when it completes. Absent: nothing but its outcome. */
  outputs?: Record<string, Value> | undefined;
};
export type ObligeStep = Base & {
  kind: 'oblige';
  rule: ObligationRule;
  /** Since when the organisation knew, as a text. Null, or empty when it is looked at: since the incident was opened. */
  aware: Value | null;
  /** The role that answers for it. */
  owner: string;
  /** Offsets back from the limit, the greatest first. */
  remindMs: number[];
};
/** Its steps once for each item of a list, at most `atOnce` rounds at the same time. Their paths stand under `<path>/*`. */
export type EachStep = Base & { kind: 'each'; cel: string; as: string; atOnce: number; steps: Step[] };
/** Its steps until the condition holds, at most `times` rounds, of which each begins `everyMs` after the last one began. */
export type RepeatStep = Base & { kind: 'repeat'; until: string; times: number; everyMs: number; steps: Step[] };
/** The first failed step ends `steps`, and `onFailure` follows in place of a question. Null: people are asked, as anywhere. */
export type TryStep = Base & { kind: 'try'; steps: Step[]; onFailure: Step[] | null; finally: Step[] };

const steps: z.ZodType<Step[]> = z.lazy(() => z.array(Step));
export const Step: z.ZodType<Step> = z.lazy(
  () =>
    z.discriminatedUnion('kind', [
      z.strictObject({
        ...base,
        kind: z.literal('do'),
        use: Use,
        retry: Retry,
        prove: Use.nullable(),
        undo: Use.nullable(),
        coveredBy: z.string().nullable(),
        unattended: z.string().nullable(),
        onFailure: steps.nullable(),
        outputs: z.array(z.string()),
        fulfils: z.string().optional(),
      }),
      z.strictObject({
        ...base,
        kind: z.literal('ask'),
        question: Value,
        details: Value.nullable(),
        by: z.array(Seat).min(1),
        requesterMayDecide: z.boolean(),
        withinMs: z.number().int().positive(),
        remindMs: z.array(z.number().int().positive()),
        escalate: z.strictObject({ afterMs: z.number().int().positive(), to: Name, page: z.boolean() }).nullable(),
        otherwise: z.string(),
        options: z.array(z.strictObject({ id: Name, title: z.string() })).optional(),
        form: z.array(FormField).optional(),
        task: z.literal(true).optional(),
        onFailure: steps.optional(),
        onDeny: steps.nullable(),
        covers: z.array(z.string()),
      }),
      z.strictObject({ ...base, kind: z.literal('say'), use: Use }),
      z.strictObject({
        ...base,
        kind: z.literal('wait'),
        forMs: z.number().int().min(0),
        business: Use.optional(),
        alert: AlertAwaited.optional(),
        until: z.strictObject({ cel: z.string() }).nullable(),
      }),
      z.strictObject({ ...base, kind: z.literal('if'), cel: z.string(), then: steps, else: steps }),
      z.strictObject({
        ...base,
        kind: z.literal('parallel'),
        branches: z.array(z.strictObject({ name: Name, steps })),
        any: z.literal(true).optional(),
        failFast: z.literal(true).optional(),
      }),
      z.strictObject({
        ...base,
        kind: z.literal('run'),
        playbook: Name,
        with: z.record(z.string(), Value),
        steps,
        finally: steps,
        outputs: z.record(Name, Value).optional(),
      }),
      z.strictObject({
        ...base,
        kind: z.literal('oblige'),
        rule: ObligationRule,
        aware: Value.nullable(),
        owner: Name,
        remindMs: z.array(z.number().int().positive()),
      }),
      z.strictObject({ ...base, kind: z.literal('try'), steps, onFailure: steps.nullable(), finally: steps }),
      z.strictObject({
        ...base,
        kind: z.literal('each'),
        cel: z.string(),
        as: z.string(),
        atOnce: z.number().int().min(1).max(AT_ONCE_MAX),
        steps,
      }),
      z.strictObject({
        ...base,
        kind: z.literal('repeat'),
        until: z.string(),
        times: z.number().int().min(1).max(TIMES_MAX),
        everyMs: z.number().int().min(0),
        steps,
      }),
    ]) as unknown as z.ZodType<Step>,
);

export const InputType = z.enum(['ai-system', 'string', 'number', 'boolean', 'duration', 'list']);
export type InputType = z.infer<typeof InputType>;
export const InputSpec = z.strictObject({
  type: InputType,
  /** CEL over `alert`: where the value comes from when an alert opens the incident. */
  from: z.string().nullable(),
  default: Json.nullable(),
});
export type InputSpec = z.infer<typeof InputSpec>;

/** What a playbook leaves to the one that runs it. */
export const OutputType = InputType.exclude(['ai-system', 'duration']);
export type OutputType = z.infer<typeof OutputType>;
export const OutputSpec = z.strictObject({ type: OutputType, value: Value });
export type OutputSpec = z.infer<typeof OutputSpec>;

/** What happens to a failed step's question when the playbook says nothing. */
export const FailureRule = z.strictObject({
  by: z.array(Seat).min(1),
  withinMs: z.number().int().positive(),
  remindMs: z.array(z.number().int().positive()),
  escalate: z.strictObject({ afterMs: z.number().int().positive(), to: Name, page: z.boolean() }).nullable(),
  /** Nobody answered: the plan stops where it is; what was contained stays contained. */
  otherwise: z.literal('stop'),
});
export type FailureRule = z.infer<typeof FailureRule>;

/** What a playbook answers and rests on: ids of frameworks, and sources in words. */
export const References = z.strictObject({
  atlas: z.array(z.string()),
  owasp: z.array(z.string()),
  cosai: z.array(z.string()),
  sources: z.array(z.string()),
});
export type References = z.infer<typeof References>;

export const Plan = z.strictObject({
  format: z.literal(1),
  playbook: Name,
  title: z.string(),
  version: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  opensOn: z.string().nullable(),
  /** Which alerts about its AI system join an open incident. Absent: those that it opens on. */
  joinsOn: z.string().optional(),
  priority: z.number().int(),
  /** Absent: none. It is part of the hash, so that what reviewers read beside a plan is what was published. */
  references: References.optional(),
  severity: z.strictObject({
    default: Severity,
    raiseTo: z.array(z.strictObject({ severity: Severity, cel: z.string() })),
  }),
  inputs: z.record(Name, InputSpec),
  /** Absent: none. */
  outputs: z.record(Name, OutputSpec).optional(),
  onFailedStep: FailureRule,
  steps: z.array(Step),
  finally: z.array(Step),
});
export type Plan = z.infer<typeof Plan>;

/** Visits every step, parents before children, in the order of the text. */
export function* everyStep(list: readonly Step[]): Generator<Step> {
  for (const step of list) {
    yield step;
    switch (step.kind) {
      case 'do':
        yield* everyStep(step.onFailure ?? []);
        break;
      case 'ask':
        yield* everyStep(step.onDeny ?? []);
        yield* everyStep(step.onFailure ?? []);
        break;
      case 'if':
        yield* everyStep(step.then);
        yield* everyStep(step.else);
        break;
      case 'parallel':
        for (const branch of step.branches) yield* everyStep(branch.steps);
        break;
      case 'run':
        yield* everyStep(step.steps);
        yield* everyStep(step.finally);
        break;
      case 'try':
        yield* everyStep(step.steps);
        yield* everyStep(step.onFailure ?? []);
        yield* everyStep(step.finally);
        break;
      case 'each':
      case 'repeat':
        yield* everyStep(step.steps);
        break;
      case 'say':
      case 'wait':
      case 'oblige':
        break;
      default:
        step satisfies never;
    }
  }
}

export const everyPlanStep = (plan: Plan): Generator<Step> => everyStep([...plan.steps, ...plan.finally]);
