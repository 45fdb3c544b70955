import fc from 'fast-check';
import type { Question, Vote } from '../../../src/incident/decision.ts';
import { FormField } from '../../../src/incident/form.ts';
import type { ObligationView } from '../../../src/incident/obligation.ts';
import { type DecisionView, emptyView, type IncidentView } from '../../../src/incident/view.ts';
import type { Story } from '../../../src/surfaces/slack/contract.ts';
import { START } from '../../support/plans.ts';
import { tamperedModel } from '../console/plan.ts';
import { mentions, url } from './told.ts';

/** Stories as bad as they can be: huge, hostile, right to left, broken; any number of votes, seats, acts, fields. */
const nasty = [
  '',
  '   ',
  '<!channel> <!here> <@U0MARA> <!subteam^S0ML> <https://evil.example|the console>',
  '@here @channel @everyone #general http://evil.example mailto:a@b.example',
  '*bold* _italic_ ~gone~ `code` ```\nblock\n``` > quote\n> quote\n&gt; quote :white_check_mark:',
  '&amp;lt;!channel&amp;gt; &lt;!channel&gt; &',
  '\u202eيوليو gnp.exe\u2066\u200b\ufeff',
  'مرحبا بالعالم '.repeat(40),
  '👩‍👩‍👧‍👦'.repeat(300),
  '\ud83d\ud83d broken \udc69',
  '\u0000\u0007\u001b[31m\r\n\n\n\n\n\t',
  '&'.repeat(5_000),
  '<'.repeat(5_000),
  'x'.repeat(9_000),
  '字'.repeat(4_000),
  `${'a'.repeat(149)}👩`,
  '\n'.repeat(4_000),
  '"\\'.repeat(3_000),
];

export const words = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...nasty) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 400 }) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...nasty), fc.constantFrom(...nasty)).map(([a, b]) => a + b) },
  { weight: 1, arbitrary: fc.constant('Cut traffic to Support assistant?') },
);
const aWord = words.filter((text) => text.length > 0).map((text) => text.slice(0, 75));

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,20}){0,2}$/).map((text) => text.slice(0, 64));
const person = fc.integer({ min: 0, max: 220 }).map((n) => `person-${n}`);
const at = fc.integer({ min: START, max: START + 86_400_000 });
const risk = fc.constantFrom('read' as const, 'reversible' as const, 'disruptive' as const, 'irreversible' as const);
const capability = fc.oneof(fc.constantFrom('model.isolate', 'model.restore', 'model.probe', 'notify.send'), words);
const seat = fc.record({ role: name, count: fc.integer({ min: 1, max: 20 }) });

const field = fc
  .record({
    id: name,
    label: words.filter((text) => text.length > 0).map((text) => text.slice(0, 200)),
    type: fc.constantFrom(...FormField.shape.type.options),
    required: fc.boolean(),
    hint: fc.option(
      words.map((text) => text.slice(0, 200)),
      { nil: undefined },
    ),
    choices: fc.array(fc.record({ value: aWord, label: aWord }), { minLength: 1, maxLength: 150 }),
  })
  .map((all) => FormField.parse(all.type === 'choice' ? all : { ...all, choices: undefined }));

const act = fc.record(
  { path: name, title: words, capability, risk, target: words, undo: capability, prove: capability },
  { requiredKeys: ['path', 'title', 'capability', 'risk'] },
);

const optionsOf: Record<Question['kind'], fc.Arbitrary<string[]>> = {
  approval: fc.constant(['approve', 'deny']),
  choice: fc.uniqueArray(
    fc.oneof(
      name,
      name,
      words.filter((text) => text !== ''),
    ),
    { minLength: 1, maxLength: 40 },
  ),
  task: fc.constant(['done', 'not-done']),
  failure: fc.constant(['retry', 'skip', 'take-over', 'stop', 'unwind']),
};

export const question: fc.Arbitrary<Question> = fc
  .constantFrom('approval' as const, 'choice' as const, 'failure' as const)
  .chain((kind) =>
    fc.record({ kind: fc.constant(kind), options: optionsOf[kind] }).chain(({ options }) =>
      fc.record(
        {
          number: fc.integer({ min: 1, max: 999_999 }),
          kind: fc.constant(kind),
          path: words,
          question: words,
          details: words,
          options: fc.constant(options),
          labels: fc
            .array(words, { minLength: options.length, maxLength: options.length })
            .map((labels) => Object.fromEntries(options.map((option, i) => [option, labels[i] ?? '']))),
          form: fc.uniqueArray(field, { maxLength: 10, selector: ({ id }) => id }),
          by: fc.array(seat, { minLength: 1, maxLength: 20 }),
          excluded: fc.array(person, { maxLength: 3 }),
          askedAt: at,
          until: at,
          remindAt: fc.array(at, { maxLength: 5 }),
          escalate: fc.record({ at, to: name, page: fc.boolean() }),
          otherwise: fc.constantFrom(...options),
          acts: fc.array(act, { maxLength: 50 }),
          failure: fc.record({
            code: words,
            message: words,
            outputs: fc.uniqueArray(words, { maxLength: 60 }),
            undo: fc.boolean(),
          }),
        },
        {
          requiredKeys: [
            'number',
            'kind',
            'path',
            'question',
            'options',
            'by',
            'excluded',
            'askedAt',
            'until',
            'remindAt',
            'otherwise',
            'acts',
          ],
        },
      ),
    ),
  )
  .map(({ labels, failure, ...rest }) => ({
    ...rest,
    ...(rest.kind === 'choice' ? { labels } : {}),
    ...(rest.kind === 'failure' ? { failure } : {}),
  }));

const voteOn = (asked: Question): fc.Arbitrary<Vote> =>
  fc.record({
    incident: fc.constant('INC-2026-0147'),
    question: fc.constant(asked.number),
    path: fc.constant(asked.path),
    planHash: fc.constant('0'.repeat(64)),
    person,
    roles: fc.subarray(asked.by.map((one) => one.role)),
    answer: fc.constantFrom(...asked.options),
    reason: fc.option(
      words.map((text) => text.slice(0, 2_000)),
      { nil: undefined },
    ),
    at,
    expires: at,
    surface: fc.constantFrom('console' as const, 'api' as const, 'cli' as const, 'slack' as const, 'bot' as const),
    key: fc.constant('k'),
    signature: fc.constant('s'),
  });

const madeOn = (asked: Question) =>
  fc.record({
    at,
    outcome: fc.constantFrom(...asked.options),
    by: fc.constantFrom('votes' as const, 'default' as const),
    people: fc.uniqueArray(person, { maxLength: 200 }),
    reason: fc.option(words),
    answers: fc.option(
      fc.constant(
        Object.fromEntries(
          (asked.form ?? []).map(({ id }, i) => [id, [null, true, 42, 'x'.repeat(900)][i % 4] ?? null]),
        ),
      ),
      { nil: undefined },
    ),
  });

export const decision: fc.Arbitrary<DecisionView> = question.chain((asked) =>
  fc.record(
    {
      question: fc.constant(asked),
      votes: fc.array(voteOn(asked), { maxLength: 200, size: 'max' }),
      reminders: fc.array(at, { maxLength: 3 }),
      escalatedAt: at,
      made: madeOn(asked),
      withdrawn: fc.record({ at, because: words }),
    },
    { requiredKeys: ['question', 'votes', 'reminders'] },
  ),
);

const short = (lengthMax: number) => words.map((text) => text.slice(0, lengthMax) || 'x');

/** A duty to notify in any state, with rules in anybody's words. */
export const obligation: fc.Arbitrary<ObligationView> = fc.record(
  {
    number: fc.integer({ min: 1, max: 99 }),
    path: fc.constant('legal/duty'),
    rule: fc.record({
      id: fc.constant('any-rule'),
      law: short(300),
      article: short(200),
      jurisdiction: short(100),
      whom: short(300),
      starts: short(300),
      limitMs: fc.integer({ min: 1, max: 100 * 86_400_000 }),
      content: fc.array(short(300), { maxLength: 20 }),
    }),
    awareAt: at,
    dueAt: at,
    owner: name,
    remindAt: fc.array(at, { maxLength: 5 }),
    reminders: fc.array(at, { maxLength: 5 }),
    overdueAt: at,
    met: fc.record({ at, how: words, person: fc.option(person), late: fc.boolean() }),
    waived: fc.record({ at, reason: words, person: fc.option(person) }),
  },
  { requiredKeys: ['number', 'path', 'rule', 'awareAt', 'dueAt', 'owner', 'remindAt', 'reminders'] },
);

const plan = tamperedModel();
const system = words.map((text) => ({
  id: 'support-assistant',
  name: text,
  tier: 'critical' as const,
  owner: 'ada',
  jurisdictions: [],
  dataClasses: [],
  lastKnownGood: null,
}));

export const view: fc.Arbitrary<IncidentView> = fc
  .record({
    title: words,
    status: fc.constantFrom('open' as const, 'resolved' as const, 'closed' as const),
    paused: fc.boolean(),
    severity: fc.constantFrom('sev1' as const, 'sev2' as const, 'sev3' as const, 'sev4' as const),
    system: fc.option(system),
    requester: fc.option(person),
    mode: fc.constantFrom('live' as const, 'simulated-inventory' as const, 'exercise' as const),
    playbook: fc.option(
      words.map((title) => ({ id: 'supply-chain-tampered-artifact', version: 3, title, hash: 'a'.repeat(64) })),
    ),
    roles: fc.dictionary(name, person, { maxKeys: 30 }),
    decisions: fc.array(decision, { maxLength: 3 }),
    obligations: fc.array(obligation, { maxLength: 12 }),
    unwinding: fc.boolean(),
    warnings: fc.array(fc.record({ at, code: words, message: words }), { maxLength: 20 }),
    running: fc.option(words),
    begun: fc.boolean(),
  })
  .map(
    ({ running, begun, ...facts }): IncidentView => ({
      ...emptyView(),
      ...facts,
      id: 'INC-2026-0147',
      openedAt: START,
      ...(facts.status === 'open' ? {} : { resolvedAt: START + 1 }),
      plan: begun ? { startedAt: START } : null,
      steps:
        running === null ? {} : { isolate: { status: 'running' as const, error: { code: 'x', message: running } } },
    }),
  );

export const story: fc.Arbitrary<Story> = fc
  .record({ view, now: at, withPlan: fc.boolean(), called: fc.array(words, { minLength: 5, maxLength: 5 }) })
  .map(({ view: seen, now, withPlan, called }) => ({
    view: seen,
    plan: withPlan ? plan : null,
    people: new Map(Array.from({ length: 150 }, (_, i) => [`person-${i}`, called[i % 5] ?? ''])),
    now,
    url,
    mentions: {
      ...mentions,
      role: (id) => (id.length % 2 === 0 ? `<!subteam^S0${id.length}>` : null),
    },
  }));
