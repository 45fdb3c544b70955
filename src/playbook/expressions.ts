import type { ASTNode, Environment, ParseResult } from '@marcbachmann/cel-js';
import type { Json } from '../incident/json.ts';
import { evaluate, parseIn } from './cel.ts';
import type { Place } from './diagnostics.ts';
import { ExpressionError } from './expression-error.ts';
import type { Flow } from './flow.ts';
import type { Value } from './plan.ts';
import { ALL_ROOTS, checkReferences, type Root } from './references.ts';
import { TemplateError, takeApart } from './template.ts';
import { environmentWith, typeInWords } from './types.ts';
import { inputReference, type Report, reporter, type Unit } from './unit.ts';
import type { Key } from './yaml.ts';

/** Where a character of a text stands. */
export type Where = (offset: number) => Place;
export const inYaml =
  (unit: Unit, path: readonly Key[]): Where =>
  (offset) =>
    unit.source.place(path, { offset });

/** Checks an expression and tells its type, or null when something is wrong with it. */
export function checkCel(
  unit: Unit,
  cel: string,
  where: Where,
  flow: Flow,
  roots: readonly Root[] = ALL_ROOTS,
): { type: string; tree: ASTNode } | null {
  const report = reporter(unit.diagnostics);
  let parsed: ParseResult;
  try {
    parsed = parsedIn(environmentWith(unit.environment, flow.locals), cel);
  } catch (error) {
    return syntax(unit, cel, where, error, report);
  }
  const tree = parsed.ast;
  const before = unit.diagnostics.length;
  checkReferences(tree, unit, flow, roots, (offset, code, message, suggestion) =>
    report(where(offset), code, message, { suggestion }),
  );
  if (unit.diagnostics.length > before) return null;
  const result = parsed.check();
  if (result.valid) return { type: result.type ?? 'dyn', tree };
  const { error } = result;
  report(where(error?.range?.start ?? 0), 'type', `${inWords(error?.summary ?? 'this cannot be typed')} in: ${cel}`);
  return null;
}

const trees = new WeakMap<Environment, Map<string, ParseResult>>();

/** A playbook that many others run has its expressions read and typed once. */
function parsedIn(environment: Environment, cel: string): ParseResult {
  const here = trees.get(environment) ?? new Map<string, ParseResult>();
  trees.set(environment, here);
  const parsed = here.get(cel) ?? parseIn(environment, cel);
  here.set(cel, parsed);
  return parsed;
}

function syntax(unit: Unit, cel: string, where: Where, error: unknown, report: Report): null {
  const checked = unit.environment.check(cel);
  const offset = checked.valid ? 0 : (checked.error?.range?.start ?? 0);
  report(where(Math.min(offset, cel.length)), 'expression', error instanceof Error ? error.message : String(error));
  return null;
}

/** cel-js speaks of overloads and of `$inputs.system`; authors of playbooks should not have to. */
function inWords(summary: string): string {
  const overload = /^no such overload: (\S+(?: \S+)*?) (==|!=|<=|>=|<|>|\+|-|\*|\/|%|in) (.+)$/.exec(summary);
  if (overload)
    return `"${overload[2]}" cannot take ${typeInWords(overload[1] as string)} and ${typeInWords(overload[3] as string)}`;
  return summary.replaceAll(/\$(?=[a-z])/g, '').replace(/^found no matching overload for/, 'wrong arguments in');
}

export function checkCondition(
  unit: Unit,
  cel: string,
  where: Where,
  flow: Flow,
  roots: readonly Root[] = ALL_ROOTS,
): { tree: ASTNode; constant: boolean | null } | null {
  const checked = checkCel(unit, cel, where, flow, roots);
  if (!checked) return null;
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    reporter(unit.diagnostics)(
      where(0),
      'type',
      `a condition must be true or false, not ${typeInWords(checked.type)}: ${cel}`,
    );
    return null;
  }
  return { tree: checked.tree, constant: constantOf(cel, checked.tree) };
}

/** What a condition that looks at nothing always is. */
function constantOf(cel: string, tree: ASTNode): boolean | null {
  let looks = false;
  checkNames(tree, () => {
    looks = true;
  });
  if (looks) return null;
  try {
    return evaluate(cel, { inputs: {}, steps: {}, incident: {}, alert: null }) === true;
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

function checkNames(node: unknown, found: () => void): void {
  if (Array.isArray(node)) for (const item of node) checkNames(item, found);
  else if (typeof node === 'object' && node !== null && 'op' in node && 'args' in node) {
    if (node.op === 'id') found();
    else checkNames(node.args, found);
  }
}

/** A value of the plan and its type; `literal` for what stands in the text as it is. Null type: an error was reported. */
export type Typed = { value: Value; type: string | 'literal' | null };

export function compileValue(unit: Unit, json: Json, path: readonly Key[], flow: Flow): Typed {
  if (typeof json === 'string') return compileText(unit, json, inYaml(unit, path), flow);
  if (Array.isArray(json)) {
    const items = json.map((item, i) => compileValue(unit, item, [...path, i], flow));
    if (items.every((item) => item.type === 'literal')) return { value: { literal: json }, type: 'literal' };
    return { value: { list: items.map((item) => item.value) }, type: worst(items, 'list<dyn>') };
  }
  if (json !== null && typeof json === 'object') {
    const entries = Object.entries(json).map(
      ([key, item]) => [key, compileValue(unit, item, [...path, key], flow)] as const,
    );
    if (entries.every(([, item]) => item.type === 'literal')) return { value: { literal: json }, type: 'literal' };
    const map = Object.fromEntries(entries.map(([key, item]) => [key, item.value]));
    return {
      value: { map },
      type: worst(
        entries.map(([, item]) => item),
        'map<string, dyn>',
      ),
    };
  }
  return { value: { literal: json }, type: 'literal' };
}

const worst = (items: readonly Typed[], type: string): string | null =>
  items.some((item) => item.type === null) ? null : type;

export function compileText(unit: Unit, text: string, where: Where, flow: Flow): Typed {
  const report = reporter(unit.diagnostics);
  let parts: ReturnType<typeof takeApart>;
  try {
    parts = takeApart(text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(where(error.offset), 'expression', error.message);
    return { value: { literal: text }, type: null };
  }
  const [first] = parts;
  if (parts.length === 1 && first && 'text' in first) return { value: { literal: first.text }, type: 'literal' };
  const types = parts.map((part) =>
    'text' in part ? 'string' : (checkCel(unit, part.cel, (offset) => where(part.offset + offset), flow)?.type ?? null),
  );
  if (parts.length === 1 && first && 'cel' in first) return { value: { cel: first.cel }, type: types[0] ?? null };
  for (const [i, part] of parts.entries()) {
    const type = types[i];
    if (!('cel' in part) || !type || !(type.startsWith('$') || type.startsWith('map'))) continue;
    const suggestion = systemInput(unit, part.cel) ? `${part.cel}.name` : undefined;
    report(where(part.offset), 'type', `a map cannot stand in a text; name one of its fields: ${part.cel}`, {
      suggestion,
    });
  }
  const template = parts.map((part) => ('text' in part ? part.text : { cel: part.cel }));
  return { value: { template }, type: types.includes(null) ? null : 'string' };
}

export const textOf = (unit: Unit, text: string, path: readonly Key[], flow: Flow): Typed =>
  compileText(unit, text, inYaml(unit, path), flow);

/** The name of the ai-system input that this expression is, if it is one. */
export function systemInput(unit: Unit, cel: string): string | null {
  const names = Object.keys(unit.inputs).filter((name) => unit.inputs[name] === 'ai-system');
  const plain = cel.replaceAll(/\s/g, '').replaceAll("'", '"');
  return names.find((name) => plain === inputReference(name) || plain === `inputs[${JSON.stringify(name)}]`) ?? null;
}
