import { describe, expect, it } from 'vitest';
import { ASK, HEAD, problems, TOLD } from './world.ts';

const RESTORE = '  - { id: back, do: model.restore }\n';
const SAY = '  - { id: tell, say: It is back., to: ml-on-call }\n';
const DENY_TOLD = ASK.replace('on-deny: []', 'on-deny: [{ id: no, say: It was denied., to: ml-on-call }]');
const LATER = '  - { id: later, ask: Go on?, by: [{ role: incident-commander }], within: 5m, on-deny: [] }\n';

/** Where nobody is told, as the checker says it. */
const silent = (steps: string): string[] =>
  problems(HEAD + steps).flatMap((line) => /warning: nobody is told when (.*): put a say/.exec(line)?.[1] ?? []);

describe('the checker warns that nobody is told', () => {
  it.each<[string, string, string[]]>([
    ['of a risky act', DENY_TOLD + RESTORE, ['"back" is done']],
    ['of a deny', ASK + RESTORE + SAY, ['"may" is denied']],
    ['of both', ASK + RESTORE, ['"may" is denied', '"back" is done']],
    [
      'on one of two ways',
      `${DENY_TOLD}${RESTORE}  - { id: loud, if: alert.loud == true, then: [{ say: Back., to: ml-on-call }] }\n`,
      ['"back" is done and "loud" does not hold'],
    ],
    [
      'of a deny that ends the branches and what follows them',
      `  - id: both\n    parallel:\n      a:\n      ${ASK}      ${RESTORE}      b: [{ id: rest, wait: 5m }]\n    fail-fast: true\n${SAY}`,
      ['"both/a/may" is denied'],
    ],
    [
      'by the branch that came first',
      `${DENY_TOLD}  - id: race\n    parallel:\n      a: [{ id: back, do: model.restore }]\n      b: [{ id: tell, say: Back., to: ml-on-call }]\n    until: any\n`,
      ['"race/a/back" is done'],
    ],
    [
      'where it may be skipped',
      `${DENY_TOLD}${RESTORE}${SAY.replace('say:', 'when: alert.loud == true, say:')}`,
      ['"back" is done and "tell" is skipped'],
    ],
    [
      'of a failure that was answered',
      `${DENY_TOLD}  - { id: back, do: model.restore, on-failure: [] }\n${SAY}`,
      ['"back" fails'],
    ],
    [
      'of what failed in a try, or was done before another step of it failed',
      `${DENY_TOLD}  - id: t\n    try: [{ id: back, do: model.restore }, { id: look, do: model.inspect }]\n    on-failure: []\n  - ${SAY.trim().slice(2).replace('say:', 'when: \'steps.t.outcome == "completed"\', say:')}\n`,
      ['"t/try/back" fails'],
    ],
    [
      'of a deny within a repeat',
      `  - repeat: { until: alert.over == true, times: 3 }\n    steps:\n    ${ASK}    ${RESTORE}    ${SAY}`,
      ['"repeat-1/*/may" is denied'],
    ],
    [
      'when only those who decided are asked again',
      `${DENY_TOLD}${RESTORE}${ASK.replace('id: may', 'id: again')}`,
      ['"back" is done'],
    ],
    [
      'of an act that nobody had to decide about',
      '  - { id: back, do: model.restore, unattended: It gives back what an earlier incident took. }\n',
      ['"back" is done'],
    ],
  ])('%s', (_, steps, expected) => {
    expect(silent(steps)).toEqual(expected);
  });

  it('at the step that they should hear of, without refusing the playbook', () => {
    expect(problems(HEAD + ASK + RESTORE + SAY)).toEqual([
      'p.yaml:6:5 warning: nobody is told when "may" is denied: put a say on that way, or in finally',
    ]);
  });
});

describe('somebody is told', () => {
  it.each<[string, string]>([
    ['by a say after it', DENY_TOLD + RESTORE + SAY],
    ['by finally, whatever happened', ASK + RESTORE + TOLD],
    [
      'by another branch at the same time',
      `${DENY_TOLD}  - parallel:\n      a: [{ id: back, do: model.restore }]\n      b: [{ id: tell, say: Being brought back., to: ml-on-call }]\n`,
    ],
    ['by a question to somebody else', `${DENY_TOLD}${RESTORE}${LATER}`],
    ['by a duty that begins', `${DENY_TOLD}${RESTORE}  - { oblige: eu-72h, by: ml-on-call }\n`],
    ['by a playbook that is run', ASK.replace('on-deny: []', 'on-deny: [{ run: inform }]') + RESTORE + SAY],
    [
      'where the act was done, when a condition asks for it',
      `${DENY_TOLD}  - { id: back, do: model.restore, when: alert.x == 1 }\n${TOLD.replace('say:', 'when: \'"back" in steps\', say:')}`,
    ],
    [
      'where it was denied, when a condition asks for the outcome',
      `${ASK}${RESTORE}${SAY}finally:\n  - { id: no, say: No., to: ml-on-call, when: '!(has(steps.may) && steps.may.outcome != "deny")' }\n`,
    ],
    [
      'and need not be of reading, or of a mail that was not sent',
      `  - { do: model.inspect }\n${ASK}  - { do: notify.mail, with: { to: a@b.example, subject: s, text: t } }\n`,
    ],
  ])('%s', (_, steps) => {
    expect(silent(steps)).toEqual([]);
  });

  it('and the checker keeps its speed where ways multiply', () => {
    const choice = (i: number) => `  - { id: c${i}, if: alert.a${i} == 1, then: [{ id: b${i}, do: model.restore }] }\n`;
    const many = Array.from({ length: 60 }, (_, i) => choice(i)).join('');
    expect(silent(DENY_TOLD + many + TOLD)).toEqual([]);
    expect(silent(DENY_TOLD + many)[0]).toMatch(/^"c\d+\/then\/b\d+" is done$/);
  });
});
