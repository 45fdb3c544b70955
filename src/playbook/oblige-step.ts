import { moment } from '../incident/moment.ts';
import type { ObligationRule } from '../incident/obligation.ts';
import { checkRole } from './ask-step.ts';
import { milliseconds } from './duration.ts';
import { textOf } from './expressions.ts';
import type { Flow } from './flow.ts';
import { didYouMean } from './names.ts';
import { readRule } from './obligation-rule.ts';
import type { DoStep, ObligeStep, Value } from './plan.ts';
import type { DoSource, ObligeSource } from './step-source.ts';
import type { Base, Block, Compiled } from './steps.ts';
import { typeInWords } from './types.ts';
import { reporter, type Unit } from './unit.ts';
import type { Key } from './yaml.ts';

/** A duty to notify: its clock runs from here on, whatever becomes of the plan. */
export function compileOblige(
  unit: Unit,
  source: ObligeSource,
  base: Base,
  { path }: Block,
  flow: Flow,
): Compiled<ObligeStep> | null {
  checkRole(unit, source.by, [...path, 'by']);
  const aware = source.aware === undefined ? null : compileMoment(unit, source.aware, [...path, 'aware'], flow);
  const rule = ruleNamed(unit, source.oblige, [...path, 'oblige']);
  if (!rule) return null;
  unit.obligations.set(base.id, base.path);
  const step: ObligeStep = {
    ...base,
    title: base.title || `Tell ${rule.whom}`,
    kind: 'oblige',
    rule,
    aware,
    owner: source.by,
    remindMs: compileReminders(unit, source, rule, path),
  };
  return { step, sure: [step.id], maybe: [], handled: [], ends: false };
}

/** The duty must be there for certain: an act that gives notice of nothing would be a mistake nobody sees. */
export function compileFulfils(
  unit: Unit,
  source: DoSource,
  path: readonly Key[],
  flow: Flow,
): Pick<DoStep, 'fulfils'> {
  const { fulfils: id } = source;
  if (id === undefined) return {};
  const report = reporter(unit.diagnostics);
  const at = unit.source.place([...path, 'fulfils']);
  const named = unit.steps.get(id);
  const obliges = [...unit.steps.values()].flatMap((one) => (one.kind === 'oblige' ? [one.id] : []));
  const opened = unit.obligations.get(id);
  if (!named) report(at, 'unknown-step', `unknown step "${id}"`, { suggestion: didYouMean(id, obliges) });
  else if (named.kind !== 'oblige')
    report(at, 'no-obligation', `step "${id}" (${named.kind}) obliges to nothing`, { suggestion: obliges[0] });
  else if (!flow.sure.has(id)) {
    const { line } = unit.source.place(named.path);
    if (flow.maybe.has(id))
      report(at, 'not-surely-done', `step "${id}" (line ${line}) may not have been done; look first`, {
        suggestion: `when: '"${id}" in steps'`,
      });
    else report(at, 'not-done-before', `step "${id}" (line ${line}) is not done before this`);
  } else if (opened !== undefined) return { fulfils: opened };
  return {};
}

function ruleNamed(unit: Unit, name: string, path: readonly Key[]): ObligationRule | null {
  const { library } = unit.making;
  const report = reporter(unit.diagnostics);
  if (!Object.hasOwn(library.rules, name)) {
    report(unit.source.place(path), 'unknown-rule', `unknown rule "${name}": there is no rules/${name}.yaml`, {
      suggestion: didYouMean(name, Object.keys(library.rules)),
    });
    return null;
  }
  const { rule, diagnostics } = readRule(library, name);
  if (!rule) report(unit.source.place(path), 'broken-rule', `rule "${name}" has errors; mend it first`);
  unit.diagnostics.push(...diagnostics);
  return rule;
}

function compileMoment(unit: Unit, text: string, path: readonly Key[], flow: Flow): Value {
  const { value, type } = textOf(unit, text, path, flow);
  const report = reporter(unit.diagnostics);
  if (type === 'literal' && moment(text) === null)
    report(unit.source.place(path), 'value', `"${text}" is no moment`, { suggestion: '2026-11-19T03:22Z' });
  else if (type !== null && !['literal', 'string', 'dyn'].includes(type))
    report(
      unit.source.place(path),
      'type',
      `"aware" must be a moment, as a form's date-time is, not ${typeInWords(type)}`,
    );
  return value;
}

/** Counted back from the limit, so that they cannot lie before its clock starts. The earliest reminder first. */
function compileReminders(unit: Unit, source: ObligeSource, rule: ObligationRule, path: readonly Key[]): number[] {
  const { remind = [] } = source;
  for (const [i, text] of remind.entries())
    if (milliseconds(text) >= rule.limitMs)
      reporter(unit.diagnostics)(
        unit.source.place([...path, 'remind', i]),
        'before-start',
        `a reminder ${text} before the limit comes before the clock starts: ${rule.id} gives ${hours(rule.limitMs)} in all`,
      );
  return [...new Set(remind.map(milliseconds))].sort((a, b) => b - a);
}

const UNITS: readonly (readonly [number, string])[] = [
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
];
const hours = (ms: number): string => {
  const [size, unit] = UNITS.find(([size]) => ms % size === 0) ?? [1, 'ms'];
  return `${ms / size}${unit}`;
};
