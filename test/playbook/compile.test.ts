// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify as toYaml } from 'yaml';
import { check } from '../../src/playbook/check.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { hashPlan, sealPlan } from '../../src/playbook/hash.ts';
import { everyPlanStep, Plan } from '../../src/playbook/plan.ts';
import { reordered, validPlaybook } from './generated.ts';
import { ASK, compile, HEAD, library, surroundings } from './world.ts';

// Anchors for repeated objects are not part of the language.
const stringify = (value: unknown): string => toYaml(value, { aliasDuplicateObjects: false });

describe('a compiled plan', () => {
  it('fills in targets, proofs, undos, retries and deadlines', () => {
    const [, cut] = compile(
      `${HEAD}${ASK}  - { do: model.isolate, prove: model.probe }\n  - { do: model.restore }\n`,
    ).steps;
    const system = { cel: 'inputs.system.id' };
    expect(cut).toMatchObject({
      id: 'isolate',
      path: 'isolate',
      title: 'Cut traffic to the model',
      use: { risk: 'disruptive', with: { system }, timeoutMs: 120_000 },
      prove: { capability: 'model.probe', with: { system, expect: { literal: 'cut' } } },
      undo: { capability: 'model.restore', with: { system } },
      retry: { attempts: 1 },
      coveredBy: 'may',
      outputs: ['detail'],
    });
  });

  it('undoes a rollback by going back to what was before', () => {
    const [, roll] = compile(`${HEAD}${ASK}  - { do: model.rollback, with: { to: "4" } }\n`).steps;
    expect(roll).toMatchObject({
      use: { with: { to: { literal: '4' } } },
      undo: { capability: 'model.rollback', with: { to: { literal: 'before' }, system: { cel: 'inputs.system.id' } } },
    });
  });

  it('tries reading three times and sends messages inside the house as reversible', () => {
    const [read, say] = compile(
      `${HEAD}  - { do: model.inspect }\n  - { say: "Hi \${incident.id}", to: ml-on-call }\n`,
    ).steps;
    expect(read).toMatchObject({ retry: { attempts: 3, delayMs: 2_000, factor: 2 }, coveredBy: null });
    expect(say).toMatchObject({
      use: {
        capability: 'notify.mail',
        risk: 'reversible',
        with: { to: { literal: 'ml-on-call' }, text: { template: ['Hi ', { cel: 'incident.id' }] } },
      },
    });
  });

  it('names every step by its place', () => {
    const plan = compile(
      `${HEAD}  - id: may\n    ask: May we?\n    by: [{ role: ml-on-call }]\n    within: 10m\n    on-deny: [{ id: no, wait: 1m }]\n  - id: look\n    do: model.inspect\n    on-failure: [{ id: oh, wait: 1m }]\n  - if: alert.x == 1\n    then: [{ run: inform }]\n    else: [{ id: other, wait: 1m }]\n  - parallel: { b: [{ id: two, wait: 1m }], a: [{ id: one, wait: 1m }] }\nfinally:\n  - { id: end, wait: 1m }\n`,
    );
    expect([...everyPlanStep(sealPlan(plan))].map((step) => step.path)).toEqual([
      'may',
      'may/on-deny/no',
      'look',
      'look/on-failure/oh',
      'if-1',
      'if-1/then/inform',
      'if-1/then/inform/tell',
      'if-1/else/other',
      'parallel-1',
      'parallel-1/a/one',
      'parallel-1/b/two',
      'finally/end',
    ]);
  });

  it('asks the incident commander about failed steps, and escalates to whoever is there', () => {
    expect(compile(`${HEAD}  - { wait: 5m }\n`).onFailedStep).toEqual({
      by: [{ role: 'incident-commander', count: 1 }],
      withinMs: 1_800_000,
      remindMs: [600_000],
      escalate: { afterMs: 900_000, to: 'engineering-manager', page: true },
      otherwise: 'stop',
    });
  });

  it('hashes by what it means, not by how it is written', () => {
    const hash = (text: string) => hashPlan(compile(text));
    const one = hash(`${HEAD}  - { id: a, do: model.inspect, timeout: 1m }\n`);
    expect(hash(`# a remark\n${HEAD}  - timeout: 60s\n    do: 'model.inspect'\n    id: a\n`)).toBe(one);
    expect(hash(`${HEAD}  - { id: a, do: model.inspect, timeout: 61s }\n`)).not.toBe(one);
  });
});

describe('any valid playbook', () => {
  const draft = (source: unknown) => {
    const { plan, diagnostics } = check(stringify(source), 'g.yaml', surroundings, library);
    if (!plan) throw new Error(`${diagnostics.map(formatDiagnostic).join('\n')}\n${stringify(source)}`);
    return plan;
  };

  it('compiles to a plan of the published form, with unique paths and every risky act covered', () => {
    fc.assert(
      fc.property(validPlaybook, (source) => {
        const plan = sealPlan(draft(source));
        expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
        const steps = [...everyPlanStep(plan)];
        expect(new Set(steps.map((step) => step.path)).size).toBe(steps.length);
        const asks = new Map(steps.flatMap((step) => (step.kind === 'ask' ? [[step.path, step]] : [])));
        for (const step of steps)
          if (step.kind === 'do' && ['disruptive', 'irreversible'].includes(step.use.risk))
            expect(asks.get(step.coveredBy ?? '')?.covers).toContain(step.path);
      }),
      { numRuns: 60 },
    );
  });

  it('has the same hash whatever the order of its keys', () => {
    fc.assert(
      fc.property(validPlaybook, fc.infiniteStream(fc.nat()), (source, numbers) => {
        const shuffle = (keys: string[]) =>
          keys
            .map((key) => [Number(numbers.next().value), key] as const)
            .sort((a, b) => a[0] - b[0])
            .map(([, key]) => key);
        expect(hashPlan(draft(reordered(source, shuffle)))).toBe(hashPlan(draft(source)));
      }),
      { numRuns: 60 },
    );
  });
});

it('says which alerts join only where the playbook does, so that the hashes of older plans stay', () => {
  const head = 'playbook: p\ntitle: P\nversion: 1\n';
  const steps = 'steps:\n  - { wait: 1m }\n';
  const compiled = (more: string) => check(head + more + steps, 'p.yaml', surroundings, library).plan;
  expect(compiled('')).not.toHaveProperty('joinsOn');
  expect(compiled('joins-on: alert.kind == "a" \n')).toMatchObject({ joinsOn: 'alert.kind == "a"', opensOn: null });
});

describe('hostile playbooks', () => {
  it('any text gives diagnostics, never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => stringify(value)),
        ),
        (text) => {
          const { plan, diagnostics } = check(text, 'h.yaml', surroundings, library);
          expect(plan).toBeNull();
          expect(diagnostics.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('any mutilation of a valid playbook gives a plan or diagnostics with a place in the file', () => {
    fc.assert(
      fc.property(
        validPlaybook,
        fc.nat(),
        fc.nat({ max: 30 }),
        fc.string({ maxLength: 6 }),
        (source, at, count, insert) => {
          const text = stringify(source);
          const from = at % text.length;
          const mutilated = text.slice(0, from) + insert + text.slice(from + count);
          const { plan, diagnostics } = check(mutilated, 'h.yaml', surroundings, library);
          const lines = mutilated.split('\n').length;
          if (!plan) expect(diagnostics.some((one) => one.severity === 'error')).toBe(true);
          for (const one of diagnostics)
            if (one.file === 'h.yaml') expect(one.line >= 1 && one.line <= lines && one.column >= 1).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('steps nested without end', () => {
    let steps = '[{ wait: 5m }]';
    for (let i = 0; i < 30; i++) steps = `[{ if: alert.x == 1, then: ${steps} }]`;
    expect(
      check(`${HEAD.replace('steps:\n', '')}steps: ${steps}\n`, 'h.yaml', surroundings, library).diagnostics.length,
    ).toBe(0);
    // The parser's stack ends before the last of them, on some machines before the first.
    for (const length of [500, 900]) {
      const indented = Array.from(
        { length },
        (_, i) => `${'  '.repeat(i)}- if: alert.x == 1\n${'  '.repeat(i)}  then:`,
      ).join('\n');
      const { plan, diagnostics } = check(`${HEAD}${indented}\n`, 'h.yaml', surroundings, library);
      expect(plan).toBeNull();
      expect(diagnostics.map((one) => one.code)).toEqual(['too-deep']);
    }
  });
});
