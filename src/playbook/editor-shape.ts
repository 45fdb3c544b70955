// biome-ignore-all lint/suspicious/noTemplateCurlyInString: places to fill in
import type { CapabilityContract } from '../capabilities/contract.ts';
import { contracts } from '../capabilities/contracts.ts';
import type { Json, JsonObject } from '../incident/json.ts';
import { CAPABILITY_FORMAT, KINDS, type Kind } from './step-source.ts';

/**
 * Shapes the schema of playbooks for editors; what it accepts stays the same, but that a capability's name must be known. A union of
 * step kinds makes them offer the keys of every kind and blame a typo on all of them. Asked by its own key, each kind answers for itself.
 */
export function shapedForEditors(schema: JsonObject): JsonObject {
  const definitions = Object.entries((schema.definitions ?? {}) as Record<string, JsonObject>);
  const names = new Map(definitions.map(([name, one]) => [`#/definitions/${name}`, nameOf(name, one)]));
  const shaped = definitions.map(([name, one]): [string, JsonObject] => [
    nameOf(name, one),
    kindsOf(one) ? byKind(one) : one,
  ]);
  return replaced({ ...schema, definitions: { capability, ...Object.fromEntries(shaped) } }, names) as JsonObject;
}

/** A schema of its own for each kind of step, by the key that makes it one. */
function kindsOf({ anyOf }: JsonObject): Map<Kind, JsonObject> | null {
  if (!Array.isArray(anyOf)) return null;
  const found = (anyOf as JsonObject[]).flatMap((one) => {
    const kind = KINDS.find((key) => Array.isArray(one.required) && one.required[0] === key);
    return kind ? [[kind, one] as const] : [];
  });
  return found.length === KINDS.length ? new Map(found) : null;
}

/** Generated schemas number their definitions; whoever reads one should not have to count. */
function nameOf(name: string, schema: JsonObject): string {
  if (kindsOf(schema)) return 'step';
  if (schema.type === 'array') return 'steps';
  return Array.isArray(schema.anyOf) ? 'json' : name;
}

function byKind(step: JsonObject): JsonObject {
  const kinds = kindsOf(step) as Map<Kind, JsonObject>;
  const keyOf = (kind: Kind) => ((kinds.get(kind) as JsonObject).properties as JsonObject)[kind] as JsonObject;
  const { id, title, when } = (kinds.get('do') as JsonObject).properties as JsonObject;
  const begin = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      { description: `${kinds.get(kind)?.description} ${keyOf(kind).description ?? ''}`.trim() },
    ]),
  );
  const isOf = (kind: Kind) => ({ type: 'object', required: [kind] });
  const isOfNone = { not: { anyOf: KINDS.map(isOf) } };
  return {
    type: 'object',
    title: 'step',
    allOf: [
      ...KINDS.map((kind) => ({ if: isOf(kind), then: { title: kind, ...kinds.get(kind) } })),
      // What to begin with, and what is wrong when nothing does: an editor shows the message in place of its own.
      { if: isOfNone, then: { properties: { ...begin, id, title, when }, defaultSnippets: snippetsFor(kinds) } },
      {
        if: isOfNone,
        then: { type: 'null', errorMessage: `A step says what it does by one of these keys: ${KINDS.join(', ')}.` },
      },
    ],
  } as JsonObject;
}

const snippetsFor = (kinds: ReadonlyMap<Kind, JsonObject>) =>
  KINDS.map((kind) => ({ label: `${kind} step`, description: kinds.get(kind)?.description, body: SNIPPETS[kind] }));

const APPROVERS = [{ role: '${2:incident-commander}' }];

/** What an editor writes for each kind: whatever it must have, with places to fill in. */
const SNIPPETS: Record<Kind, JsonObject> = {
  do: { do: '${1:model.inspect}' },
  ask: { ask: '${1:Question}?', by: APPROVERS, within: '${3:15m}', 'on-deny': [] },
  task: { task: '${1:What to do}', by: APPROVERS, within: '${3:1h}' },
  say: { say: '${1:Text}', to: '${2:stakeholders}' },
  wait: { wait: '${1:10m}' },
  if: { if: '${1:condition}', then: [{ do: '${2:model.inspect}' }] },
  parallel: { parallel: { '${1:one}': [{ do: '${2:model.inspect}' }], '${3:other}': [{ do: '${4:model.verify}' }] } },
  run: { run: '${1:playbook}' },
  oblige: { oblige: '${1:rule}', by: '${2:legal-counsel}' },
  try: { try: [{ do: '${1:model.inspect}' }], 'on-failure': [{ say: '${2:Text}', to: '${3:stakeholders}' }] },
  each: { each: '${1:inputs.systems}', as: '${2:system}', steps: [{ do: '${3:model.inspect}' }] },
  repeat: { repeat: { until: '${1:condition}', times: 5, every: '${2:2m}' }, steps: [{ do: '${3:model.probe}' }] },
};

const sentence = ({ title, risk, undo }: CapabilityContract): string =>
  `${title}: ${risk}${undo ? `, undone by ${undo.capability}` : ''}.`;

const capability: JsonObject = {
  type: 'string',
  enum: Object.keys(contracts),
  markdownEnumDescriptions: Object.values(contracts).map(sentence),
};

/** Points to definitions by their new names, and to the list of capabilities where one is named. */
function replaced(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((one) => replaced(one, names));
  if (typeof value !== 'object' || value === null) return value;
  if (value.format === CAPABILITY_FORMAT)
    return { description: value.description ?? '', allOf: [{ $ref: '#/definitions/capability' }] };
  if (Array.isArray(value.anyOf))
    return { ...within(value, names), anyOf: value.anyOf.map((one) => titled(one, names)) };
  if (typeof value.$ref === 'string') return { ...value, $ref: `#/definitions/${names.get(value.$ref)}` };
  return within(value, names);
}

const within = (value: JsonObject, names: ReadonlyMap<string, string>): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, names)]));

/** Editors name the ways of an alternative by their titles. */
function titled(way: Json, names: ReadonlyMap<string, string>): Json {
  const made = replaced(way, names);
  if (typeof made !== 'object' || made === null || Array.isArray(made) || made.type !== 'object') return made;
  return made.description === undefined ? made : { title: made.description, ...made };
}
