import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
} from 'yaml';
import type { Json } from '../incident/json.ts';
import type { Code } from './codes.ts';
import type { Diagnostic, Place } from './diagnostics.ts';

const BYTES_MAX = 2_000_000;
const DEPTH_MAX = 100;
const TOO_DEEP = `values are nested deeper than ${DEPTH_MAX} levels`;

export type Key = string | number;

/** A YAML text that has been read, and where each of its values stands. */
export type YamlSource = {
  file: string;
  value: Json;
  diagnostics: Diagnostic[];
  /** Where the value at this path begins (or, for `key`, its key); the nearest enclosing one if it is absent. `offset`: characters into a text. */
  place(path: readonly Key[], options?: { key?: boolean; offset?: number }): Place;
};

/**
 * Reads YAML 1.2 of which only the plain part is allowed: no anchors and aliases (a few lines of them can stand for gigabytes),
 * no tags, no merge keys, no duplicate keys, one document. What cannot be read is a diagnostic, never an exception.
 */
export function readYaml(input: string | Uint8Array, file: string): YamlSource {
  const broken = (code: Code, message: string): YamlSource => ({
    file,
    value: null,
    diagnostics: [{ file, line: 1, column: 1, severity: 'error', code, message }],
    place: () => ({ file, line: 1, column: 1 }),
  });
  if (input.length > BYTES_MAX) return broken('too-large', 'the file is larger than 2 MB');
  let text: string;
  try {
    text = typeof input === 'string' ? input : new TextDecoder('utf-8', { fatal: true }).decode(input);
  } catch {
    return broken('not-utf-8', 'the file is not UTF-8 text; save it as UTF-8');
  }
  if (deepest(text) > DEPTH_MAX) return broken('too-deep', TOO_DEEP);
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      schema: 'core',
      merge: false,
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    return broken('yaml', `the YAML cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  // The parser calls itself for each level of indentation: where its stack ends depends on the machine.
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return broken('too-deep', TOO_DEEP);
  const diagnostics = problems(document, at);
  return {
    file,
    value: diagnostics.length > 0 ? null : plain(document.contents),
    diagnostics,
    place: (path, options = {}) => placeOf(document, text, path, options, at),
  };
}

/** Open brackets, before a recursive parser meets them. Indentation, where each level costs a longer line, is looked at after. */
function deepest(text: string): number {
  let open = 0;
  let most = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g))
    if (bracket === '[' || bracket === '{') most = Math.max(most, ++open);
    else open = Math.max(0, open - 1);
  return most;
}

function problems(document: Document.Parsed, at: (offset: number) => Place): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (offset: number, code: Code, message: string) =>
    found.push({ ...at(offset), severity: 'error', code, message });
  for (const error of document.errors)
    if (error.code === 'DUPLICATE_KEY') report(error.pos[0], 'duplicate-key', 'this key stands here twice; keep one');
    else if (error.code === 'MULTIPLE_DOCS') report(error.pos[0], 'yaml', 'one document a file; remove the "---"');
    else report(error.pos[0], 'yaml', lowerFirst(error.message));
  const look = (node: unknown, depth: number): void => {
    if (isAlias(node))
      report(start(node), 'alias', `aliases are not allowed; write out what *${node.source} stands for`);
    if (!isScalar(node) && !isCollection(node)) return;
    if (node.anchor) report(start(node), 'alias', `anchors are not allowed; remove &${node.anchor}`);
    if (node.tag) report(start(node), 'tag', `tags are not allowed; remove ${shortTag(node.tag)}`);
    if (!isCollection(node)) return;
    if (depth >= DEPTH_MAX) {
      report(start(node), 'too-deep', TOO_DEEP);
      return;
    }
    for (const item of node.items) {
      if (!isPair(item)) {
        look(item, depth + 1);
        continue;
      }
      if (isScalar(item.key) && (item.key.value === '<<' || item.key.value === '__proto__'))
        report(start(item.key), 'merge-key', `"${String(item.key.value)}" is not allowed as a key`);
      look(item.key, depth + 1);
      look(item.value, depth + 1);
    }
  };
  look(document.contents, 0);
  if (found.length === 0 && document.contents === null) report(0, 'yaml', 'the file is empty');
  return found;
}

const shortTag = (tag: string): string => tag.replace('tag:yaml.org,2002:', '!!');
const start = (node: unknown): number => (node as { range?: [number, number, number] | null }).range?.[0] ?? 0;
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function plain(node: unknown): Json {
  if (isMap(node))
    return Object.fromEntries(
      node.items.map((pair) => [String((pair.key as { value: unknown }).value), plain(pair.value)]),
    );
  if (isSeq(node)) return node.items.map(plain);
  if (!isScalar(node)) return null;
  const { value } = node;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(node.source);
  return null;
}

function placeOf(
  document: Document.Parsed,
  text: string,
  path: readonly Key[],
  options: { key?: boolean; offset?: number },
  at: (offset: number) => Place,
): Place {
  let node: unknown = document.contents;
  let key: unknown = null;
  for (const [i, step] of path.entries()) {
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : undefined;
    const next: unknown = isSeq(node) ? node.items[Number(step)] : pair?.value;
    if (pair && (options.key || next === null) && i === path.length - 1) return at(start(pair.key));
    if (next === undefined || next === null) return at(start(node));
    key = pair?.key ?? key;
    node = next;
  }
  if (options.offset !== undefined && isScalar(node) && typeof node.value === 'string') {
    const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
    const begin = start(node) + quote;
    // Exact only where the text stands as it is: no escapes, no folding.
    if (text.startsWith(node.value, begin)) return at(begin + options.offset);
  }
  return at(start(node));
}
