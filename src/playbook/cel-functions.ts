import type { Json } from '../incident/json.ts';
import type { Meter } from './cel-cost.ts';
import { ExpressionError } from './expression-error.ts';

/** The functions an expression may call. No clock, no locale, no randomness: the same answer on every replay. */
type Fn = (meter: Meter, args: Json[]) => Json;

export const functions: Readonly<Record<string, Fn>> = {
  size: (meter, [value]) => size(meter, value as Json),
  string: (_, [value]) => {
    if (value !== null && typeof value === 'object') throw mismatch('string()', value);
    return String(value);
  },
  int: (_, [value]) => {
    if (typeof value === 'number') return Math.trunc(value) + 0;
    if (typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value)) return Number(value) + 0;
    throw mismatch('int()', value as Json);
  },
  double: (_, [value]) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value) + 0;
    throw mismatch('double()', value as Json);
  },
  bool: (_, [value]) => {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw mismatch('bool()', value as Json);
  },
  dyn: (_, [value]) => value as Json,
};

/** Called on a value: `text.startsWith("a")`. The receiver is the first argument. */
export const methods: Readonly<Record<string, Fn>> = {
  size: (meter, [value]) => size(meter, value as Json),
  startsWith: (meter, [a, b]) => text(meter, a, 'startsWith').startsWith(text(meter, b, 'startsWith')),
  endsWith: (meter, [a, b]) => text(meter, a, 'endsWith').endsWith(text(meter, b, 'endsWith')),
  contains: (meter, [a, b]) => {
    const [whole, part] = sought(meter, a, b, 'contains');
    return whole.includes(part);
  },
  matches: (meter, [a, b]) => meter.matches(text(meter, a, 'matches'), text(meter, b, 'matches')),
  // ASCII only, as CEL says; toLowerCase would also fold other alphabets, and may change with the Unicode version.
  lowerAscii: (meter, [a]) => text(meter, a, 'lowerAscii').replace(/[A-Z]/g, (c) => c.toLowerCase()),
  upperAscii: (meter, [a]) => text(meter, a, 'upperAscii').replace(/[a-z]/g, (c) => c.toUpperCase()),
  trim: (meter, [a]) => text(meter, a, 'trim').trim(),
  split: (meter, [a, b]) => {
    const [whole, separator] = sought(meter, a, b, 'split');
    const parts = whole.split(separator);
    meter.spend(parts.length);
    return parts;
  },
  join: (meter, [list, by]) => {
    if (!Array.isArray(list)) throw mismatch('join()', list as Json);
    const between = by === undefined ? '' : text(meter, by, 'join');
    let joined = '';
    for (const [i, item] of list.entries())
      joined = meter.text(joined + (i ? between : '') + text(meter, item, 'join'));
    return joined;
  },
};

/** How many arguments each takes, without the receiver. */
export const arity: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(Object.keys(functions).map((name) => [name, [1]])),
};
export const methodArity: Readonly<Record<string, readonly number[]>> = {
  size: [0],
  lowerAscii: [0],
  upperAscii: [0],
  trim: [0],
  startsWith: [1],
  endsWith: [1],
  contains: [1],
  matches: [1],
  split: [1],
  join: [0, 1],
};

/** Macros over a list (or the keys of a map): `list.map(x, …)`. */
export const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
export type Macro = (typeof MACROS)[number];

function size(meter: Meter, value: Json): number {
  if (typeof value === 'string') return [...meter.text(value)].length;
  if (Array.isArray(value)) return value.length;
  if (value !== null && typeof value === 'object') return Object.keys(value).length;
  throw mismatch('size()', value);
}

function text(meter: Meter, value: Json | undefined, name: string): string {
  if (typeof value !== 'string') throw mismatch(`${name}()`, value as Json);
  return meter.text(value);
}

function sought(meter: Meter, a: Json | undefined, b: Json | undefined, name: string): [whole: string, part: string] {
  const whole = text(meter, a, name);
  const part = text(meter, b, name);
  meter.search(whole, part);
  return [whole, part];
}

export function typeInWords(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return { string: 'a text', number: 'a number', boolean: 'true or false', object: 'a map' }[
    typeof value as 'string' | 'number' | 'boolean' | 'object'
  ];
}

const mismatch = (name: string, value: Json) => new ExpressionError(`${name} cannot take ${typeInWords(value)}`);
