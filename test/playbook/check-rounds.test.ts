// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { inSameRounds, planPath, roundsOf } from '../../src/incident/step-path.ts';
import { ASK, compile, HEAD, problems, TOLD } from './world.ts';

const LOOK = '{ id: x, do: model.inspect }';
const tell = (text: string) => `{ id: tell, say: '${text}', to: ml-on-call }`;
const LIST = 'alert.kinds';
const told = (steps: string) => problems(HEAD + steps).join('\n');

describe('each in the checker', () => {
  it('knows its item in its steps alone, and its count afterwards', () => {
    expect(
      told(
        `  - { id: e, each: ${LIST}, as: kind, steps: [${tell('${kind}')}] }\n  - { wait: 1m, when: steps.e.count > 2 }\n`,
      ),
    ).toBe('');
    expect(told(`  - { each: ${LIST}, steps: [${LOOK}] }\n  - ${tell('${item}')}\n`)).toMatch(
      /7:.* unknown name "item"/,
    );
    expect(told(`  - { each: ${LIST}, steps: [${LOOK}] }\n  - ${tell('${steps.x.version}')}\n`)).toMatch(
      /is not done before this/,
    );
  });

  it('refuses what is no list, and an item that is called like something else', () => {
    expect(told(`  - { each: incident.id, steps: [${LOOK}] }\n`)).toMatch(/6:13 error: each needs a list, not a text/);
    expect(told(`  - { each: ${LIST}, as: steps, steps: [${LOOK}] }\n`)).toMatch(/"steps" has a meaning of its own/);
    expect(told(`  - { each: ${LIST}, steps: [{ id: e, each: ${LIST}, steps: [${LOOK}] }] }\n`)).toMatch(
      /"item" is the item of another each/,
    );
    expect(told(`  - { each: ${LIST}, at-once: 21, steps: [${LOOK}] }\n`)).toMatch(/error: .*20/);
  });

  it('refuses risky acts on one system in rounds at the same time, and takes them one after the other, or on the item', () => {
    const cut = (more: string, on = '') =>
      told(`${ASK}  - { each: ${LIST}, ${more}steps: [{ id: back, do: model.rollback${on} }] }\n${TOLD}`);
    expect(cut('at-once: 2, ')).toMatch(/acts on the same AI system in every round, and 2 of them run/);
    expect(cut('')).toBe('');
    expect(cut('at-once: 2, ', ", with: { system: '${item}' }")).toBe('');
  });
});

describe('repeat in the checker', () => {
  const repeat = (until: string, steps: string) =>
    `  - { id: r, repeat: { until: ${until}, times: 3 }, steps: [${steps}] }\n`;

  it('knows the steps of a round in until and afterwards', () => {
    expect(
      told(`${repeat('steps.x.version == "2"', LOOK)}  - ${tell('${steps.x.version} ${steps.r.outcome}')}\n`),
    ).toBe('');
    expect(told(repeat('steps.x.version == "2"', '{ id: x, do: model.inspect, when: alert.deep == true }'))).toMatch(
      /may not have been done/,
    );
  });

  it('refuses one without a bound, or that can never end well', () => {
    expect(told(`  - { repeat: { until: alert.over == true }, steps: [${LOOK}] }\n`)).toMatch(/"times" is missing/);
    expect(told(repeat('1 > 2', LOOK))).toMatch(/this can only fail/);
  });

  it('takes a decision before it, or in it, for its risky acts, and none out of it', () => {
    const rolls = '{ id: back, do: model.rollback }';
    const may = ASK.trim().slice(2);
    expect(told(repeat('alert.over == true', rolls))).toMatch(/nobody has approved it/);
    expect(told(ASK + repeat('alert.over == true', rolls) + TOLD)).toBe('');
    expect(told(`${repeat('alert.over == true', may)}  - ${rolls}\n`)).toMatch(/nobody has approved it/);
    const { steps } = compile(HEAD + repeat('alert.over == true', `${may}, ${rolls}`));
    expect(JSON.stringify(steps)).toContain('"covers":["r/*/back"]');
    expect(JSON.stringify(steps)).toContain('"coveredBy":"r/*/may"');
  });
});

describe('the path of a step in a round', () => {
  it('leads back to the plan, and to the question of the same round', () => {
    expect(planPath('r/012/e/003-1/back')).toBe('r/*/e/*/back');
    expect(planPath('respond/recover/back')).toBe('respond/recover/back');
    expect(inSameRounds('r/*/may', 'r/012/e/003/back')).toBe('r/012/may');
    expect(roundsOf('r/012/e/003/back')).toBe('12.3');
  });
});
