import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { Json, JsonObject } from '../incident/json.ts';
import { boundedResult, Meter, SOURCE_CHARS_MAX } from './cel-cost.ts';
import { typeInWords } from './cel-functions.ts';
import { type Frame, run } from './cel-run.ts';
import { ExpressionError } from './expression-error.ts';
import type { Value } from './plan.ts';

/**
 * CEL, of which `@marcbachmann/cel-js` parses and type-checks and Tocsin evaluates. Neither kept library could do it alone:
 * `@bufbuild/cel` 0.6.1 has no exported checker, reads JSON numbers as doubles so that `x + 1` throws, and takes nine times as
 * long to load; both evaluate nested comprehensions for as long as they please, and cel-js hands patterns to a backtracking
 * RegExp, ints to BigInt and dates to the machine's locale. An evaluator of its own over the checked tree (cel-run.ts) counts
 * what it spends, so that an expression that would run for ever ends in the same ExpressionError on every replay; its numbers
 * are JSON's, and its patterns RE2's.
 */
export type Scope = { inputs: JsonObject; steps: Record<string, JsonObject>; incident: JsonObject; alert: Json };

export { ExpressionError } from './expression-error.ts';

const PROGRAMS_KEPT_MAX = 2_000;
export const LIMITS = { maxAstNodes: 400, maxDepth: 24, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 4 };

const parser = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false, limits: LIMITS });
const programs = new Map<string, ASTNode>();

/** The tree of an expression; throws ExpressionError. */
export function parse(cel: string): ASTNode {
  const known = programs.get(cel);
  if (known) return known;
  const { ast: tree } = parseIn(parser, cel);
  // Cleared whole: cheap, and what is in use comes back at once.
  if (programs.size >= PROGRAMS_KEPT_MAX) programs.clear();
  programs.set(cel, tree);
  return tree;
}

/** The tree of an expression that can be type-checked there, and there alone: types are noted in the tree. Throws ExpressionError. */
export function parseIn(environment: Environment, cel: string): ParseResult {
  if (cel.length > SOURCE_CHARS_MAX)
    throw new ExpressionError(`the expression is longer than ${SOURCE_CHARS_MAX.toLocaleString('en')} characters`);
  try {
    return environment.parse(cel);
  } catch (error) {
    throw new ExpressionError(`${summary(error)} in: ${excerpt(cel)}`);
  }
}

/** Throws ExpressionError. The result may share parts with the scope: treat both as read-only. */
export function evaluate(cel: string, scope: Scope): Json {
  const tree = parse(cel);
  try {
    return boundedResult(run(tree, scope as Frame['names'], new Meter()));
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(`${error.message} in: ${excerpt(cel)}`);
    // A bug of ours, or a stack that was too deep, must still be a failed step and never an exception that is retried for ever.
    throw new ExpressionError(`${summary(error)} in: ${excerpt(cel)}`);
  }
}

export function evaluateCondition(cel: string, scope: Scope): boolean {
  const result = evaluate(cel, scope);
  if (typeof result === 'boolean') return result;
  throw new ExpressionError(`a condition must be true or false, not ${typeInWords(result)}, in: ${excerpt(cel)}`);
}

/** Computes a value of the plan. A lone `${x}` keeps its type; in a longer template it becomes text. */
export function resolveValue(value: Value, scope: Scope): Json {
  if ('literal' in value) return value.literal;
  if ('cel' in value) return evaluate(value.cel, scope);
  if ('list' in value) return value.list.map((item) => resolveValue(item, scope));
  if ('map' in value)
    return Object.fromEntries(Object.entries(value.map).map(([key, item]) => [key, resolveValue(item, scope)]));
  const parts = value.template.map((part) =>
    typeof part === 'string' ? part : inText(evaluate(part.cel, scope), part.cel),
  );
  return boundedResult(parts.join(''));
}

function inText(value: Json, cel: string): string {
  if (Array.isArray(value)) return value.map((item) => inText(item, cel)).join(', ');
  if (value !== null && typeof value !== 'object') return String(value);
  throw new ExpressionError(`\${${excerpt(cel)}} is ${typeInWords(value)}, which has no text; name one of its fields`);
}

const excerpt = (cel: string): string => (cel.length > 200 ? `${cel.slice(0, 200)}…` : cel);

function summary(error: unknown): string {
  if (error instanceof Error && 'summary' in error && typeof error.summary === 'string') return error.summary;
  return error instanceof Error ? error.message : String(error);
}
