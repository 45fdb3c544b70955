import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/incident/json.ts';
import { ExpressionError, evaluate, evaluateCondition, resolveValue, type Scope } from '../../src/playbook/cel.ts';

const scope: Scope = {
  inputs: { system: { id: 'chat', name: 'Chat', tier: 'critical' }, count: 3 },
  steps: {
    assess: { version: '4.2', signatureValid: false, score: 0.5 },
    contain: { outcome: 'approve' },
    isolate: { detail: 'cut', proved: true },
    'by-hand': { proved: false },
  },
  incident: { id: 'INC-2026-0001', title: 'Odd answers', severity: 'sev2' },
  alert: { kind: 'model.signature-invalid', labels: ['a', 'b'], hits: 12, constructor: 'x' },
};

describe('expressions', () => {
  const cases: [string, Json][] = [
    ['inputs.count + 1', 4],
    ['1 + 2 * 3 - 4', 3],
    ['7 / 2', 3.5],
    ['int(7 / 2)', 3],
    ['-7 % 3', -1],
    ['-0.0', 0],
    ['steps.assess.score < 1', true],
    ['steps.assess.version == "4.2" && !steps.assess.signatureValid', true],
    ['has(alert.kind) && !has(alert.nothing)', true],
    ['alert.kind.startsWith("model.") ? alert.kind : "other"', 'model.signature-invalid'],
    ['"isolate" in steps && has(steps.isolate) && steps.isolate.proved', true],
    // Skipped or taken over without its outputs: they are not there, and it is known that nothing was proved.
    ['"by-hand" in steps || (has(steps["by-hand"].detail))', false],
    ['has(steps["by-hand"].proved) && !steps["by-hand"].proved', true],
    ['has(steps.later.proved) || has(steps["later"].proved) || "later" in steps', false],
    ['"b" in alert.labels', true],
    ['"kind" in alert', true],
    ['alert.labels[1] + string(alert.hits)', 'b12'],
    ['alert.labels.map(x, x + "!")', ['a!', 'b!']],
    ['alert.labels.map(x, x != "a", x + "!")', ['b!']],
    ['[1, 2, 3].filter(n, n > 1)', [2, 3]],
    ['[1, 2, 3].exists_one(n, n > 2) && [1, 2].all(n, n > 0) && [1].exists(n, n == 1)', true],
    ['[[1, 2], [3]].map(l, l.map(n, n + size(l)))', [[3, 4], [4]]],
    ['{"a": [1], "b": {"c": null}} == {"b": {"c": null}, "a": [1.0]}', true],
    ['1 == "1"', false],
    ['size("añ😀")', 3],
    ['alert.kind.matches("^model\\\\.[a-z-]+$")', true],
    ['"A,b".lowerAscii().split(",").join("-")', 'a-b'],
    ['alert["kind"].size() > 3', true],
    ['alert.constructor', 'x'],
    ['false && nothing', false],
  ];
  it.each(cases)('%s', (cel, expected) => {
    expect(evaluate(cel, scope)).toStrictEqual(expected);
  });

  const refused: [string, RegExp][] = [
    ['alert.nothing', /no "nothing"/],
    ['alert.__proto__', /./],
    ['steps.gone.version', /no "gone"/],
    ['steps.assess.constructor', /no "constructor"/],
    ['steps.assess.toString', /no "toString"/],
    ['nothing', /unknown name "nothing"/],
    ['alert.labels[2]', /no element 2 in a list of 2/],
    ['1 + "a"', /string\(\)/],
    ['1 / 0', /division by zero/],
    ['1e308 * 10', /finite/],
    ['1 +', /Unexpected/],
    ['now()', /unknown function now/],
    ['timestamp("2026-01-01T00:00:00Z")', /unknown function timestamp/],
    ['5u', /unsigned/],
    ['b"abc"', /bytes/],
    ['cel.bind(x, 1, x)', /./],
    ['"a".matches("(")', /matches\(\) cannot use/],
    ['"a".matches("(a)\\\\1")', /matches\(\) cannot use/],
    ['"a".matches("((a{100}){100}){100}")', /matches\(\) cannot use/],
    ['alert.hits ? 1 : 2', /must be true or false, not a number/],
    [`${'('.repeat(500)}1${')'.repeat(500)}`, /./],
    [Array(600).fill('1').join('+'), /./],
    [`"${'x'.repeat(5000)}"`, /longer than/],
  ];
  it.each(refused.map(([cel, why]) => [cel.slice(0, 60), cel, why] as const))('refuses %s', (_, cel, why) => {
    expect(() => evaluate(cel, scope)).toThrow(ExpressionError);
    expect(() => evaluate(cel, scope)).toThrow(why);
  });

  it('a condition that is not true or false is an error, never taken for one', () => {
    expect(evaluateCondition('alert.hits > 3', scope)).toBe(true);
    expect(() => evaluateCondition('alert.hits', scope)).toThrow(/must be true or false/);
  });

  it('an expression that would run for ever ends in the same error each time', () => {
    const many = { ...scope, alert: { list: Array.from({ length: 400 }, (_, i) => i) } };
    const cel = 'alert.list.all(a, alert.list.all(b, alert.list.all(c, alert.list.all(d, a + b + c + d >= 0))))';
    const messages = [1, 2].map(() => {
      try {
        return String(evaluate(cel, many));
      } catch (error) {
        return (error as ExpressionError).message;
      }
    });
    expect(messages[0]).toMatch(/takes more than 100,000 steps/);
    expect(messages[1]).toBe(messages[0]);
  });

  it.each([
    ['doubling', 'a.map(x, a.map(y, s + s + s + s + s + s))'],
    ['copies of a large text', 'a.map(x, a.map(y, s))'],
    ['a pattern over a large text', 'a.map(x, s.matches("(.*a){40}$"))'],
    ['comparing large structures', 'a.all(x, alert == alert)'],
  ])('bounds %s', (_, cel) => {
    const big = { a: Array.from({ length: 300 }, () => 1), s: 'xa'.repeat(15_000) };
    const written = cel.replace(/\ba\b(?!\{|\))/g, 'alert.a').replace(/\bs\b/g, 'alert.s');
    expect(() => evaluate(written, { ...scope, alert: big })).toThrow(ExpressionError);
  });

  it.each(['contains', 'split'])('bounds .%s() of texts that make a search slow', (method) => {
    const alert = { text: 'a'.repeat(65_000), part: `${'a'.repeat(300)}b${'a'.repeat(32_000)}` };
    const startedAt = performance.now();
    expect(() => evaluate(`alert.text.${method}(alert.part)`, { ...scope, alert })).toThrow(/takes more than/);
    expect(performance.now() - startedAt).toBeLessThan(200);
    const short = { text: 'a'.repeat(60_000), part: 'not there' };
    expect(evaluate('alert.text.contains(alert.part)', { ...scope, alert: short })).toBe(false);
  });

  it('results are plain JSON for any alert', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (alert) => {
        const result = evaluate('{"same": alert == alert, "copy": [alert], "n": 1}', {
          ...scope,
          alert: alert as Json,
        });
        expect(JSON.parse(JSON.stringify(result))).toStrictEqual(
          JSON.parse(JSON.stringify({ same: true, copy: [alert], n: 1 })),
        );
      }),
    );
  });
});

describe('values of a plan', () => {
  it('a lone expression keeps its type, a template becomes text', () => {
    expect(resolveValue({ cel: 'inputs.count' }, scope)).toBe(3);
    expect(
      resolveValue({ template: ['Cut ', { cel: 'inputs.system.name' }, ' (', { cel: 'inputs.count' }, ')?'] }, scope),
    ).toBe('Cut Chat (3)?');
    expect(resolveValue({ template: ['for ', { cel: 'alert.labels' }] }, scope)).toBe('for a, b');
    expect(resolveValue({ map: { a: { list: [{ literal: null }, { cel: '1' }] } } }, scope)).toStrictEqual({
      a: [null, 1],
    });
  });

  it('a map or null in a text is an error', () => {
    expect(() => resolveValue({ template: ['for ', { cel: 'inputs.system' }] }, scope)).toThrow(
      /name one of its fields/,
    );
  });

  it('text from an alert is never evaluated again', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of an attacker
    const text = '${inputs.count}';
    expect(resolveValue({ template: ['got ', { cel: 'alert.text' }] }, { ...scope, alert: { text } })).toBe(
      `got ${text}`,
    );
  });
});

it('the pattern engine runs where there is no Node', () => {
  const source = readFileSync(createRequire(import.meta.url).resolve('re2js'), 'utf8');
  const module = { exports: {} };
  const found = vm.runInNewContext(`${source}; exports.RE2JS.compile('^a+$').matcher('aaa').find()`, {
    module,
    exports: module.exports,
  });
  expect(found).toBe(true);
});
