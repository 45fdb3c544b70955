import {
  Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type Tags,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type StringifyContext, stringifyString } from 'yaml/util';
import type { z } from 'zod';
import type { Json } from '../incident/json.ts';
import type { Diagnostic } from './diagnostics.ts';
import { elementOf, orderOf } from './key-order.ts';
import { PlaybookSource } from './schema.ts';
import { readYaml } from './yaml.ts';

/** Lines end here where they can. */
const WIDTH = 120;
/** Short by the house's habit: in one line wherever they fit. Elsewhere an author's `{ … }` and `[ … ]` stay while they fit. */
const IN_ONE_LINE = new Set(['by', 'remind', 'escalate', 'retry']);
const MEMBERS_IN_ONE_LINE = new Set(['inputs', 'form']);
/** A language that is formatted: its schema, and the keys of its words for people: what is longer than its line is folded. */
export type Language = { schema: z.ZodType; prose: ReadonlySet<string> };
const PLAYBOOKS: Language = {
  schema: PlaybookSource,
  prose: new Set(['say', 'ask', 'details', 'unattended', 'none']),
};

export type FormattedText = { text: string | null; diagnostics: Diagnostic[] };

export const formatPlaybook = (text: string, file: string): FormattedText => formatSource(text, file, PLAYBOOKS);

/**
 * The same file in its canonical form: keys in the order of the schema, one style, texts and comments as they were.
 * No text when the YAML cannot be read. What it says is compared before it is handed out.
 */
export function formatSource(text: string, file: string, { schema, prose }: Language): FormattedText {
  const source = readYaml(text, file);
  if (source.diagnostics.length > 0) return { text: null, diagnostics: source.diagnostics };
  const document = parseDocument(text.replaceAll('\r\n', '\n'), READ);
  keepHead(document.contents, () => tidy(document.contents, schema));
  layOut(document, prose);
  const formatted = document.toString(WRITE);
  const after = readYaml(formatted, file);
  if (after.diagnostics.length === 0 && same(after.value, source.value)) return { text: formatted, diagnostics: [] };
  const message =
    'formatting would change what it says, so it is left as it is; write what is unusual in it more plainly';
  return { text: null, diagnostics: [{ file, line: 1, column: 1, severity: 'error', code: 'format', message }] };
}

/** Equal but for the order of keys. */
function same(a: Json, b: Json): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i] as Json))
    );
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key] as Json, b[key] as Json))
  );
}

type Write = (item: never, context: StringifyContext, onComment?: () => void, onChompKeep?: () => void) => string;

/** As the library writes them, but folded texts keep their lines, and lists stand close within their brackets. */
const writers: Record<string, Write> = {
  'tag:yaml.org,2002:str': (item: Scalar & { value: string }, context, ...on) =>
    item.type === 'BLOCK_FOLDED'
      ? (asItStood(item, context.indent) ??
        stringifyString(item, { ...context, options: { ...context.options, lineWidth: WIDTH } }, ...on))
      : stringifyString(item, context, ...on),
  'tag:yaml.org,2002:seq': (item: YAMLSeq, context, ...on) =>
    item.toString({ ...context, flowCollectionPadding: '' }, ...on),
  'tag:yaml.org,2002:map': (item: YAMLMap, context, ...on) =>
    item.toString({ ...context, flowCollectionPadding: ' ' }, ...on),
};
const houseStyle = (tags: Tags): Tags =>
  tags.map((tag) => {
    const stringify = typeof tag === 'string' ? undefined : writers[tag.tag];
    return stringify === undefined ? tag : ({ ...(tag as object), stringify } as typeof tag);
  });
const READ = { schema: 'core', customTags: houseStyle, keepSourceTokens: true } as const;
const WRITE = { lineWidth: 0, indentSeq: true } as const;

/** A folded text line by line: where its author broke it is how it reads, above all within expressions. */
function asItStood({ srcToken }: Scalar, indent: string): string | null {
  if (srcToken?.type !== 'block-scalar') return null;
  const header = srcToken.props.find(({ type }) => type === 'block-scalar-header');
  if (!header || !/^>-?$/.test((header as { source: string }).source)) return null;
  // A remark beside the sign is for the library to write.
  if (srcToken.props.some(({ type }) => type === 'comment')) return null;
  const lines = srcToken.source.trimEnd().split('\n');
  const outer = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  // What stands further in than its first line, or before it, is folded by rules of its own.
  if (lines.some((line) => line.search(/\S/) > outer) || lines[0]?.trim() === '') return null;
  const body = lines.map((line) => (line.trim() === '' ? '' : `${indent}${line.trim()}`));
  return [(header as { source: string }).source, ...body].join('\n');
}

/** Keys in the order of the schema, blank lines only between things, quotes of one kind. */
function tidy(node: unknown, schema: z.ZodType | undefined): void {
  if (isMap(node)) {
    const order = orderOf(schema, node.items.map(keyOf));
    if (order) {
      const rank = (pair: { key: unknown }): number => {
        const at = order.keys.indexOf(keyOf(pair));
        return at < 0 ? order.keys.length : at;
      };
      node.items.sort((a, b) => rank(a) - rank(b));
    }
    for (const pair of node.items) tidy(pair.value, order ? order.inside(keyOf(pair)) : elementOf(schema));
    closeUp(node, node.items[0]?.key);
  } else if (isSeq(node)) {
    for (const item of node.items) tidy(item, elementOf(schema));
    closeUp(node, node.items[0]);
  } else if (isScalar(node) && typeof node.value === 'string' && node.type?.startsWith('QUOTE')) {
    node.type = /^[^'\\\p{C}]*"[^'\\\p{C}]*$/u.test(node.value) ? 'QUOTE_SINGLE' : 'QUOTE_DOUBLE';
  }
}

/** What stands above the first key speaks of the file, whichever key is first. */
function keepHead(contents: unknown, order: () => void): void {
  const first = isMap(contents) ? contents.items[0]?.key : undefined;
  const head = isScalar(first) ? first.commentBefore : undefined;
  if (isScalar(first)) first.commentBefore = undefined;
  order();
  if (isMap(contents)) contents.commentBefore = joined(head, contents.commentBefore);
}

const joined = (...comments: (string | null | undefined)[]): string | undefined =>
  comments.filter((one) => typeof one === 'string').join('\n') || undefined;

/** No blank line between a key, or a dash, and what it holds. */
function closeUp(node: Collection, first: unknown): void {
  node.spaceBefore = node.spaceBefore === true && isMap(node);
  if (!isScalar(first) && !isCollection(first)) return;
  first.spaceBefore = false;
  // A comment cannot stand between a dash and its first key: it stands above the step.
  if (isMap(node) && first.commentBefore) {
    node.commentBefore = joined(node.commentBefore, first.commentBefore);
    first.commentBefore = undefined;
  }
}

const keyOf = (pair: { key: unknown }): string => String((pair.key as Scalar).value);

type Collection = YAMLMap | YAMLSeq;
type Parents = readonly unknown[];

/** Decides what stands in one line, and which words are folded. */
function layOut(document: Document, prose: Language['prose']): void {
  const alone = new Document(null, READ);
  visit(document, {
    Collection(_, node, parents) {
      const wanted = node.flow === true || IN_ONE_LINE.has(nameOf(parents)) || isMember(node, parents);
      node.flow = wanted && !needsLines(node) && oneLine(node, alone).length <= WIDTH - columnOf(parents);
      return node.flow ? visit.SKIP : undefined;
    },
    Scalar(key, node, parents) {
      if (key === 'value' && prose.has(nameOf(parents)) && isLong(node, parents)) node.type = 'BLOCK_FOLDED';
    },
  });
}

/** The key whose value, or part of whose value, stands here. */
function nameOf(parents: Parents): string {
  const parent = parents.at(-1);
  return isPair(parent) ? keyOf(parent) : '';
}

/** One input, or one field of a form. */
function isMember(node: Node, parents: Parents): boolean {
  const around = parents.at(-3);
  return isMap(node) && isPair(around) && MEMBERS_IN_ONE_LINE.has(keyOf(around));
}

/** Comments, and blocks of text. */
function needsLines(node: Collection): boolean {
  let found = node.flow !== true && Boolean(node.comment || node.commentBefore);
  visit(node, {
    Node: (_, inner) => {
      inner.spaceBefore = inner === node && inner.spaceBefore === true;
      if (inner !== node && (inner.comment || inner.commentBefore)) found = true;
      if (isScalar(inner) && inner.type?.startsWith('BLOCK')) found = true;
    },
  });
  return found;
}

function oneLine(node: Collection, alone: Document): string {
  const { flow, comment, commentBefore, spaceBefore } = node;
  Object.assign(node, { flow: true, comment: undefined, commentBefore: undefined, spaceBefore: false });
  alone.contents = node as never;
  const text = alone.toString(WRITE).trimEnd();
  Object.assign(node, { flow, comment, commentBefore, spaceBefore });
  return text;
}

/** Where on its line a value begins: two columns for each list or map around it. */
function columnOf(parents: Parents): number {
  const parent = parents.at(-1);
  const own = isPair(parent) ? keyOf(parent).length + 2 : 2;
  return 2 * (parents.filter(isCollection).length - 1) + own;
}

function isLong({ value, type }: Scalar, parents: Parents): boolean {
  if (typeof value !== 'string' || type?.startsWith('BLOCK')) return false;
  return /^\S[^\p{C}]*\S$/u.test(value) && value.length > WIDTH - columnOf(parents);
}
