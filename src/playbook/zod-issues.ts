import { z } from 'zod';
import type { Json } from '../incident/json.ts';
import type { Code } from './codes.ts';
import type { Diagnostic } from './diagnostics.ts';
import { didYouMean } from './names.ts';
import type { Key, YamlSource } from './yaml.ts';

/** Validates what was read from YAML; every problem becomes a diagnostic with its place. Null when there was one. */
export function validate<T>(schema: z.ZodType<T>, source: YamlSource): { value: T | null; diagnostics: Diagnostic[] } {
  if (source.diagnostics.length > 0) return { value: null, diagnostics: source.diagnostics };
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return { value: parsed.data, diagnostics: [] };
  const found: Found[] = [];
  for (const issue of parsed.error.issues) explain(issue, [], schema, source, found);
  // A misspelt key is one mistake, not also a missing one.
  const misspelt = new Set(found.flatMap((one) => (one.code === 'unknown-key' ? [one.about] : [])));
  const told = found.filter((one) => one.code !== 'missing-key' || !misspelt.has(one.about));
  return { value: null, diagnostics: told.map(({ about: _, ...diagnostic }) => diagnostic) };
}

/** `about`: the path of the key that is missing, or that a misspelt one stands for. */
type Found = Diagnostic & { about: string };

type Issue = z.core.$ZodIssue;

function explain(issue: Issue, prefix: readonly Key[], root: z.ZodType, source: YamlSource, out: Found[]): void {
  const path = [...prefix, ...(issue.path as Key[])];
  const report = (place: { path: readonly Key[]; key?: boolean }, code: Code, message: string, suggestion?: string) =>
    out.push({
      ...source.place(place.path, { key: place.key ?? false }),
      severity: 'error',
      code,
      message,
      about: (code === 'missing-key' ? path : [...place.path.slice(0, -1), suggestion ?? '']).join('/'),
      ...(suggestion !== undefined && { suggestion }),
    });
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(schemaAt(root, source.value, path));
      for (const key of issue.keys)
        report({ path: [...path, key], key: true }, 'unknown-key', `unknown key "${key}"`, didYouMean(key, known));
      return;
    }
    case 'invalid_union': {
      const union = schemaAt(root, source.value, path, { keepUnion: true });
      const input = valueAt(source.value, path);
      const option = union ? choose(optionsOf(union), input) : null;
      if (!option) {
        // By convention the first key of a shape is the one that tells it apart.
        const offered = optionsOf(union).flatMap((one) => requiredKeys(one).slice(0, 1));
        const known = optionsOf(union).flatMap(keysOf);
        const strange = isRecord(input) ? Object.keys(input).filter((key) => !known.includes(key)) : [];
        const near = strange.map((key) => [key, didYouMean(key, offered)] as const).find(([, name]) => name);
        if (near) report({ path: [...path, near[0]], key: true }, 'unknown-key', `unknown key "${near[0]}"`, near[1]);
        else
          report(
            { path },
            'shape',
            offered.length > 0 ? `one of these keys is needed: ${offered.join(', ')}` : shapes(union),
          );
        return;
      }
      const meant = issue.errors[optionsOf(union).indexOf(option)] ?? [];
      for (const inner of meant) explain(inner, path, root, source, out);
      return;
    }
    case 'invalid_type':
      if (issue.input === undefined && valueAt(source.value, path) === undefined)
        report({ path: path.slice(0, -1) }, 'missing-key', `"${String(path.at(-1))}" is missing`);
      else report({ path }, 'type', `expected ${typeName(issue.expected)}, not ${shown(valueAt(source.value, path))}`);
      return;
    case 'invalid_value': {
      const value = valueAt(source.value, path);
      if (value === undefined)
        return void report({ path: path.slice(0, -1) }, 'missing-key', `"${String(path.at(-1))}" is missing`);
      const allowed = issue.values.map(String);
      report(
        { path },
        'value',
        `${shown(value)} is not one of ${allowed.join(', ')}`,
        didYouMean(String(value), allowed),
      );
      return;
    }
    case 'invalid_key':
      for (const inner of issue.issues)
        report({ path, key: true }, 'name', `"${String(path.at(-1))}" cannot be a name here: ${inner.message}`);
      return;
    default:
      report({ path }, 'value', issue.message);
  }
}

const isRecord = (value: unknown): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(value: Json, path: readonly Key[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isRecord(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

const shown = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return isRecord(value)
    ? 'a map'
    : Array.isArray(value)
      ? 'a list'
      : text.length > 60
        ? `${text.slice(0, 57)}…`
        : text;
};
const TYPE_NAMES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};
const typeName = (expected: string) => TYPE_NAMES[expected] ?? expected;

function unwrap(schema: z.ZodType): z.ZodType {
  let at = schema;
  for (;;) {
    if (
      at instanceof z.ZodOptional ||
      at instanceof z.ZodDefault ||
      at instanceof z.ZodNullable ||
      at instanceof z.ZodLazy
    )
      at = at.unwrap() as z.ZodType;
    else return at;
  }
}

const optionsOf = (schema: z.ZodType | null): z.ZodType[] =>
  schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]).map(unwrap) : [];

const requiredKeys = (schema: z.ZodType): string[] =>
  schema instanceof z.ZodObject
    ? Object.entries(schema.shape).flatMap(([key, field]) =>
        field instanceof z.ZodOptional || field instanceof z.ZodDefault ? [] : [key],
      )
    : [];

const keysOf = (schema: z.ZodType | null): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape as Record<string, unknown>) : [];

const shapes = (schema: z.ZodType | null) =>
  `expected ${optionsOf(schema)
    .map((option) => typeName(option.type))
    .join(' or ')}`;

/** The option of a union that the author most likely meant: by its required keys, else by its plain type. */
function choose(options: z.ZodType[], input: Json | undefined): z.ZodType | null {
  if (!isRecord(input)) {
    const type = Array.isArray(input) ? 'array' : typeof input;
    return options.find((option) => option.type === type) ?? null;
  }
  const scored = options.map((option) => {
    const have = requiredKeys(option).filter((key) => Object.hasOwn(input, key)).length;
    const known = keysOf(option).filter((key) => Object.hasOwn(input, key)).length;
    return { option, have, known };
  });
  const best = scored
    .filter(({ option, have }) => have > 0 || (option instanceof z.ZodObject && requiredKeys(option).length === 0))
    .sort((a, b) => b.have - a.have || b.known - a.known)[0];
  return best?.option ?? options.find((option) => option.type === 'record') ?? null;
}

function schemaAt(root: z.ZodType, value: Json, path: readonly Key[], { keepUnion = false } = {}): z.ZodType | null {
  let schema: z.ZodType | null = unwrap(root);
  let at: Json | undefined = value;
  const settle = () => {
    while (schema instanceof z.ZodUnion) schema = choose(optionsOf(schema), at);
  };
  for (const key of path) {
    settle();
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<string, z.ZodType>)[String(key)] ?? null;
    else if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType as z.ZodType;
    else return null;
    if (!schema) return null;
    schema = unwrap(schema);
    at = at === undefined ? undefined : valueAt(at, [key]);
  }
  if (!keepUnion) settle();
  return schema;
}
