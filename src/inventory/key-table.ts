import type { Json, JsonObject } from '../incident/json.ts';

/** Tables of keys, for the reference page, from the JSON Schemas that editors use. Keys inside a key are written as `retry.attempts`. */
export function keyTable(schema: JsonObject, definitions: JsonObject, leaveOut: readonly string[] = []): string {
  const rows = keyRows(schema, definitions).filter(([key]) => !leaveOut.includes(key));
  return tableOf(
    ['key', 'takes', 'needed', 'says'],
    rows.map(([key, ...rest]) => [`\`${key}\``, ...rest]),
  );
}

export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n');

type Row = [key: string, takes: string, needed: string, says: string];

export function keyRows(schema: JsonObject, definitions: JsonObject, prefix = ''): Row[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, JsonObject>).flatMap(([key, one]): Row[] => {
    const needed = required.includes(key) && one.default === undefined;
    const says = [textOf(one.description), defaultOf(one.default)].filter((text) => text !== '').join('; ');
    return [
      [`${prefix}${key}`, takes(one, definitions), needed ? 'yes' : '', says],
      ...inside(one, definitions, `${prefix}${key}`),
    ];
  });
}

/** Keys of the objects that a key takes: itself, by name, in a list, or as one of several ways. */
function inside(schema: JsonObject, definitions: JsonObject, key: string): Row[] {
  if (schema.properties) return keyRows(schema, definitions, `${key}.`);
  if (isObject(schema.additionalProperties)) return inside(schema.additionalProperties, definitions, `${key}.<name>`);
  if (isObject(schema.items)) return inside(schema.items, definitions, `${key}[]`);
  const ways = (schema.anyOf ?? schema.oneOf ?? []) as JsonObject[];
  if (ways.some(kindOf)) return ways.flatMap((way) => inside(way, definitions, `${key}(${kindOf(way)})`));
  const seen = new Set<string>();
  return ways.flatMap((way) => inside(way, definitions, key)).filter(([one]) => !seen.has(one) && seen.add(one));
}

/** Ways that are told apart by their `kind` have each its own keys. */
const kindOf = ({ properties }: JsonObject): string | undefined =>
  ((properties as JsonObject | undefined)?.kind as { const?: string } | undefined)?.const;

/** What a value may be, in words. */
function takes(schema: JsonObject, definitions: JsonObject): string {
  const to = schema.$ref ?? ((schema.allOf as JsonObject[] | undefined)?.[0]?.$ref as Json | undefined);
  if (typeof to === 'string') return WORDS[to.slice('#/definitions/'.length)] ?? to;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  const ways = (schema.anyOf ?? schema.oneOf) as JsonObject[] | undefined;
  if (ways) return [...new Set(ways.map((way) => takes(way, definitions)))].join(' or ');
  switch (schema.type) {
    case 'string':
      return textKind(schema);
    case 'integer':
    case 'number':
      return rangeOf(schema);
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return listOf(isObject(schema.items) ? takes(schema.items, definitions) : 'values');
    default:
      return isObject(schema.additionalProperties)
        ? `${takes(schema.additionalProperties, definitions)}, by name`
        : 'keys';
  }
}

const listOf = (what: string): string => (what === WORDS.step ? 'steps' : `list of ${what}`);

/** Definitions of the schema of playbooks. */
const WORDS: Readonly<Record<string, string>> = {
  step: 'a step',
  steps: 'steps',
  json: 'any value',
  capability: 'a capability',
};

function textKind({ pattern, description, format }: JsonObject): string {
  if (format === 'email') return 'e-mail address';
  if (typeof pattern !== 'string') return /\bCEL\b/.test(textOf(description)) ? 'CEL' : 'text';
  if (pattern.includes('\\d{1,4})d')) return 'duration';
  return pattern.startsWith('^[a-z][a-z0-9]*(-') ? 'name' : 'text';
}

function rangeOf({ minimum, maximum, exclusiveMinimum, type }: JsonObject): string {
  const least = minimum ?? (exclusiveMinimum === 0 && type === 'integer' ? 1 : undefined);
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const what = type === 'integer' ? 'whole number' : 'number';
  if (least !== undefined && most !== undefined) return `${what}, ${least} to ${most}`;
  return least === undefined ? what : `${what}, at least ${least}`;
}

const defaultOf = (value: Json | undefined): string =>
  value === undefined || (typeof value === 'object' && value !== null) ? '' : `\`${String(value)}\` if absent`;

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
