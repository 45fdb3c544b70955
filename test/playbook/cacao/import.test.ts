// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions in texts of strangers
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/incident/json.ts';
import { surroundingsOf } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { PLAYBOOK_EXTENSION } from '../../../src/playbook/cacao/ids.ts';
import { importCacao } from '../../../src/playbook/cacao/import.ts';
import { exportPlaybook } from '../../../src/playbook/cacao/keep.ts';
import { check, type PlanDraft } from '../../../src/playbook/check.ts';
import { formatDiagnostic } from '../../../src/playbook/diagnostics.ts';
import { everyStep, type Step } from '../../../src/playbook/plan.ts';
import { PlaybookSource } from '../../../src/playbook/schema.ts';
import { readYaml } from '../../../src/playbook/yaml.ts';
import { declaredProblems, strictProblems } from './oasis.ts';

const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
const nothing = { playbooks: {}, templates: {}, rules: {} };
const moments = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-02T00:00:00.000Z' };
const folder = join(import.meta.dirname, 'fixtures');
const fixture = (name: string): string => readFileSync(join(folder, name), 'utf8');
const samples = ['cosai', 'soarca'].flatMap((from) =>
  readdirSync(join(folder, from))
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${from}/${name}`),
);
const LOOPS = 'soarca/infinite_playbook.json';

function take(document: unknown) {
  const { imported, repairs, diagnostics } = importCacao(JSON.stringify(document), 'x.json');
  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  const text = imported?.text ?? '';
  const checked = check(text, 'x.yaml', surroundings, nothing);
  expect(checked.diagnostics.map(formatDiagnostic)).toEqual([]);
  return { repairs, text, original: imported?.original ?? null, plan: checked.plan as PlanDraft };
}
const refusals = (document: unknown): string[] =>
  importCacao(typeof document === 'string' ? document : JSON.stringify(document), 'x.json').diagnostics.map(
    ({ code }) => code,
  );
const outline = (steps: readonly Step[]): string[] => [...everyStep(steps)].map(({ kind, path }) => `${kind} ${path}`);
const asks = (plan: PlanDraft) => [...everyStep(plan.steps)].flatMap((step) => (step.kind === 'ask' ? [step] : []));

const action = (name: string, next?: string, more: JsonObject = {}): JsonObject => ({
  type: 'action',
  name,
  ...(next && { on_completion: next }),
  ...more,
});
const playbook = (workflow: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'playbook',
  spec_version: 'cacao-2.0',
  name: 'Sample',
  workflow_start: 'start--1',
  workflow: { 'start--1': { type: 'start', on_completion: 'a' }, ...workflow, 'end--1': { type: 'end' } },
  ...more,
});

describe('every sample of others', () => {
  it.each(samples.filter((name) => name !== LOOPS))(
    '%s becomes a playbook that holds, and valid CACAO that keeps all it said',
    (name) => {
      const original = JSON.parse(fixture(name)) as JsonObject;
      const { text } = take(original);
      const value = PlaybookSource.parse(readYaml(text, 'x').value);
      const document = exportPlaybook({ value, text, library: nothing, original }, moments);
      expect(declaredProblems(document)).toEqual([]);
      // What Tocsin says of the whole document does not count here: each field stands where CACAO has a place for it, or is kept beside.
      const { [PLAYBOOK_EXTENSION]: _, ...kept } = document.playbook_extensions as JsonObject;
      const said = new Set(leaves({ ...document, playbook_extensions: kept }));
      expect(leaves(original).filter((leaf) => !said.has(leaf))).toEqual([]);
      const again = importCacao(JSON.stringify(document), 'x.json');
      expect(again.repairs).toEqual([]);
      expect(again.imported?.text).toBe(text);
      expect(again.imported?.original).toEqual(original);
    },
  );

  it('that repeats without a bound is refused where it does', () => {
    const { imported, diagnostics } = importCacao(fixture(LOOPS), 'infinite.json');
    expect(imported).toBeNull();
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      expect.stringMatching(
        /^infinite\.json:\d+:\d+ error: these steps repeat without a bound: action--6b23c237\S+ → action--6b23c237/,
      ),
    ]);
  });

  it('of CoSAI with invented step types: each repair is said, and the ways are those of the original', () => {
    const { repairs, plan } = take(
      JSON.parse(fixture('cosai/multi-channel-prompt-injection-detection-and-response.json')),
    );
    const said = repairs.map(({ path, message }) => `${path} ${message}`);
    expect(said).toContain(
      '$.workflow["is-injection-present"].type CACAO has no step type "decision"; read as a choice',
    );
    expect(said).toContain('$.workflow["start-node"].next_step CACAO says "on_completion", not "next_step"');
    expect(
      said.filter((line) => line.startsWith('$.workflow["alert-soc"] "alert-soc" is no id of CACAO')),
    ).toHaveLength(1);
    expect(outline(plan.steps)).toEqual([
      'ask detect-prompt-injection',
      'ask is-prompt-injection-detected',
      'if is-prompt-injection-detected-yes',
      'ask is-prompt-injection-detected-yes/then/determine-injection-vector',
      'if is-prompt-injection-detected-yes/then/determine-injection-vector-user-input',
      'ask is-prompt-injection-detected-yes/then/determine-injection-vector-user-input/then/quarantine-user-session',
      'if is-prompt-injection-detected-yes/then/determine-injection-vector-web-context',
      'ask is-prompt-injection-detected-yes/then/determine-injection-vector-web-context/then/re-score-or-filter-retrieved-context',
      'if is-prompt-injection-detected-yes/then/determine-injection-vector-agent-config',
      'ask is-prompt-injection-detected-yes/then/determine-injection-vector-agent-config/then/disable-malicious-gpt-agent',
      'ask is-prompt-injection-detected-yes/then/alert-security-operations-center-soc',
      'ask is-prompt-injection-detected-yes/then/log-incident-in-threat-registry',
    ]);
  });

  it('of SOARCA: whoever does it by hand reads the command, on what, and fills in what comes of it', () => {
    const [ssh] = asks(take(JSON.parse(fixture('soarca/ssh-playbook.json'))).plan);
    expect(JSON.stringify(ssh?.details)).toContain('Command (ssh): __command__:value');
    expect(JSON.stringify(ssh?.details)).toContain('On: system 1');
    expect(JSON.stringify(ssh?.details)).toContain('__command__ = ls -la');
    const [manual] = asks(take(JSON.parse(fixture('soarca/manual-playbook.json'))).plan);
    expect(manual).toMatchObject({
      withinMs: 100_000,
      by: [{ role: 'incident-commander', count: 1 }],
      form: [{ id: 'hyperspeed-ready', label: '__hyperspeed_ready__', required: false }],
    });
  });

  it('shows no password to anybody', () => {
    const { text, repairs } = take(JSON.parse(fixture('soarca/integration-playbook.json')));
    expect(text).not.toContain('super-secure-password');
    expect(repairs.map(({ code }) => code)).toContain('secrets');
  });
});

describe('the ways of a workflow', () => {
  it('that come together again are written once', () => {
    const { plan } = take(
      playbook({
        a: { type: 'if-condition', name: 'Bad?', condition: '__x__:value = 1', on_true: 'b', on_false: 'c' },
        b: action('Block', 'd'),
        c: action('Watch', 'd'),
        d: action('Tell', 'end--1'),
      }),
    );
    expect(outline(plan.steps)).toEqual([
      'ask bad',
      'if bad-yes',
      'ask bad-yes/then/block',
      'if bad-no',
      'ask bad-no/then/watch',
      'ask tell',
    ]);
    expect(plan.steps[0]).toMatchObject({
      options: [
        { id: 'yes', title: 'Yes' },
        { id: 'no', title: 'No' },
      ],
      otherwise: 'no',
    });
  });

  it('at the same time are each done, then what follows them', () => {
    const { plan } = take(
      playbook({
        a: { type: 'parallel', name: 'Both', next_steps: ['b', 'c'], on_completion: 'd' },
        b: action('Block', 'end--2'),
        c: action('Watch', 'end--2'),
        'end--2': { type: 'end' },
        d: action('Tell', 'end--1'),
      }),
    );
    expect(outline(plan.steps)).toEqual([
      'parallel both',
      'ask both/branch-1/block',
      'ask both/branch-2/watch',
      'ask tell',
    ]);
  });

  it('after a failure are taken when somebody says that it failed', () => {
    const end = take(
      playbook({
        a: action('Block', undefined, { on_success: 'b', on_failure: 'c' }),
        b: action('Tell', 'end--1'),
        c: action('Page', 'end--1'),
      }),
    );
    expect(outline(end.plan.steps)).toEqual(['ask block', 'ask block/on-deny/page', 'ask tell']);
    const joined = take(
      playbook({
        a: action('Block', undefined, { on_success: 'b', on_failure: 'c' }),
        b: action('Tell', 'd'),
        c: action('Page', 'd'),
        d: action('Close', 'end--1'),
      }),
    );
    expect(outline(joined.plan.steps)).toEqual([
      'ask block',
      'if block-done',
      'ask block-done/then/tell',
      'if block-not-done',
      'ask block-not-done/then/page',
      'ask close',
    ]);
  });

  it('after an exception are asked about at the end', () => {
    const { plan } = take(
      playbook({ a: action('Block', 'end--1'), x: action('Page', 'end--1') }, { workflow_exception: 'x' }),
    );
    expect(outline(plan.finally)).toEqual([
      'ask finally/exception',
      'if finally/exception-yes',
      'ask finally/exception-yes/then/page',
    ]);
  });

  it('that nobody answers for take none of many cases', () => {
    const cases = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`case ${i}`, i === 0 ? 'b' : 'end--1']));
    const { plan } = take(
      playbook({
        a: { type: 'switch-condition', name: 'Which', switch: '__x__', cases },
        b: action('Block', 'end--1'),
      }),
    );
    expect(plan.steps[0]).toMatchObject({ otherwise: 'none', form: [{ type: 'choice' }] });
    expect(plan.steps[1]).toMatchObject({ cel: 'steps["which"].answers.which == "case-0"' });
  });

  it('wait as long as a step is delayed', () => {
    expect(take(playbook({ a: action('Block', 'end--1', { delay: 90_000 }) })).plan.steps[0]).toMatchObject({
      kind: 'wait',
      forMs: 90_000,
    });
  });
});

describe('a playbook that was imported and then changed', () => {
  it('leaves as Tocsin wrote it, with all that the original said beside its steps', () => {
    const original = JSON.parse(fixture('soarca/ssh-playbook.json')) as JsonObject;
    const { text } = take(original);
    const changed = text.replace('within: 24h', 'within: 2h');
    const value = PlaybookSource.parse(readYaml(changed, 'x').value);
    const document = exportPlaybook({ value, text: changed, library: nothing, original }, moments);
    expect(declaredProblems(document)).toEqual([]);
    expect(document).toMatchObject({
      id: original.id,
      labels: original.labels,
      target_definitions: original.target_definitions as object,
      external_references: original.external_references as object[],
    });
    const again = importCacao(JSON.stringify(document), 'x.json');
    expect(again.repairs).toEqual([]);
    expect(again.imported).toMatchObject({ text: changed, original });
  });
});

it('a document with ids of its own and custom fields is valid in the strict reading once it is mended', () => {
  const original = playbook(
    {
      a: action('Block', 'b', { owner_team: 'red', commands: [{ type: 'manual', description: 'Pull the plug' }] }),
      b: { type: 'decision', name: 'Gone?', conditions: { yes: 'end--1', no: 'c' } },
      c: { type: 'task', name: 'Escalate', next: 'end--1' },
    },
    { invented: { deep: [1, 'kept'] }, created: 'yesterday' },
  );
  const { text } = take(original);
  const document = exportPlaybook(
    { value: PlaybookSource.parse(readYaml(text, 'x').value), text, library: nothing, original },
    moments,
  );
  expect(strictProblems(document)).toEqual([]);
  expect(JSON.stringify(document)).toContain('"kept"');
});

describe('what cannot be taken is refused with its place and reason', () => {
  it.each<[string, unknown, string]>([
    ['no JSON', '{"a":', 'json'],
    ['a list', [], 'no-playbook'],
    ['no workflow', { type: 'playbook' }, 'no-steps'],
    ['steps that are none', playbook({ a: 'x' }), 'no-step'],
    ['a loop', playbook({ a: action('A', 'b'), b: action('B', 'a') }), 'unbounded-loop'],
    [
      'a while',
      playbook({
        a: { type: 'while-condition', condition: 'x', on_true: 'b', on_completion: 'end--1' },
        b: action('B', 'end--1'),
      }),
      'unbounded-loop',
    ],
    ['a lost step', playbook({ a: action('A', 'lost') }), 'dangling'],
    ['a step that nothing leads to', playbook({ a: action('A', 'end--1'), b: action('B', 'end--1') }), 'unreachable'],
    ['a link that is no id', playbook({ a: action('A', undefined, { on_completion: 7 }) }), 'no-link'],
    [
      'no start',
      { ...playbook({ a: action('A', 'end--1') }), workflow: { a: action('A', 'end--1'), 'end--1': { type: 'end' } } },
      'no-start',
    ],
    ['two equal keys', '{"workflow": {"a": {"type": "end"}, "a": {"type": "end"}}}', 'duplicate-key'],
    ['a key of the prototype', '{"workflow": {"__proto__": {"type": "end"}}}', 'key'],
    [
      '10,000 steps',
      playbook(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`s${i}`, action(`S${i}`, 'end--1')]))),
      'too-large',
    ],
    ['endless nesting', `{"workflow": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'too-deep'],
    ['more than a megabyte', ' '.repeat(1_000_001), 'too-large'],
  ])('%s', (_, document, code) => {
    expect(refusals(document)).toContain(code);
  });

  it('ways that leave two blocks at once', () => {
    const choice = (name: string, yes: string, no: string, more: JsonObject = {}): JsonObject => ({
      type: 'if-condition',
      name,
      condition: 'x',
      on_true: yes,
      on_false: no,
      ...more,
    });
    const workflow = {
      a: choice('Outer', 'q', 'end--1', { on_completion: 'n' }),
      q: choice('Inner', 'x', 'n'),
      x: action('X', 'j'),
      n: action('N', 'j'),
      j: action('J', 'end--1'),
    };
    expect(refusals(playbook(workflow))).toEqual(['tangled']);
  });

  it('a lost step names the one that was meant', () => {
    const [first] = importCacao(
      JSON.stringify(playbook({ a: action('A', 'blok'), block: action('B', 'end--1') }), null, 1),
      'x.json',
    ).diagnostics;
    expect(first).toMatchObject({ code: 'dangling', suggestion: 'block' });
    expect(first?.line).toBeGreaterThan(1);
  });

  it('choices that would have to be written out again and again', () => {
    // Each way may jump over the next: no step is common to all, and the copies double.
    const workflow = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        i === 0 ? 'a' : `s${i}`,
        {
          type: 'if-condition',
          name: `Q${i}`,
          condition: 'x',
          on_true: i < 38 ? `s${i + 1}` : 'end--1',
          on_false: i < 37 ? `s${i + 2}` : 'end--1',
        },
      ]),
    );
    expect(refusals(playbook(workflow))).toHaveLength(1);
  });
});

describe('text of strangers', () => {
  it('is never an expression or a template of Tocsin', () => {
    const { plan } = take(
      playbook({
        a: action('templates/closing-brief.md', 'end--1', {
          description: '${inputs.system.name} $${x} ${',
          commands: [{ type: 'bash', command: 'echo ${HOME}' }],
        }),
      }),
    );
    const [ask] = asks(plan);
    expect(ask?.question).toEqual({ literal: 'Do this by hand: templates/closing-brief.md' });
    expect(JSON.stringify(ask?.details)).toContain('${inputs.system.name} $${x} ${');
    expect(Object.keys(ask?.details ?? {})).toEqual(['literal']);
  });

  it('may name steps like parts of the prototype', () => {
    const { plan } = take(
      playbook({
        a: action('A', 'constructor'),
        constructor: action('toString', 'hasOwnProperty'),
        hasOwnProperty: action('valueOf', 'end--1'),
      }),
    );
    expect(plan.steps).toHaveLength(3);
  });

  it('gives each step a name of its own, whatever it is called', () => {
    const { plan } = take(
      playbook({
        a: action('finally', 'b'),
        b: action('Branch 1', 'c'),
        c: action('检查', 'd'),
        d: action('检查', 'end--1'),
      }),
    );
    expect(new Set(plan.steps.map(({ id }) => id)).size).toBe(4);
  });

  it('of 1,400 steps in a row is taken', () => {
    const steps = Object.fromEntries(
      Array.from({ length: 1_400 }, (_, i) => [
        i === 0 ? 'a' : `s${i}`,
        action(`S ${i}`, i < 1_399 ? `s${i + 1}` : 'end--1'),
      ]),
    );
    expect(take(playbook(steps)).plan.steps).toHaveLength(1_400);
  });
});

function leaves(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(leaves);
  return [JSON.stringify(value)];
}
