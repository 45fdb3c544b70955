import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/incident/json.ts';
import { SAMPLE_HEAD, SAMPLES } from '../../src/inventory/step-samples.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { PlaybookSource } from '../../src/playbook/schema.ts';
import { KINDS } from '../../src/playbook/step-source.ts';
import { readYaml } from '../../src/playbook/yaml.ts';
import { openYamlEditor, type YamlEditor } from '../support/yaml-editor.ts';

/** The schemas as a real yaml-language-server understands them. */
let editor: YamlEditor;
beforeAll(async () => {
  editor = await openYamlEditor({
    'schemas/playbook.schema.json': ['p.yaml'],
    'schemas/rule.schema.json': ['**/rules/*.yaml'],
    'schemas/tocsin.schema.json': ['tocsin.yaml'],
  });
}, 60_000);
afterAll(() => editor?.close());

const HEAD = 'playbook: p\ntitle: P\nversion: 1\nsteps:\n';
const filesIn = (folder: string): string[] =>
  readdirSync(join(packageRoot, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));
const textOf = (file: string) => readFileSync(join(packageRoot, file), 'utf8');

describe('an editor offers', () => {
  const offered = (text: string) => editor.completions('p.yaml', text);

  it.each([
    ['at a new step', `${HEAD}  - |`],
    ['after the id of a step', `${HEAD}  - id: x\n    |`],
    ['in a block inside a step', `${HEAD}  - try:\n      - |`],
  ])('every kind of step %s, and no key of another kind', async (_, text) => {
    const labels = await offered(text);
    expect(labels).toEqual(expect.arrayContaining([...KINDS, ...KINDS.map((kind) => `${kind} step`), 'when']));
    expect(labels).not.toContain('otherwise');
  });

  it('inside a question its own keys that are not there yet, and nothing else', async () => {
    const labels = await offered(`${HEAD}  - ask: Now?\n    by: [{ role: a }]\n    |`);
    expect(labels).toEqual(expect.arrayContaining(['within', 'otherwise', 'on-deny', 'remind', 'form', 'when']));
    for (const other of ['by', 'do', 'say', 'prove']) expect(labels).not.toContain(other);
  });

  it('the capabilities by name, also for a proof and an undo', async () => {
    for (const key of ['do: |', 'do: model.isolate\n    prove: |', 'do: model.isolate\n    undo: |'])
      expect(await offered(`${HEAD}  - ${key}`)).toEqual(expect.arrayContaining(['model.inspect', 'notify.mail']));
  });
});

describe('an editor explains', () => {
  it.each([
    ['within', 'ask: Now?\n    wit|hin: 5m\n    by: [{ role: a }]', 'when nobody has decided by then'],
    ['otherwise', 'ask: Now?\n    other|wise: deny\n    within: 5m', 'the answer when nobody decides'],
    ['a capability', 'do: model.iso|late', 'Cut traffic to the model: disruptive, undone by model.restore'],
  ])('%s', async (_, step, words) => {
    expect(await editor.hover('p.yaml', `${HEAD}  - ${step}\n`)).toContain(words);
  });
});

describe('an editor finds', () => {
  it.each([
    ['a key that is misspelt', '- { say: x, to: y, subjet: z }', ['5:22 Property subjet is not allowed.']],
    ['a kind that is misspelt', '- aks: x', ['5:5 A step says what it does by one of these keys: do, ask, task, say']],
    ['a step that does nothing', '- id: x', ['5:5 A step says what it does by one of these keys: do, ask, task, say']],
    [
      'a capability that is misspelt',
      '- do: model.isolat',
      ['5:9 Value is not accepted. Valid values: "model.inspect"'],
    ],
    ['what is missing', '- say: x', ['5:5 Missing property "to".']],
    ['a duration that is none', '- wait: soon', ['5:11 write a duration such as 45s, 10m, 2h30m or 7d']],
    ['a mistake deep inside', '- parallel: { a: [{ run: x, wiht: {} }] }', ['5:31 Property wiht is not allowed.']],
  ])('%s, and says nothing else', async (_, step, problems) => {
    const found = await editor.problems('p.yaml', `${HEAD}  ${step}\n`);
    expect(found).toEqual(problems.map((start) => expect.stringContaining(start)));
  });

  it('nothing in any file that Tocsin brings', async () => {
    const files = [...filesIn('playbooks'), ...filesIn('playbooks/rules'), 'tocsin.yaml'];
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) expect(await editor.problems(join(packageRoot, file), textOf(file)), file).toEqual([]);
  }, 60_000);
});

describe('the schema for editors', () => {
  const accepts = new Ajv({ strict: false }).compile(JSON.parse(textOf('schemas/playbook.schema.json')));
  const samples = Object.entries(SAMPLES).map(
    ([kind, sample]) => readYaml(SAMPLE_HEAD + sample.replaceAll(/^/gm, '  '), kind).value as JsonObject,
  );

  it('takes and refuses what the checker does, whichever key of a step of any kind is changed or missing', () => {
    let refused = 0;
    for (const sample of samples)
      for (const changed of variants(sample)) {
        const { success } = PlaybookSource.safeParse(changed);
        if (accepts(changed) !== success)
          expect({ changed, schema: accepts(changed) }).toEqual({ changed, schema: success });
        if (!success) refused++;
      }
    expect(refused).toBeGreaterThan(100);
  }, 60_000);
});

/** The value itself, and with each key of each object in it renamed or left out. */
function* variants(value: Json): Generator<Json> {
  yield value;
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) for (const other of inside(one)) yield value.with(i, other);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      const { [key]: _, ...rest } = value;
      yield rest;
      yield { ...rest, [`${key}x`]: one };
      for (const other of inside(one)) yield { ...value, [key]: other };
    }
  }
}

function* inside(value: Json): Generator<Json> {
  for (const other of variants(value)) if (other !== value) yield other;
}
