// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { readLibrary } from '../../src/playbook/library.ts';
import { checkLibraryRules, readRule } from '../../src/playbook/obligation-rule.ts';
import { ASK, compile, HEAD, library, problems } from './world.ts';

const HOUR = 3_600_000;
const OBLIGE = '  - { id: duty, oblige: eu-72h, by: ml-on-call }\n';
const mail = (text: string): string =>
  `  - { id: send, do: notify.mail, with: { to: a@b.example, subject: s, text: ${text} } }\n`;
const SEND = mail('t').replace(' }\n', ', fulfils: duty }\n');
const FORM =
  '  - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 10m, on-deny: [], form: { aware: { label: Since, type: date-time }, count: { label: How many, type: number } } }\n';

const refusals: [string, string, string][] = [
  [
    'an unknown rule',
    '  - { id: duty, oblige: eu-72, by: ml-on-call }\n',
    'p.yaml:6:25 error: unknown rule "eu-72": there is no rules/eu-72.yaml; did you mean "eu-72h"?',
  ],
  [
    'a role that nobody holds',
    '  - { id: duty, oblige: eu-72h, by: ml-on-cal }\n',
    'p.yaml:6:37 error: nobody holds the role "ml-on-cal"; did you mean "ml-on-call"?',
  ],
  [
    'a moment that is none',
    '  - { id: duty, oblige: eu-72h, by: ml-on-call, aware: yesterday }\n',
    'p.yaml:6:56 error: "yesterday" is no moment; did you mean "2026-11-19T03:22Z"?',
  ],
  [
    'a number for a moment',
    `${FORM}  - { id: duty, oblige: eu-72h, by: ml-on-call, aware: "\${steps.may.answers.count}" }\n`,
    'p.yaml:7:56 error: "aware" must be a moment, as a form\'s date-time is, not a number',
  ],
  [
    'a reminder from before the clock starts',
    '  - { id: duty, oblige: eu-72h, by: ml-on-call, remind: [24h, 3d] }\n',
    'p.yaml:6:63 error: a reminder 3d before the limit comes before the clock starts: eu-72h gives 72h in all',
  ],
  [
    'an act that fulfils what does not exist',
    `${ASK}${OBLIGE}${SEND.replace('fulfils: duty', 'fulfils: dutty')}`,
    'p.yaml:8:91 error: unknown step "dutty"; did you mean "duty"?',
  ],
  [
    'an act that fulfils no duty',
    `${ASK}${OBLIGE}${SEND.replace('fulfils: duty', 'fulfils: may')}`,
    'p.yaml:8:91 error: step "may" (ask) obliges to nothing; did you mean "duty"?',
  ],
  [
    'an act that fulfils what comes later',
    `${ASK}${SEND}${OBLIGE}`,
    'p.yaml:7:91 error: step "duty" (line 8) is not done before this',
  ],
  [
    'an act that fulfils what may have been skipped',
    `${ASK}${OBLIGE.replace('by:', 'when: alert.x == 1, by:')}${SEND}`,
    'p.yaml:8:91 error: step "duty" (line 7) may not have been done; look first; did you mean when: \'"duty" in steps\'?',
  ],
  [
    'a rule with errors',
    '  - { id: duty, oblige: broken-rule, by: ml-on-call }\n',
    'p.yaml:6:25 error: rule "broken-rule" has errors; mend it first',
  ],
  [
    'what a duty does not leave',
    `${OBLIGE}  - { say: "\${steps.duty.when}", to: ml-on-call }\n`,
    'p.yaml:7:26 error: step "duty" has no output "when"',
  ],
];

describe('the checker refuses', () => {
  it.each(refusals)('%s', (_, steps, expected) => {
    expect(problems(HEAD + steps).filter((line) => line.startsWith('p.yaml') && !line.includes('warning'))).toEqual([
      expected,
    ]);
  });

  it('a rule with errors, in its own file', () => {
    expect(problems(`${HEAD}  - { oblige: broken-rule, by: ml-on-call }\n`)).toContain(
      'rules/broken-rule.yaml:7:8 error: write a duration such as 45s, 10m, 2h30m or 7d',
    );
    expect(checkLibraryRules(library).map(formatDiagnostic)).toEqual([
      'rules/broken-rule.yaml:7:8 error: write a duration such as 45s, 10m, 2h30m or 7d',
      'rules/misnamed.yaml:1:7 error: rule "eu-72h" stands in misnamed.yaml; call the file eu-72h.yaml',
    ]);
  });
});

describe('the checker warns', () => {
  it('of a duty that no act meets', () => {
    expect(problems(HEAD + OBLIGE)).toEqual([
      'p.yaml:6:17 warning: no later step gives this notice: say "fulfils: duty" where it is sent, or somebody must settle it by hand',
    ]);
    expect(problems(HEAD + ASK + OBLIGE + SEND)).toEqual([]);
  });
});

describe('a duty in a plan', () => {
  it('carries its rule, its reminders and the path that its act names', () => {
    const plan = compile(
      `${HEAD}${FORM}  - parallel:\n      a:\n        - { id: duty, oblige: eu-72h, by: ml-on-call, aware: "\${steps.may.answers.aware}", remind: [1h, 24h, 60m] }\n        - { id: send, do: notify.mail, with: { to: a@b.example, subject: s, text: "\${steps.duty.due}" }, fulfils: duty }\n      b: [{ wait: 1m }]\n`,
    );
    const [duty, send] = plan.steps.flatMap((step) =>
      step.kind === 'parallel' ? (step.branches[0]?.steps ?? []) : [],
    );
    expect(duty).toMatchObject({
      kind: 'oblige',
      title: 'Tell the authority',
      rule: { id: 'eu-72h', limitMs: 72 * HOUR, content: ['what happened'] },
      aware: { cel: 'steps.may.answers.aware' },
      owner: 'ml-on-call',
      remindMs: [24 * HOUR, HOUR],
    });
    expect(duty).not.toHaveProperty('rule.source');
    expect(send).toMatchObject({ fulfils: 'parallel-1/a/duty' });
  });

  it('may be met by an act that looks first whether it was opened, and twice by one rule', () => {
    const guarded = SEND.replace('fulfils:', 'when: \'"duty" in steps\', fulfils:');
    const sometimes = OBLIGE.replace('by:', 'when: alert.x == 1, by:');
    expect(problems(`${HEAD}${ASK}${sometimes}${guarded}`)).toEqual([]);
    const again = `${OBLIGE}${SEND}`.replaceAll('duty', 'other').replace('send', 'send-other');
    expect(problems(`${HEAD}${ASK}${OBLIGE}${SEND}${again}`)).toEqual([]);
  });

  it('changes no plan that has none', () => {
    const [may, send] = compile(HEAD + ASK + mail('t')).steps;
    expect(may).not.toHaveProperty('fulfils');
    expect(send).not.toHaveProperty('fulfils');
  });
});

describe('templates', () => {
  const details = ASK.replace('on-deny', 'details: templates/notice.md, on-deny');
  const text = { template: ['About ', { cel: 'inputs.system.name' }, '.\n'] };

  it('hold the details of a question, and any text that an act is given', () => {
    const [may, send] = compile(HEAD + details + mail('templates/notice.md')).steps;
    expect(may).toMatchObject({ details: text });
    expect(send).toMatchObject({ use: { with: { text } } });
  });

  it('of a question can be sent on as people approved them', () => {
    const sent = mail('"${steps.may.details}"');
    expect(problems(HEAD + details + sent)).toEqual([]);
    expect(problems(HEAD + ASK + sent)[0]).toContain('step "may" has no output "details"');
  });

  it('that do not exist are told, wherever they are named', () => {
    expect(problems(HEAD + ASK.replace('on-deny', 'details: templates/notise.md, on-deny'))).toEqual([
      'p.yaml:6:80 error: there is no template "templates/notise.md"; did you mean "templates/notice.md"?',
    ]);
    expect(problems(HEAD + ASK + mail('templates/none.md'))).toEqual([
      'p.yaml:7:77 error: there is no template "templates/none.md"; did you mean "templates/notice.md"?',
    ]);
  });
});

describe('the shipped rules', () => {
  it('pass the checker, and Article 33 of the GDPR gives 72 hours', () => {
    const shipped = readLibrary('playbooks');
    expect(checkLibraryRules(shipped)).toEqual([]);
    expect(readRule(shipped, 'eu-gdpr-33').rule).toMatchObject({
      article: 'Article 33(1)',
      whom: 'the competent supervisory authority',
      limitMs: 72 * HOUR,
    });
  });

  it('say that they are no legal advice, and where their facts are from', () => {
    for (const { text } of Object.values(readLibrary('playbooks').rules)) {
      expect(text).toMatch(/not legal advice/);
      expect(text).toMatch(/^source: /m);
    }
  });
});
