import type { ASTNode } from '@marcbachmann/cel-js';
import { compilePattern } from './cel-cost.ts';
import { arity, functions, MACROS, methodArity, methods } from './cel-functions.ts';
import { isMacro } from './cel-run.ts';
import type { Code } from './codes.ts';
import { impossible } from './comparisons.ts';
import { ExpressionError } from './expression-error.ts';
import type { Flow } from './flow.ts';
import { isSteps, stepNamed } from './links.ts';
import { didYouMean } from './names.ts';
import { PROVED } from './proved.ts';
import { FAILURE, INCIDENT_FIELDS, SYSTEM_FIELDS } from './types.ts';
import { inputReference, type Unit } from './unit.ts';

export type Root = 'inputs' | 'steps' | 'incident' | 'alert';
export const ALL_ROOTS: readonly Root[] = ['inputs', 'steps', 'incident', 'alert'];

type Report = (offset: number, code: Code, message: string, suggestion?: string) => void;
type Sight = {
  unit: Unit;
  flow: Flow;
  roots: readonly Root[];
  report: Report;
  locals: ReadonlySet<string>;
  guarded: ReadonlySet<string>;
};

/** Checks every name and function of an expression: that it exists, and that a step is surely done or asked about first. */
export function checkReferences(tree: ASTNode, unit: Unit, flow: Flow, roots: readonly Root[], report: Report): void {
  walk(tree, { unit, flow, roots, report, locals: new Set(), guarded: new Set() });
}

/** What is known where this condition holds: `has(steps.x)` and `"x" in steps` say `x`, `has(steps.x.proved)` says `x.proved`. */
export function guards(node: ASTNode): string[] {
  if (node.op === '&&') return node.args.flatMap(guards);
  if (node.op === 'in') {
    const [key, map] = node.args;
    return key.op === 'value' && typeof key.args === 'string' && isSteps(map) ? [key.args] : [];
  }
  if (node.op !== 'call' || node.args[0] !== 'has') return [];
  const [field] = node.args[1];
  if (field?.op !== '.') return [];
  const [owner, name] = field.args;
  if (isSteps(owner)) return [name];
  const id = stepNamed(owner);
  return id === null ? [] : [`${id}.${name}`];
}

function walk(node: ASTNode, sight: Sight): void {
  switch (node.op) {
    case 'value':
      return;
    case 'id':
      name(node.args, node, sight, []);
      return;
    case '.':
    case '[]':
      chain(node, sight);
      return;
    case 'call':
      call(node, sight);
      return;
    case 'rcall':
      method(node, sight);
      return;
    case 'list':
      for (const item of node.args) walk(item, sight);
      return;
    case 'map':
      for (const [key, item] of node.args) {
        walk(key, sight);
        walk(item, sight);
      }
      return;
    case '?:': {
      walk(node.args[0], sight);
      walk(node.args[1], guardedBy(sight, node.args[0]));
      walk(node.args[2], sight);
      return;
    }
    case '&&':
      walk(node.args[0], sight);
      walk(node.args[1], guardedBy(sight, node.args[0]));
      return;
    case '==':
    case '!=':
      compared(node, sight);
      for (const side of node.args) walk(side, sight);
      return;
    case 'in':
      compared(node, sight);
      walk(node.args[0], sight);
      if (guards(node).length > 0) stepKnown(guards(node)[0] as string, node, sight);
      else walk(node.args[1], sight);
      return;
    case '!_':
    case '-_':
      walk(node.args, sight);
      return;
    case '.?':
    case '[?]':
      walk(node.args[0], sight);
      return;
    case '-': {
      let told = false;
      const report: Report = (...problem) => {
        told = true;
        sight.report(...problem);
      };
      walk(node.args[0], { ...sight, report });
      // `steps.look-at` is one misread name, not two unknown ones.
      if (!told) walk(node.args[1], sight);
      return;
    }
    default:
      for (const operand of node.args) walk(operand, sight);
  }
}

function compared(node: Extract<ASTNode, { op: '==' | '!=' | 'in' }>, { unit, report }: Sight): void {
  for (const { at, message, suggestion } of impossible(node, unit)) report(at, 'unknown-answer', message, suggestion);
}

const guardedBy = (sight: Sight, condition: ASTNode): Sight => ({
  ...sight,
  guarded: new Set([...sight.guarded, ...guards(condition)]),
});

type Link = { name: string; at: number };

/** `steps.assess.version` and `steps["assess"].version` are read as a root and its links. */
function chain(node: ASTNode, sight: Sight): void {
  const links: Link[] = [];
  let at: ASTNode = node;
  for (;;) {
    if (at.op === '.') links.unshift({ name: at.args[1], at: at.end - at.args[1].length });
    else if (at.op === '[]') {
      const [, key] = at.args;
      if (key.op === 'value' && typeof key.args === 'string') links.unshift({ name: key.args, at: key.start });
      else {
        walk(key, sight);
        links.length = 0;
      }
    } else break;
    at = at.args[0];
  }
  if (at.op === 'id') name(at.args, at, sight, links);
  else walk(at, sight);
}

function name(root: string, node: ASTNode, sight: Sight, links: readonly Link[]): void {
  const { unit, roots, report, locals } = sight;
  if (locals.has(root)) return;
  const local = sight.flow.locals?.[root];
  if (local !== undefined) {
    if (typeof local === 'object' && links[0]) field(links[0], Object.keys(local), `${root} has no`, report);
    return;
  }
  if (!(roots as readonly string[]).includes(root)) {
    if ((ALL_ROOTS as readonly string[]).includes(root))
      report(node.start, 'not-here', `"${root}" cannot be used here, only ${roots.join(' and ')}`);
    else if (root === FAILURE) report(node.start, 'not-here', `"${FAILURE}" is known only in the on-failure of a try`);
    else report(node.start, 'unknown-name', `unknown name "${root}"`, suggestRoot(root, unit, roots));
    return;
  }
  const [first, second, third] = links;
  if (root === 'alert' || (!first && root === 'incident')) return;
  if (!first) report(node.start, 'unknown-name', `say which: ${root}.<name>`);
  else if (root === 'inputs') input(first, second, sight);
  else if (root === 'steps') step([first, second, third], sight);
  else field(first, Object.keys(INCIDENT_FIELDS), 'incident has no', report);
}

function suggestRoot(root: string, unit: Unit, roots: readonly Root[]): string | undefined {
  if (roots.includes('inputs') && Object.hasOwn(unit.inputs, root)) return inputReference(root);
  if (roots.includes('steps') && unit.steps.has(root)) return stepReference(root);
  return didYouMean(root, roots);
}

const stepReference = (id: string): string => (id.includes('-') ? `steps[${JSON.stringify(id)}]` : `steps.${id}`);

function input(first: Link, second: Link | undefined, { unit, report }: Sight): void {
  const type = Object.hasOwn(unit.inputs, first.name) ? unit.inputs[first.name] : undefined;
  if (!type) {
    const names = Object.keys(unit.inputs);
    const longer = names.find((one) => one.startsWith(`${first.name}-`));
    report(
      first.at,
      'unknown-input',
      `unknown input "${first.name}"`,
      longer ? inputReference(longer) : didYouMean(first.name, names),
    );
  } else if (second && type === 'ai-system') field(second, Object.keys(SYSTEM_FIELDS), `an AI system has no`, report);
}

function field(link: Link, known: string[], has: string, report: Report): void {
  if (!known.includes(link.name))
    report(link.at, 'unknown-field', `${has} "${link.name}"`, didYouMean(link.name, known));
}

function stepKnown(id: string, node: ASTNode, { unit, report }: Sight): void {
  if (!unit.steps.has(id))
    report(node.start, 'unknown-step', `unknown step "${id}"`, didYouMean(id, unit.steps.keys()));
}

function step([first, second, third]: [Link, Link | undefined, Link | undefined], sight: Sight): void {
  const { unit, flow, report, guarded } = sight;
  const id = first.name;
  const info = unit.steps.get(id);
  if (!info) {
    // `steps.notify-legal` is a subtraction to CEL.
    const longer = [...unit.steps.keys()].find((one) => one.startsWith(`${id}-`));
    const meant = longer ? stepReference(longer) : didYouMean(id, unit.steps.keys());
    report(first.at, 'unknown-step', `unknown step "${id}"`, meant);
    return;
  }
  if (!info.outputs) {
    report(first.at, 'no-outputs', `step "${id}" (${info.kind}) has no outputs`);
    return;
  }
  const known = (what: string) => flow.sure.has(what) || guarded.has(what);
  if (!known(id) && !(second && known(`${id}.${second.name}`))) {
    const { line } = unit.source.place(info.path);
    if (flow.maybe.has(id))
      report(
        first.at,
        'not-surely-done',
        `step "${id}" (line ${line}) may not have been done; look first`,
        `"${id}" in steps && …`,
      );
    else report(first.at, 'not-done-before', `step "${id}" (line ${line}) is not done before this`);
  }
  if (second) {
    const outputs = Object.keys(info.outputs);
    const has = outputs.length > 0 ? `step "${id}" has no output` : `step "${id}" has no outputs, so not`;
    field(second, outputs, has, report);
    const inner = info.outputs[second.name];
    if (third && typeof inner === 'object')
      field(third, Object.keys(inner), `${second.name} of step "${id}" has no`, report);
  }
}

function call(node: Extract<ASTNode, { op: 'call' }>, sight: Sight): void {
  const [fn, args] = node.args;
  if (fn === 'has') {
    const [field] = args;
    if (field?.op === '.' && isSteps(field.args[0])) stepKnown(field.args[1], node, sight);
    else if (field) walk(field, optional(field, sight));
    return;
  }
  if (!Object.hasOwn(functions, fn)) {
    const known = [...Object.keys(functions), 'has'];
    const asMethod = Object.hasOwn(methods, fn) ? `value.${fn}(…)` : undefined;
    sight.report(node.start, 'unknown-function', `unknown function ${fn}()`, asMethod ?? didYouMean(fn, known));
  } else if (!arity[fn]?.includes(args.length))
    sight.report(node.start, 'arguments', `${fn}() takes ${arity[fn]?.join(' or ')} argument, not ${args.length}`);
  for (const arg of args) walk(arg, sight);
}

const NOT_YET = ['not-surely-done', 'not-done-before'];

/** The last field may be missing: that is what has() asks. `has(steps.x.proved)` asks whether the step was reached as well. */
function optional(field: ASTNode, sight: Sight): Sight {
  const report: Report = (offset, code, message, suggestion) => {
    if (NOT_YET.includes(code) && field.op === '.' && field.args[1] === PROVED && stepNamed(field.args[0])) return;
    if (!(code === 'unknown-field' && field.op === '.' && offset === field.end - field.args[1].length))
      sight.report(offset, code, message, suggestion);
  };
  return { ...sight, report };
}

function method(node: Extract<ASTNode, { op: 'rcall' }>, sight: Sight): void {
  const [fn, receiver, args] = node.args;
  walk(receiver, sight);
  const at = receiver.end + 1;
  if (isMacro(fn)) {
    const [variable, ...bodies] = args;
    const locals = new Set([...sight.locals, ...(variable?.op === 'id' ? [variable.args] : [])]);
    for (const body of bodies) walk(body, { ...sight, locals });
    return;
  }
  if (!Object.hasOwn(methods, fn))
    sight.report(
      at,
      'unknown-function',
      `unknown function .${fn}()`,
      didYouMean(fn, [...Object.keys(methods), ...MACROS]),
    );
  else if (!methodArity[fn]?.includes(args.length))
    sight.report(at, 'arguments', `.${fn}() takes ${methodArity[fn]?.join(' or ')} arguments, not ${args.length}`);
  for (const arg of args) walk(arg, sight);
  const [pattern] = args;
  if (fn === 'matches' && pattern?.op === 'value' && typeof pattern.args === 'string') {
    try {
      compilePattern(pattern.args);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      sight.report(pattern.start, 'pattern', error.message);
    }
  }
}
