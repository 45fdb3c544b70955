// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../../src/incident/json.ts';
import { surroundingsOf } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { PLAYBOOK_EXTENSION, STEP_EXTENSION } from '../../../src/playbook/cacao/ids.ts';
import { importCacao } from '../../../src/playbook/cacao/import.ts';
import { exportPlaybook } from '../../../src/playbook/cacao/keep.ts';
import { libraryOf } from '../../../src/playbook/cacao/restore.ts';
import { check } from '../../../src/playbook/check.ts';
import { hashPlan } from '../../../src/playbook/hash.ts';
import { checkLibrary, readLibrary } from '../../../src/playbook/library.ts';
import { PlaybookSource } from '../../../src/playbook/schema.ts';
import { readYaml } from '../../../src/playbook/yaml.ts';
import { validPlaybook } from '../generated.ts';
import { surroundings as around, compile, library as testLibrary } from '../world.ts';
import { declaredProblems, strictProblems } from './oasis.ts';

const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
const library = readLibrary('playbooks');
const moments = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-02T00:00:00.000Z' };
const shipped = checkLibrary(library, surroundings);

const exported = (text: string, from = library): JsonObject =>
  exportPlaybook(
    { value: PlaybookSource.parse(readYaml(text, 'p').value), text, library: from, original: null },
    moments,
  );
const source = (name: string): string => library.playbooks[name]?.text ?? '';
const step = (document: JsonObject, name: string, type = 'action') =>
  Object.values(document.workflow as Record<string, JsonObject>).find(
    (one) => one.name === name && one.type === type,
  ) as JsonObject;

/** Without the text, so that only what each step says of itself can bring it back. */
function withoutText(document: JsonObject): JsonObject {
  const copy = structuredClone(document);
  ((copy.playbook_extensions as JsonObject)[PLAYBOOK_EXTENSION] as JsonObject).text = '';
  return copy;
}

describe('every shipped playbook', () => {
  it.each(shipped.map(({ name }) => name))('%s is valid CACAO, and comes back as it left', (name) => {
    const document = exported(source(name));
    expect(declaredProblems(document)).toEqual([]);
    expect(strictProblems(document)).toEqual([]);
    const { imported, repairs, diagnostics } = importCacao(JSON.stringify(document), 'x.json');
    expect({ repairs, diagnostics }).toEqual({ repairs: [], diagnostics: [] });
    expect(imported?.text).toBe(source(name));
    const { plan } = check(imported?.text ?? '', `${name}.yaml`, surroundings, libraryOf(imported?.library ?? []));
    expect(plan && hashPlan(plan)).toBe(shipped.find((one) => one.name === name)?.plan?.hash);
  });

  it.each(shipped.map(({ name }) => name))('%s is the same plan when only its steps speak for it', (name) => {
    const { imported, repairs } = importCacao(JSON.stringify(withoutText(exported(source(name)))), 'x.json');
    expect(repairs).toEqual([]);
    const { plan } = check(imported?.text ?? '', `${name}.yaml`, surroundings, libraryOf(imported?.library ?? []));
    expect(plan && hashPlan(plan)).toBe(shipped.find((one) => one.name === name)?.plan?.hash);
  });
});

it('any playbook that the checker takes is valid CACAO and comes back as the same plan', () => {
  fc.assert(
    fc.property(validPlaybook, (value) => {
      const text = stringify(value, { aliasDuplicateObjects: false });
      const document = exported(text, testLibrary);
      expect(strictProblems(document)).toEqual([]);
      const { imported, repairs } = importCacao(JSON.stringify(withoutText(document)), 'x.json');
      expect(repairs).toEqual([]);
      const again = check(imported?.text ?? '', 'p.yaml', around, libraryOf(imported?.library ?? []));
      expect(again.plan).toEqual(compile(text));
    }),
    { numRuns: 60 },
  );
});

describe('the steps that contain others', () => {
  const text = `playbook: p
title: P
version: 1
inputs: { system: { type: ai-system }, regions: { type: list, default: [eu, us] } }
steps:
  - id: care
    try:
      - { id: look, do: model.inspect }
      - { id: probe, do: model.probe, with: { expect: serving } }
    on-failure:
      - { id: page, say: It failed., to: ml-on-call }
    finally:
      - { id: told, say: It was tried., to: ml-on-call }
  - id: regions
    each: inputs.regions
    steps:
      - { id: tell, say: 'About \${item}', to: ml-on-call }
  - id: settle
    repeat: { until: 'steps.again.version != ""', times: 3 }
    steps:
      - { id: again, do: model.inspect }
`;
  const document = exported(text, testLibrary);
  const workflow = document.workflow as Record<string, JsonObject>;
  const named = (id: string) => Object.values(workflow).find((one) => idOf(one.step_extensions) === id) as JsonObject;

  it('are valid CACAO and come back as the same plan', () => {
    expect(strictProblems(document)).toEqual([]);
    const { imported, repairs } = importCacao(JSON.stringify(withoutText(document)), 'x.json');
    expect(repairs).toEqual([]);
    expect(check(imported?.text ?? '', 'p.yaml', around, testLibrary).plan).toEqual(compile(text));
  });

  it('lead from every step that is tried to what answers its failure, and from there to the end in any case', () => {
    const page = named('look').on_failure as string;
    expect(named('probe').on_failure).toBe(page);
    expect(idOf(workflow[page]?.step_extensions)).toBe('page');
    expect(workflow[page]?.on_completion).toBe(named('probe').on_success);
    expect(idOf(workflow[named('probe').on_success as string]?.step_extensions)).toBe('told');
  });

  it('repeat only while people say that there is more to do', () => {
    const loop = workflow[named('settle').on_completion as string] as JsonObject;
    expect(loop).toMatchObject({ type: 'while-condition', condition: "__more_settle__:value = 'true'" });
    expect(idOf(workflow[loop.on_true as string]?.step_extensions)).toBe('again');
    const more = workflow[named('again').on_completion as string] as JsonObject;
    expect(more.out_args).toEqual(['__more_settle__']);
    expect(workflow[more.on_completion as string]?.type).toBe('end');
  });
});

describe('an engine that knows nothing of Tocsin', () => {
  const document = exported(source('supply-chain-tampered-artifact'));
  const workflow = document.workflow as Record<string, JsonObject>;
  const ask = Object.values(workflow).find(({ step_extensions }) => idOf(step_extensions) === 'contain') as JsonObject;

  it('asks people, and does nothing to the model unless they approve', () => {
    const [answer] = ask.out_args as string[];
    const condition = workflow[ask.on_success as string] as JsonObject;
    expect(condition.condition).toBe(`${answer}:value = 'approve'`);
    const yes = workflow[condition.on_true as string] as JsonObject;
    expect(idOf(yes.step_extensions)).toBe('isolate');
    // Denied, or nobody answers: by hand, then what closes the playbook.
    const no = workflow[condition.on_false as string] as JsonObject;
    expect(ask.on_failure).toBe(condition.on_false);
    expect(no.type).toBe('playbook-action');
    expect(idOf((workflow[no.on_completion as string] as JsonObject).step_extensions)).toBe('brief');
  });

  it('reads who decides, until when and what silence means', () => {
    const [{ command }] = ask.commands as [{ command: string }];
    expect(command).toContain('1 of incident-commander');
    expect(command).toContain('Within 15m; if nobody answers, "deny" counts.');
    expect(ask.timeout).toBe(15 * 60_000);
    expect((document.agent_definitions as Record<string, JsonObject>)[ask.agent as string]).toEqual({
      type: 'group',
      name: 'incident-commander',
    });
  });

  it('runs the ways of a parallel step each to its own end, and then goes on', () => {
    const parallel = step(document, 'Go back and validate; keep the evidence; tell who must be told', 'parallel');
    expect(parallel.next_steps).toHaveLength(3);
    expect(idOf((workflow[parallel.on_completion as string] as JsonObject).step_extensions)).toBe('reopen');
  });
});

describe('a document of Tocsin that another program changed', () => {
  const document = () => structuredClone(exported(source('supply-chain-tampered-artifact')));

  it('is read as a stranger when its workflow leads elsewhere, so that no change is lost and nothing runs by itself', () => {
    const changed = document();
    const workflow = changed.workflow as Record<string, JsonObject>;
    const condition = Object.values(workflow).find(({ condition }) =>
      String(condition).includes('answer_contain'),
    ) as JsonObject;
    [condition.on_true, condition.on_false] = [condition.on_false as Json, condition.on_true as Json];
    const { imported, repairs } = importCacao(JSON.stringify(changed), 'x.json');
    expect(repairs.map(({ code }) => code)).toContain('changed');
    expect(imported?.text).not.toContain('do: model.isolate');
    expect(imported?.text).toContain('ask:');
  });

  it('says where words were changed that its steps do not follow', () => {
    const changed = document();
    step(changed, 'Cut traffic to the model').description = 'Ring Bob first.';
    const { imported, repairs } = importCacao(JSON.stringify(changed), 'x.json');
    expect(repairs.map(({ code, path }) => [code, path.endsWith('.description')])).toEqual([['differs', true]]);
    expect(imported?.text).toBe(source('supply-chain-tampered-artifact'));
  });

  it.each(['../../etc/cron.d/x.yaml', '../x.md', '/etc/x.yaml'])('cannot write the file %s', (file) => {
    const changed = document();
    const said = (changed.playbook_extensions as JsonObject)[PLAYBOOK_EXTENSION] as JsonObject;
    said.library = [...(said.library as Json[]), { file, text: 'x' }];
    const { imported, repairs } = importCacao(JSON.stringify(changed), 'x.json');
    expect(repairs.map(({ code }) => code)).toContain('changed');
    expect(imported?.library ?? []).toEqual([]);
  });

  it('brings no file that its steps do not need', () => {
    const changed = document();
    const said = (changed.playbook_extensions as JsonObject)[PLAYBOOK_EXTENSION] as JsonObject;
    const needed = said.library as Json[];
    said.library = [...needed, { file: 'other.yaml', text: 'x' }];
    expect(importCacao(JSON.stringify(changed), 'x.json').imported?.library).toEqual(needed);
  });
});

function idOf(extensions: Json | undefined): Json | undefined {
  const said = (extensions as JsonObject | undefined)?.[STEP_EXTENSION] as { step: JsonObject } | undefined;
  return said?.step.id;
}
