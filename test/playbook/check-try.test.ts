// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { ASK, compile, HEAD, problems } from './world.ts';

const LOOK = '{ id: x, do: model.inspect }';
const tell = (text: string) => `{ id: tell, say: '${text}', to: ml-on-call }`;
const follows = (handler: string, text: string, last = '') =>
  problems(`${HEAD}  - { id: a, try: [${LOOK}]${handler}${last} }\n  - ${tell(text)}\n`);

describe('a try in the checker', () => {
  it('has its own paths, and leaves its outcome', () => {
    const plan = compile(
      `${HEAD}  - { id: a, try: [${LOOK}], on-failure: [${tell('${failure.step}: ${failure.code}')}], finally: [{ wait: 5m }] }\n  - { wait: 1m, id: w, when: steps.a.outcome == "failed" }\n`,
    );
    expect(JSON.stringify(plan.steps).match(/"path":"[^"]+"/g)).toEqual(
      ['a', 'a/try/x', 'a/on-failure/tell', 'a/finally/wait', 'w'].map((path) => `"path":"${path}"`),
    );
  });

  it('takes what was tried for only perhaps done when a failure is answered, and for done when people are asked', () => {
    expect(follows(', on-failure: []', '${steps.x.version}').join()).toMatch(/not have been done/);
    expect(follows(', on-failure: []', '${has(steps.x) ? steps.x.version : "?"}')).toEqual([]);
    expect(follows('', '${steps.x.version}', ', finally: [{ wait: 5m }]')).toEqual([]);
  });

  it('takes what stands in finally for done after it, and nothing else for done in it', () => {
    const last = ', finally: [{ id: y, do: model.inspect }]';
    expect(follows(', on-failure: []', '${steps.y.version}', last)).toEqual([]);
    expect(
      problems(
        `${HEAD}  - { id: a, try: [${LOOK}], on-failure: [], finally: [${tell('${steps.x.version}')}] }\n`,
      ).join(),
    ).toMatch(/not have been done/);
  });

  it('knows failure in on-failure alone, and its fields', () => {
    expect(follows(', on-failure: []', '${failure.code}').join()).toMatch(
      /7:\d+ error: "failure" is known only in the on-failure of a try/,
    );
    expect(
      problems(`${HEAD}  - { id: a, try: [${LOOK}], on-failure: [${tell('${failure.mesage}')}] }\n`).join(),
    ).toMatch(/error: failure has no "mesage"; did you mean "message"\?/);
    expect(
      problems(`${HEAD}  - { id: a, try: [${LOOK}], on-failure: [{ wait: 1m, when: failure.code > 3 }] }\n`).join(),
    ).toMatch(/error: .*text and a number/);
  });

  it('refuses one that says neither what to do on a failure nor in any case', () => {
    expect(problems(`${HEAD}  - { try: [${LOOK}] }\n`).join()).toMatch(/6:7 error: this says neither/);
  });

  it('lets a decision reach into the steps and on-failure, but not into finally, and none out of it', () => {
    const rolls = '{ do: model.rollback }';
    const uncovered = (text: string) => problems(HEAD + text).some((line) => line.includes('nobody has approved it'));
    expect(uncovered(`${ASK}  - { try: [${rolls}], on-failure: [{ id: r, do: model.restore }] }\n`)).toBe(false);
    expect(uncovered(`${ASK}  - { try: [${LOOK}], finally: [${rolls}] }\n`)).toBe(true);
    expect(uncovered(`  - try:\n    ${ASK}    on-failure: []\n  - ${rolls}\n`)).toBe(true);
  });
});
