import fc from 'fast-check';
import type { BusinessCalendar } from '../../src/capabilities/business-time.ts';
import type { JsonObject } from '../../src/incident/json.ts';
import type { Message } from '../../src/incident/messages.ts';
import { momentText } from '../../src/incident/moment.ts';
import { everyPlanStep, type ParallelStep, type Plan, type RunStep, type Step } from '../../src/playbook/plan.ts';
import type { Bot } from '../../src/simulator/core/bots.ts';
import type { Rehearsal } from '../../src/simulator/core/rehearse.ts';
import type { Fault } from '../../src/simulator/core/world.ts';
import {
  act,
  ask,
  attempt,
  each,
  ONCE,
  oblige,
  opening,
  parallel,
  planOf,
  RULE,
  repeat,
  run,
  START,
  say,
  use,
  wait,
  waitAlert,
  waitBusiness,
  when,
  world,
} from './plans.ts';

/** Plans with all step kinds, nested up to three deep, with bots and faults: for properties that must hold for any of them. */
const seconds = (min: number, max: number) => fc.integer({ min, max }).map((s) => s * 1_000);

const retry = fc.record({
  attempts: fc.integer({ min: 1, max: 3 }),
  delayMs: seconds(1, 5),
  factor: fc.constantFrom(1, 2),
  on: fc.constantFrom<string[] | undefined>(undefined, undefined, ['simulated-fault'], ['busy']),
});

/** Ids must be unique within a scope; they are given by place. */
type Named = (id: string) => Step;

/** Of conditions on alerts: one that holds for some, one that needs what may not be there, one that holds for all. */
const ALERTS = ['alert.kind == "calm"', 'alert.level > inputs.limit', 'true'];

const leaf: fc.Arbitrary<Named> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('model.inspect', 'model.validate', 'model.isolate', 'model.restore', 'model.rollback'),
      retry,
      fc.boolean(),
      fc.boolean(),
    )
    .map(([capability, retries, handled, proved]): Named => {
      const expect = capability === 'model.isolate' ? 'cut' : 'serving';
      const prove =
        proved && capability !== 'model.inspect' && capability !== 'model.validate'
          ? use('model.probe', { expect })
          : null;
      return (id) =>
        act(id, capability, {
          retry: retries,
          unattended: 'generated',
          prove,
          onFailure: handled ? [say(`${id}-failed`)] : null,
        });
    }),
  fc
    .tuple(seconds(20, 300), fc.boolean(), fc.constantFrom('approve' as const, 'deny' as const), fc.constantFrom(1, 2))
    .map(([withinMs, manual, otherwise, count]): Named => {
      const by = [{ role: 'incident-commander', count: 1 }, ...(count === 2 ? [{ role: 'ml-on-call', count: 1 }] : [])];
      const escalate = { afterMs: Math.round(withinMs * 0.7), to: 'engineering-manager', page: true };
      return (id) =>
        ask(id, {
          withinMs,
          remindMs: [Math.round(withinMs / 2)],
          escalate,
          otherwise,
          by,
          onDeny: manual ? [say(`${id}-denied`)] : [],
        });
    }),
  fc.tuple(seconds(20, 300), fc.boolean()).map(
    ([withinMs, own]): Named =>
      (id) =>
        ask(id, {
          withinMs,
          remindMs: [],
          escalate: null,
          form: [{ id: 'records', label: 'Records', type: 'number', required: true }],
          ...(own && {
            options: [
              { id: 'back', title: 'Go back' },
              { id: 'down', title: 'Keep it down' },
            ],
            otherwise: 'down',
            onDeny: null,
          }),
        }),
  ),
  fc.tuple(seconds(20, 300), fc.boolean(), fc.boolean()).map(
    ([withinMs, handled, filled]): Named =>
      (id) =>
        ask(id, {
          task: true,
          withinMs,
          remindMs: [],
          otherwise: 'not-done',
          onDeny: null,
          requesterMayDecide: true,
          ...(filled && { form: [{ id: 'records', label: 'Records', type: 'number', required: true }] }),
          ...(handled && { onFailure: [say(`${id}-undone`)] }),
        }),
  ),
  fc.constant<Named>((id) => say(id)),
  seconds(0, 120).map(
    (forMs): Named =>
      (id) =>
        wait(id, forMs),
  ),
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 600 })).map(
    ([days, minutes]): Named =>
      (id) =>
        waitBusiness(id, { days, minutes }),
  ),
  fc.tuple(seconds(10, 600), fc.boolean(), fc.boolean(), fc.constantFrom(...ALERTS)).map(
    ([forMs, resolved, since, cel]): Named =>
      (id) =>
        waitAlert(id, forMs, { cel, resolved, ...(since && { since: 'opening' as const }) }),
  ),
  seconds(10, 120).map(
    (forMs): Named =>
      (id) =>
        wait(id, forMs, 'has(steps.s0)'),
  ),
  fc
    .tuple(seconds(60, 900), fc.constantFrom(0, -50_000, -2_000_000, 7_200_000), fc.boolean())
    .map(([limitMs, awareMs, short]): Named => {
      const aware = awareMs === 0 ? null : { literal: momentText(START + awareMs) };
      const remindMs = [0.8, 0.5, 0.1].slice(short ? 2 : 0).map((part) => Math.round(limitMs * part));
      return (id) => oblige(id, { rule: { ...RULE, limitMs }, aware, remindMs });
    }),
  fc.constant<Named>((id) =>
    act(id, 'notify.mail', {
      use: use('notify.mail', { to: 'authority', subject: id, text: 'A notice.' }),
      retry: ONCE,
      unattended: 'generated',
      fulfils: 'the latest',
    }),
  ),
);

/** Acts that give notice meet the duty that stands before them in the text, if there is one; it may not have been opened. */
function noticesOf(plan: Plan): Plan {
  let latest: string | undefined;
  for (const step of everyPlanStep(plan)) {
    if (step.kind === 'oblige') latest = step.path;
    if (step.kind === 'do' && step.fulfils) step.fulfils = latest;
  }
  return plan;
}

/** What people say of the first duties, sooner or later. */
const settlements: fc.Arbitrary<{ at: number; message: Message }[]> = fc.array(
  fc
    .tuple(seconds(1, 900), fc.integer({ min: 1, max: 3 }), fc.constantFrom('met' as const, 'waived' as const))
    .map(([at, number, outcome]) => ({
      at: START + at,
      message: {
        id: `duty-${at}-${number}-${outcome}`,
        person: 'lea',
        at: 0,
        type: 'obligation',
        number,
        outcome,
        text: 'said',
      },
    })),
  { maxLength: 2 },
);

/** What monitors say meanwhile. */
const alerts: fc.Arbitrary<{ at: number; message: Message }[]> = fc.array(
  fc
    .tuple(
      seconds(1, 900),
      fc.constantFrom('alert' as const, 'alert-resolved' as const),
      fc.constantFrom<JsonObject>({ kind: 'calm' }, { kind: 'loud', level: 7 }, {}),
    )
    .map(([at, type, alert]) => ({
      at: START + at,
      message: { id: `${type}-${at}-${String(alert.kind)}`, person: 'tocsin', at: 0, type, alert, count: 1 } as Message,
    })),
  { maxLength: 4 },
);

const CALENDAR: BusinessCalendar = {
  zone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  hours: '09:00-17:00',
  holidays: [],
};

const block = (depth: number): fc.Arbitrary<Named[]> => fc.array(step(depth), { minLength: 1, maxLength: 3 });

function step(depth: number): fc.Arbitrary<Named> {
  if (depth === 0) return leaf;
  const name = (steps: Named[], prefix: string) => steps.map((make, i) => make(`${prefix}${i}`));
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('inputs.limit > 2', 'inputs.limit > 5', 'has(steps.s0)', 'steps.unknown.x == 1'),
          block(depth - 1),
          block(depth - 1),
        )
        .map(
          ([cel, yes, no]): Named =>
            (id) =>
              when(cel, name(yes, `${id}-y`), name(no, `${id}-n`), id),
        ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          block(depth - 1),
          block(depth - 1),
          fc.constantFrom<Pick<ParallelStep, 'any' | 'failFast'>>(
            {},
            { any: true },
            { failFast: true },
            { any: true, failFast: true },
          ),
        )
        .map(
          ([left, right, more]): Named =>
            (id) =>
              parallel(id, { left: name(left, `${id}-l`), right: name(right, `${id}-r`) }, more),
        ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(block(depth - 1), block(0)).map(
        ([inner, last]): Named =>
          (id) => ({
            ...(run(id, name(inner, 's'), name(last, 'f')) as RunStep),
            outputs: { found: { cel: 'steps.s0.outcome' } },
          }),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(block(depth - 1), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 3 })).map(
        ([inner, items, atOnce]): Named =>
          (id) =>
            each(id, `[${Array.from({ length: items }, (_, i) => i).join(', ')}]`, name(inner, `${id}-e`), atOnce),
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          block(depth - 1),
          fc.integer({ min: 1, max: 3 }),
          fc.constantFrom('has(steps.s0)', 'inputs.limit > 2', 'false'),
          seconds(0, 90),
        )
        .map(
          ([inner, times, until, everyMs]): Named =>
            (id) =>
              repeat(id, until, times, name(inner, `${id}-r`), everyMs),
        ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(block(depth - 1), fc.option(block(0)), block(0)).map(
        ([tried, failed, last]): Named =>
          (id) =>
            attempt(id, name(tried, `${id}-t`), failed && name(failed, `${id}-f`), name(last, `${id}-z`)),
      ),
    },
  );
}

const bots: fc.Arbitrary<Bot[]> = fc
  .tuple(
    ...(['incident-commander', 'ml-on-call', 'engineering-manager'] as const).map((role) =>
      fc.record({
        person: fc.constant(`bot-${role}`),
        roles: fc.constant([role as string]),
        reactionMs: seconds(1, 240),
        approvals: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const, 'ignore' as const),
        failures: fc.constantFrom(
          'skip' as const,
          'take-over' as const,
          'stop' as const,
          'unwind' as const,
          'ignore' as const,
        ),
      }),
    ),
  )
  .map((list) => list.map((bot): Bot => ({ ...bot, roles: [...bot.roles] })));

const faults: fc.Arbitrary<Fault[]> = fc.array(
  fc.record({
    capability: fc.constantFrom(
      'model.inspect',
      'model.isolate',
      'model.restore',
      'model.rollback',
      'notify.mail',
      'model.probe',
    ),
    system: fc.constant(null),
    times: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom('error' as const, 'lie' as const),
    retryable: fc.boolean(),
    message: fc.constant('generated fault'),
  }),
  { maxLength: 3 },
);

export const generatedDrill: fc.Arbitrary<Rehearsal> = fc
  .record({ steps: block(3), last: block(1), bots, faults, messages: settlements, alerts })
  .map(({ steps, last, bots: seats, faults: struck, messages, alerts: came }) => ({
    plan: noticesOf(
      planOf(
        steps.map((make, i) => make(`s${i}`)),
        last.map((make, i) => make(`z${i}`)),
      ),
    ),
    messages: [...messages, ...came],
    opening,
    world: { ...world(), calendar: CALENDAR, faults: struck },
    bots: seats,
    startAt: START,
  }));
