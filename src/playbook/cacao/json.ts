import type { Json, JsonObject } from '../../incident/json.ts';

export type JsonPath = readonly (string | number)[];

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The own property, never one of the prototype: documents come from strangers. */
export const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

export function text(object: JsonObject, key: string): string | null {
  const value = own(object, key);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

export function child(object: JsonObject, key: string): JsonObject | null {
  const value = own(object, key);
  return isObject(value) ? value : null;
}

/** `$.workflow["start-node"].next_step` */
export const pathText = (path: JsonPath): string =>
  `$${path
    .map((key) =>
      typeof key === 'number' ? `[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    )
    .join('')}`;

/** Where two values differ, the outermost places first in the order of the left. */
export function differences(left: Json | undefined, right: Json | undefined, path: JsonPath = []): JsonPath[] {
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length)
    return left.flatMap((item, i) => differences(item, right[i], [...path, i]));
  if (isObject(left) && isObject(right))
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(own(left, key), own(right, key), [...path, key]),
    );
  return Object.is(left, right) ? [] : [path];
}

export const same = (left: Json, right: Json): boolean => differences(left, right).length === 0;
