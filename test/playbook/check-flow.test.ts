// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { ASK, compile, HEAD, problems, TOLD } from './world.ts';

describe('what a decision covers', () => {
  const cover = (steps: string) => {
    const plan = compile(HEAD + steps);
    return Object.fromEntries(plan.steps.flatMap((step) => (step.kind === 'ask' ? [[step.path, step.covers]] : [])));
  };

  it('all that follows in its block and in the blocks inside, up to the next question', () => {
    expect(
      cover(
        `${ASK}  - { id: cut, do: model.isolate }\n  - parallel:\n      a: [{ id: roll, do: model.rollback }]\n      b: [{ wait: 5m }]\n  - { id: again, ask: Again?, by: [{ role: ml-on-call }], within: 5m, on-deny: [] }\n  - { do: model.restore }\n`,
      ),
    ).toEqual({ may: ['cut', 'parallel-1/a/roll'], again: ['restore'] });
  });

  it('nothing when it may be skipped', () => {
    const skippable = ASK.replace('ask:', 'when: alert.x == 1, ask:');
    expect(problems(`${HEAD}${skippable}  - { do: model.rollback }\n`).join()).toMatch(
      /7:11 error: model.rollback is disruptive/,
    );
  });

  it('nothing of its own on-deny', () => {
    const denied = ASK.replace('on-deny: []', 'on-deny: [{ do: model.rollback }]');
    expect(problems(HEAD + denied).join()).toMatch(/error: model.rollback is disruptive/);
  });

  it('nothing outside its block, in other branches, or in finally', () => {
    const inBranch = `  - parallel:\n      a:\n      ${ASK.trimEnd()}\n      b: [{ do: model.rollback }]\n`;
    const inIf = `  - if: alert.x == 1\n    then:\n    ${ASK}  - { do: model.rollback }\n`;
    const inFinally = `${ASK}finally:\n  - { do: model.rollback }\n`;
    for (const steps of [inBranch, inIf, inFinally])
      expect(problems(HEAD + steps).join()).toMatch(/error: model.rollback is disruptive/);
  });

  it('nothing for ever by silence: not what the author says that nothing undoes', () => {
    const silent = ASK.replace('on-deny: []', 'on-deny: [], otherwise: approve');
    const cut = (undo: string) =>
      problems(`${HEAD}${silent}  - { do: model.isolate${undo} }\n  - { do: model.restore }\n`).join();
    expect(cut(', undo: { none: We build it anew. }')).toMatch(
      /error: silence cannot approve what cannot be undone .*"isolate"/,
    );
    expect(cut('')).not.toContain('silence cannot approve');
  });

  it('an act that says why nobody needs to decide needs no question', () => {
    const plan = compile(
      `${HEAD}  - { do: model.rollback, unattended: The registry proved the old version minutes ago. }\n`,
    );
    expect(plan.steps[0]).toMatchObject({
      coveredBy: null,
      unattended: 'The registry proved the old version minutes ago.',
    });
  });
});

describe('looking first', () => {
  it.each([
    ['in a condition', '  - { say: Seen, to: ml-on-call, when: \'"x" in steps && steps.x.version == "1"\' }\n'],
    ['by when, for the step itself', '  - { say: "${steps.x.version}", to: ml-on-call, when: has(steps.x) }\n'],
    ['in a ternary', '  - { say: \'${has(steps.x) ? steps.x.version : "?"}\', to: ml-on-call }\n'],
    ['by if, for its steps', '  - { if: has(steps.x), then: [{ say: "${steps.x.version}", to: ml-on-call }] }\n'],
  ])('allows what may have been skipped: %s', (_, step) => {
    expect(problems(`${HEAD}  - { id: x, do: model.inspect, when: alert.deep == true }\n${step}`)).toEqual([]);
  });

  it('does not make a later step an earlier one', () => {
    expect(
      problems(
        `${HEAD}  - { say: '\${has(steps.x) ? steps.x.version : "?"}', to: ml-on-call }\n  - { id: x, do: model.inspect }\n`,
      ),
    ).toEqual([]);
  });
});

describe('what a proof said', () => {
  const cut = `${ASK}  - { id: cut, do: model.isolate, prove: model.probe, when: alert.deep == true }\n  - { do: model.restore }\n`;
  const telling = (cel: string) => problems(`${HEAD}${cut}  - { say: '\${${cel}}', to: ml-on-call }\n${TOLD}`);

  it('is an output, true or false, that can be asked for whether or not the step was reached', () => {
    expect(telling('has(steps.cut.proved) ? (steps.cut.proved ? "yes" : "by hand") : "no"')).toEqual([]);
    expect(telling('"cut" in steps && steps.cut.proved')).toEqual([]);
  });

  it.each([
    ['without a look', 'steps.cut.proved', /step "cut" \(line 7\) may not have been done/],
    ['when the look was at something else', 'has(steps.cut.proved) ? steps.cut.detail : ""', /may not have been done/],
    ['of an act that has no proof', '"restore" in steps && steps.restore.proved', /has no output "proved"/],
  ])('is refused %s', (_, cel, problem) => {
    expect(telling(cel).join()).toMatch(problem);
  });
});

describe('after a parallel', () => {
  const branch = (end: string) =>
    `${HEAD}  - parallel:\n      a:\n        - { id: early, do: model.inspect }\n${end}        - { id: late, do: model.inspect }\n      b: [{ id: c, wait: 5m }]\n  - { say: "\${steps.early.version} \${steps.late.version}", to: ml-on-call }\n`;

  it('what its branches surely do is done', () => {
    expect(problems(branch(''))).toEqual([]);
  });

  it('of which the first branch that completes wins, what its branches do is only perhaps done, and who won is known', () => {
    const race = branch('').replace(
      '      b: [{ id: c, wait: 5m }]\n',
      '      b: [{ id: c, wait: 5m }]\n    id: race\n    until: any\n',
    );
    expect(problems(race).join()).toMatch(/step "early" \(line 8\) may not have been done/);
    const won = race.replace('${steps.early.version} ${steps.late.version}', '${steps.race.first}');
    expect(problems(won)).toEqual([]);
  });

  it('that fails fast, what stands behind it is not surely done for whoever comes after its block', () => {
    const fast =
      '        - { parallel: { x: [{ id: p, wait: 1m }], y: [{ id: q, wait: 2m }] }, fail-fast: true, id: both }\n';
    expect(problems(branch(fast)).join()).toMatch(/step "late" \(line 10\) may not have been done/);
    expect(problems(branch(fast.replace(', fail-fast: true', '')))).toEqual([]);
  });

  it.each([
    ['a question', '        - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 5m }\n'],
    ['a failure handled by on-failure', '        - { id: may, do: model.validate, on-failure: [] }\n'],
  ])('what stands behind %s in a branch is not surely done', (_, end) => {
    expect(problems(branch(end)).join()).toMatch(
      /^p\.yaml:12:44 error: step "late" \(line 10\) may not have been done/,
    );
  });
});

it('warns when a cut system is left to the standing down', () => {
  expect(problems(`${HEAD}${ASK}  - { do: model.isolate }\n${TOLD}`)).toEqual([
    'p.yaml:7:7 warning: no later step brings the system back by model.restore: it stays cut until the incident is stood down',
  ]);
});
