import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json, JsonObject } from '../incident/json.ts';
import { parse } from './cel.ts';

/** What an expression may look at, but for the alert and the incident. */
export type Readable = { inputs: JsonObject; steps: Record<string, JsonObject>; locals?: JsonObject | undefined };

/**
 * The part of a scope that an expression mentions: whoever is given it, and what is not in it, can evaluate the expression. Where
 * the name of an input or a step is computed, all of them are part of it.
 */
export function readsOf(cel: string, { inputs, steps, locals = {} }: Readable): JsonObject {
  const known: JsonObject = {};
  const take = (root: 'inputs' | 'steps', name: string | null): void => {
    const all: JsonObject = root === 'inputs' ? inputs : steps;
    const part = (known[root] ?? {}) as JsonObject;
    known[root] = name === null ? { ...all } : { ...part, ...own(all, name) };
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    if (!isNode(node)) return;
    const named = nameRead(node);
    if (named) take(...named);
    else if (node.op === 'id' && (node.args === 'inputs' || node.args === 'steps')) take(node.args, null);
    else if (node.op === 'id') Object.assign(known, own(locals, node.args));
    else visit(node.args);
  };
  visit(parse(cel));
  return known;
}

/** The steps that an expression names; `all`: it may look at any, for a name is computed, or it looks at all of them. */
export function stepsNamed(cel: string): ReadonlySet<string> | 'all' {
  const named = new Set<string>();
  /** False: it may look at any. */
  const visit = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.every(visit);
    if (!isNode(node)) return true;
    const read = nameRead(node);
    if (!read) return node.op === 'id' ? node.args !== 'steps' : visit(node.args);
    if (read[0] === 'steps') named.add(read[1]);
    return true;
  };
  return visit(parse(cel)) ? named : 'all';
}

/** `inputs.x`, `steps["x"]`, `"x" in steps`. */
function nameRead(node: ASTNode): ['inputs' | 'steps', string] | null {
  if (node.op !== '.' && node.op !== '[]' && node.op !== 'in') return null;
  const [first, second] = node.args as [ASTNode, ASTNode | string];
  const [map, key] = node.op === 'in' ? [second, first] : [first, second];
  if (!isNode(map) || map.op !== 'id' || (map.args !== 'inputs' && map.args !== 'steps')) return null;
  const name = isNode(key) ? (key.op === 'value' ? key.args : null) : key;
  return typeof name === 'string' ? [map.args, name] : null;
}

const own = (map: JsonObject, name: string): JsonObject =>
  Object.hasOwn(map, name) ? { [name]: map[name] as Json } : {};

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
