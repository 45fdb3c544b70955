import { z } from 'zod';
import type { CapabilityContract } from '../capabilities/contract.ts';
import { contracts } from '../capabilities/contracts.ts';
import type { JsonObject } from '../incident/json.ts';
import { KINDS, type Kind } from '../playbook/step-source.ts';
import { editorSchemas } from './editor-schemas.ts';
import { keyRows, keyTable, tableOf } from './key-table.ts';
import { SAMPLES } from './step-samples.ts';

export const REFERENCE_PAGE = 'docs/reference.md';

/** Every key of every file that people write, and every capability. Generated: `node scripts/generate.mjs`. */
export function referencePage(): string {
  const playbook = schemaOf('playbook');
  const definitions = playbook.definitions as Record<string, JsonObject>;
  const kinds = kindsOf(definitions.step as JsonObject);
  return `${[
    '# Reference',
    '<!-- Generated from the sources: node scripts/generate.mjs -->',
    'Every key of the files that people write, and every capability. What they are for is told in [Playbooks](playbooks.md), ' +
      '[Notices](obligations.md) and [tocsin.yaml](formats/inventory.md). A duration is days, hours, minutes and seconds in this order: ' +
      '`45s`, `10m`, `2h30m`, `7d`. A name is lower-case words joined by hyphens. CEL is a [CEL expression](playbooks.md#expressions).',
    '## Playbooks',
    'One a file, `playbooks/<name>.yaml`.',
    keyTable(playbook, definitions),
    '## Steps',
    'Every step has one of the keys below, which makes it a step of that kind, and may have these:',
    keyTable(pick(kinds.get('do') as JsonObject, BASE), definitions),
    ...KINDS.flatMap((kind) => kindSection(kind, kinds.get(kind) as JsonObject, definitions)),
    '## Capabilities',
    'What `do` may use. `system` is the AI system; with one among the inputs of a playbook it need not be given.',
    ...Object.values(contracts).flatMap(capabilitySection),
    '## Rules',
    'Duties to notify, one a file, `playbooks/rules/<name>.yaml`.',
    keyTable(schemaOf('rule'), {}),
    '## tocsin.yaml',
    keyTable(schemaOf('tocsin'), {}),
  ].join('\n\n')}\n`;
}

const BASE = ['id', 'title', 'when'];

const schemaOf = (name: string): JsonObject =>
  JSON.parse(editorSchemas()[`schemas/${name}.schema.json`] as string) as JsonObject;

/** As shaped for editors: each kind stands behind a condition on its key. */
function kindsOf(step: JsonObject): Map<Kind, JsonObject> {
  const ways = step.allOf as { then: JsonObject }[];
  return new Map(KINDS.map((kind) => [kind, ways.find(({ then }) => then.title === kind)?.then as JsonObject]));
}

function pick(schema: JsonObject, keys: readonly string[]): JsonObject {
  const properties = Object.entries(schema.properties as JsonObject).filter(([key]) => keys.includes(key));
  return { properties: Object.fromEntries(properties) };
}

const kindSection = (kind: Kind, schema: JsonObject, definitions: JsonObject): string[] => [
  `### \`${kind}\``,
  String(schema.description),
  keyTable(schema, definitions, BASE),
  `\`\`\`yaml\n${SAMPLES[kind]}\n\`\`\``,
];

function capabilitySection(contract: CapabilityContract): string[] {
  const { name, title, risk, undo, irreversible, outside } = contract;
  const facts = [
    `Risk: ${risk}${outside ? ', and it leaves the organisation' : ''}.`,
    ...(undo ? [`Undone by \`${undo.capability}\`.`] : []),
    ...(irreversible === undefined ? [] : [`Cannot be undone: ${irreversible}`]),
    ...provedBy(contract),
    ...(contract.proves ? ['It is a proof: `prove` may name it.'] : []),
    `One try may take ${contract.timeoutMs / 1_000} s.`,
  ];
  const fields = [...fieldsOf(contract, 'input', 'in'), ...fieldsOf(contract, 'output', 'out')];
  return [`### \`${name}\``, `${title}. ${facts.join(' ')}`, tableOf(['', 'field', 'is', 'says'], fields)];
}

/** The proof of its own family, which knows what to look for. */
function provedBy({ name, expects, leaves }: CapabilityContract): string[] {
  if (expects === undefined && leaves === undefined) return [];
  const family = `${name.split('.')[0]}.`;
  const proofs = Object.values<CapabilityContract>(contracts).filter(
    (one) => one.proves && one.name.startsWith(family),
  );
  return proofs.map((proof) => `\`prove: ${proof.name}\` confirms it.`);
}

function fieldsOf(contract: CapabilityContract, side: 'input' | 'output', word: string): string[][] {
  const schema = z.toJSONSchema(contract[side], { io: side, target: 'draft-7' });
  const rows = keyRows(JSON.parse(JSON.stringify(schema)) as JsonObject, {});
  return rows.map(([field, is, , says]) => [word, `\`${field}\``, is, says]);
}
