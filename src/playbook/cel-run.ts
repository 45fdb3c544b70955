import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json, JsonObject } from '../incident/json.ts';
import type { Meter } from './cel-cost.ts';
import { arity, functions, MACROS, type Macro, methodArity, methods, typeInWords } from './cel-functions.ts';
import { ExpressionError } from './expression-error.ts';
import { leftOutputs, PROVED } from './proved.ts';

/** Names in sight: the scope, and inside a comprehension its variable. */
export type Frame = { names: Readonly<Record<string, Json>>; outer: Frame | null };

/** Evaluates a tree over plain JSON. `&&`, `||` and `?:` look at what they need, left to right. */
export function run(tree: ASTNode, names: Frame['names'], meter: Meter): Json {
  return value(tree, { names, outer: null }, meter);
}

function value(node: ASTNode, frame: Frame, meter: Meter): Json {
  meter.spend(1);
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case 'id':
      return lookUp(node.args, frame);
    case '.':
      return field(value(node.args[0], frame, meter), node.args[1]);
    case '[]':
      return element(value(node.args[0], frame, meter), value(node.args[1], frame, meter));
    case 'call':
      return call(node, node.args[0], node.args[1], frame, meter);
    case 'rcall':
      return callOn(node.args[0], node.args[1], node.args[2], frame, meter);
    case 'list':
      return node.args.map((item) => value(item, frame, meter));
    case 'map':
      return Object.fromEntries(
        node.args.map(([key, item]) => [mapKey(value(key, frame, meter)), value(item, frame, meter)]),
      );
    case '?:':
      return value(truth(node.args[0], frame, meter) ? node.args[1] : node.args[2], frame, meter);
    case '&&':
      return truth(node.args[0], frame, meter) && truth(node.args[1], frame, meter);
    case '||':
      return truth(node.args[0], frame, meter) || truth(node.args[1], frame, meter);
    case '!_':
      return !truth(node.args, frame, meter);
    case '-_':
      return number(-asNumber(value(node.args, frame, meter), '-'));
    case 'in':
      if (isSteps(node.args[1])) return stepLeft(value(node.args[0], frame, meter), value(node.args[1], frame, meter));
      return binary(node.op, value(node.args[0], frame, meter), value(node.args[1], frame, meter), meter);
    case '.?':
    case '[?]':
      throw new ExpressionError('optional fields are not part of this language; use has()');
    default:
      return binary(node.op, value(node.args[0], frame, meter), value(node.args[1], frame, meter), meter);
  }
}

function literal(args: unknown): Json {
  if (typeof args === 'bigint') return Number(args);
  if (args === null || typeof args === 'string' || typeof args === 'boolean') return args;
  if (typeof args === 'number') return number(args);
  throw new ExpressionError('bytes and unsigned numbers are not part of this language');
}

function lookUp(name: string, frame: Frame): Json {
  for (let at: Frame | null = frame; at; at = at.outer)
    if (Object.hasOwn(at.names, name)) return at.names[name] as Json;
  throw new ExpressionError(`unknown name "${name}"`);
}

function field(of: Json, name: string): Json {
  if (of === null || typeof of !== 'object' || Array.isArray(of))
    throw new ExpressionError(`cannot read "${name}" of ${typeInWords(of)}`);
  // Own fields only: `constructor` is nothing an alert may reach.
  if (!Object.hasOwn(of, name)) throw new ExpressionError(`there is no "${name}"`);
  return of[name] as Json;
}

function element(of: Json, index: Json): Json {
  if (!Array.isArray(of)) return field(of, mapKey(index));
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= of.length)
    throw new ExpressionError(`there is no element ${JSON.stringify(index)} in a list of ${of.length}`);
  return of[index] as Json;
}

function mapKey(key: Json): string {
  if (typeof key === 'string') return key;
  throw new ExpressionError(`a map is read by text, not by ${typeInWords(key)}`);
}

function truth(node: ASTNode, frame: Frame, meter: Meter): boolean {
  const result = value(node, frame, meter);
  if (typeof result === 'boolean') return result;
  throw new ExpressionError(`a condition must be true or false, not ${typeInWords(result)}`);
}

function asNumber(operand: Json, op: string): number {
  if (typeof operand === 'number') return operand;
  throw new ExpressionError(`"${op}" cannot take ${typeInWords(operand)}`);
}

/** JSON has neither infinity nor NaN; and -0 would hash unlike 0. */
function number(result: number): number {
  if (!Number.isFinite(result)) throw new ExpressionError('the result is not a finite number');
  return result + 0;
}

function binary(op: string, a: Json, b: Json, meter: Meter): Json {
  switch (op) {
    case '==':
      return meter.equal(a, b);
    case '!=':
      return !meter.equal(a, b);
    case 'in':
      if (Array.isArray(b)) return b.some((item) => meter.equal(a, item));
      if (b !== null && typeof b === 'object') return Object.hasOwn(b, mapKey(a));
      throw new ExpressionError(`"in" needs a list or a map, not ${typeInWords(b)}`);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(op, a, b, meter);
    case '+':
      return plus(a, b, meter);
    case '-':
      return number(asNumber(a, op) - asNumber(b, op));
    case '*':
      return number(asNumber(a, op) * asNumber(b, op));
    case '/':
    case '%':
      if (asNumber(b, op) === 0) throw new ExpressionError('division by zero');
      return number(op === '/' ? asNumber(a, op) / (b as number) : asNumber(a, op) % (b as number));
    default:
      throw new ExpressionError(`"${op}" is not part of this language`);
  }
}

function ordered(op: '<' | '<=' | '>' | '>=', a: Json, b: Json, meter: Meter): boolean {
  if (!((typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')))
    throw new ExpressionError(`"${op}" cannot compare ${typeInWords(a)} with ${typeInWords(b)}`);
  if (typeof a === 'string') meter.spend(a.length >> 6);
  switch (op) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function plus(a: Json, b: Json, meter: Meter): Json {
  if (typeof a === 'number' && typeof b === 'number') return number(a + b);
  if (typeof a === 'string' && typeof b === 'string') return meter.text(a + b);
  if (Array.isArray(a) && Array.isArray(b)) {
    meter.spend(a.length + b.length);
    return [...a, ...b];
  }
  throw new ExpressionError(
    `"+" cannot add ${typeInWords(a)} and ${typeInWords(b)}; string() makes a text of a number`,
  );
}

function call(node: ASTNode, name: string, args: readonly ASTNode[], frame: Frame, meter: Meter): Json {
  if (name === 'has') return has(args[0], frame, meter);
  const fn = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!fn || !arity[name]?.includes(args.length))
    throw new ExpressionError(`unknown function ${name}() with ${args.length} arguments (at ${node.start})`);
  return fn(
    meter,
    args.map((arg) => value(arg, frame, meter)),
  );
}

function has(node: ASTNode | undefined, frame: Frame, meter: Meter): boolean {
  if (node?.op !== '.') throw new ExpressionError('has() takes a field, such as has(alert.kind)');
  const [owner, name] = node.args;
  if (isSteps(owner)) return stepLeft(name, value(owner, frame, meter));
  // `has(steps.isolate.proved)` asks about the step as well: it may not have been reached.
  if (name === PROVED && (owner.op === '.' || owner.op === '[]') && isSteps(owner.args[0])) {
    const id = owner.op === '.' ? owner.args[1] : value(owner.args[1], frame, meter);
    if (!hasField(value(owner.args[0], frame, meter), id)) return false;
  }
  return hasField(value(owner, frame, meter), name);
}

const hasField = (of: Json, name: Json): boolean =>
  of !== null && typeof of === 'object' && !Array.isArray(of) && Object.hasOwn(of, mapKey(name));

const isSteps = (node: ASTNode): boolean => node.op === 'id' && node.args === 'steps';

/** In playbooks steps are a map; simulations name a list of those that are done. */
const stepLeft = (id: Json, steps: Json): boolean =>
  Array.isArray(steps)
    ? steps.some((step) => step === id)
    : hasField(steps, id) && leftOutputs((steps as JsonObject)[mapKey(id)]);

function callOn(name: string, receiver: ASTNode, args: readonly ASTNode[], frame: Frame, meter: Meter): Json {
  const on = value(receiver, frame, meter);
  if (isMacro(name)) return comprehension(name, on, args, frame, meter);
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method || !methodArity[name]?.includes(args.length))
    throw new ExpressionError(`unknown function .${name}() with ${args.length} arguments`);
  return method(meter, [on, ...args.map((arg) => value(arg, frame, meter))]);
}

export const isMacro = (name: string): name is Macro => (MACROS as readonly string[]).includes(name);

function comprehension(macro: Macro, on: Json, args: readonly ASTNode[], frame: Frame, meter: Meter): Json {
  const [variable, first, second] = args;
  if (variable?.op !== 'id' || !first || (second && macro !== 'map'))
    throw new ExpressionError(`${macro}() takes a name and an expression, such as list.${macro}(x, x.ok)`);
  if (on === null || typeof on !== 'object')
    throw new ExpressionError(`${macro}() needs a list or a map, not ${typeInWords(on)}`);
  const items: readonly Json[] = Array.isArray(on) ? on : Object.keys(on);
  const inner = (item: Json): Frame => ({ names: { [variable.args]: item } satisfies JsonObject, outer: frame });
  const holds = (item: Json): boolean => {
    meter.spend(1);
    return truth(first, inner(item), meter);
  };
  switch (macro) {
    case 'all':
      return items.every(holds);
    case 'exists':
      return items.some(holds);
    case 'exists_one':
      return items.filter(holds).length === 1;
    case 'filter':
      return items.filter(holds);
    case 'map':
      return second
        ? items.filter(holds).map((item) => value(second, inner(item), meter))
        : items.map((item) => value(first, inner(item), meter));
  }
}
