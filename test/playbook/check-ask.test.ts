// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { compile, HEAD, problems } from './world.ts';

const ask = (more: string) => `  - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 10m, ${more} }\n`;
const WAYS = 'options: { rollback: Go back, retrain: Keep it down }';
const AWARE =
  'form: { aware-at: { label: Aware since, type: date-time }, records: { label: Records, type: number, required: false } }';

const refusals: [what: string, steps: string, expected: string][] = [
  [
    'options without one that silence chooses',
    ask(WAYS),
    'p.yaml:6:16 error: say which option counts when nobody answers; did you mean "otherwise: rollback"?',
  ],
  [
    'a default that is no option',
    ask(`${WAYS}, otherwise: retain`),
    'p.yaml:6:137 error: "retain" is no answer to this question; did you mean "retrain"?',
  ],
  [
    'a default that is no answer',
    ask('otherwise: aprove'),
    'p.yaml:6:82 error: "aprove" is no answer to this question; did you mean "approve"?',
  ],
  [
    'an option that means something else',
    ask('options: { deny: No, go: Go }, otherwise: go'),
    'p.yaml:6:82 error: "deny" has a meaning of its own and cannot name an option',
  ],
  [
    'a single option',
    ask('options: { go: Go }, otherwise: go'),
    'p.yaml:6:71 error: a question has 2 to 5 options of its own, not 1',
  ],
  [
    'options beside a deny',
    ask(`${WAYS}, otherwise: retrain, on-deny: []`),
    'p.yaml:6:146 error: a question with options of its own is never denied; look at its outcome in a later step',
  ],
  [
    'a risky act after options only',
    `${ask(`${WAYS}, otherwise: retrain`)}  - { do: model.rollback }\n`,
    'p.yaml:7:11 error: model.rollback is disruptive',
  ],
  [
    'a choice without choices',
    ask('form: { where: { label: Where, type: choice } }'),
    'p.yaml:6:79 error: a choice needs 2 to 50 `choices`, not 0',
  ],
  [
    'choices of a text',
    ask('form: { where: { label: Where, choices: { eu: Europe, us: America } } }'),
    'p.yaml:6:102 error: only a field of type choice has choices',
  ],
  [
    'a needed field where silence approves',
    ask('otherwise: approve, form: { why: { label: Why } }'),
    'p.yaml:6:99 error: silence fills in no form, and "why" is needed',
  ],
  [
    'an answer that the form does not ask for',
    `${ask(AWARE)}  - { say: 'Since \${steps.may.answers["aware-since"]}', to: ml-on-call }\n`,
    'p.yaml:7:39 error: answers of step "may" has no "aware-since"',
  ],
  [
    'a number where a text was asked for',
    `${ask('form: { why: { label: Why } }')}  - { if: 'steps.may.answers.why > 3', then: [{ say: x, to: ml-on-call }] }\n`,
    'p.yaml:7:12 error: ">" cannot take a text and a number in: steps.may.answers.why > 3',
  ],
];

describe('the checker refuses', () => {
  it.each(refusals)('%s', (_, steps, expected) =>
    expect(problems(HEAD + steps)).toEqual([expect.stringContaining(expected)]),
  );
});

describe('a question may have', () => {
  it('options of its own, in the order of the playbook, which later steps look at', () => {
    const plan = compile(
      `${HEAD}${ask(`${WAYS}, otherwise: retrain`)}  - { if: 'steps.may.outcome == "rollback"', then: [{ say: x, to: ml-on-call }] }\n`,
    );
    expect(plan.steps[0]).toMatchObject({
      options: [
        { id: 'rollback', title: 'Go back' },
        { id: 'retrain', title: 'Keep it down' },
      ],
      otherwise: 'retrain',
      covers: [],
    });
  });

  it('a form whose answers later steps read, each in its type', () => {
    const plan = compile(
      `${HEAD}${ask(AWARE)}  - { say: 'Since \${steps.may.answers["aware-at"]}', to: ml-on-call }\n`,
    );
    expect(plan.steps[0]).toMatchObject({
      form: [
        { id: 'aware-at', label: 'Aware since', type: 'date-time', required: true },
        { id: 'records', label: 'Records', type: 'number', required: false },
      ],
    });
  });
});
