import { compileSeats, compileTiming } from './ask-step.ts';
import { type Diagnostic, hasErrors, sortDiagnostics } from './diagnostics.ts';
import { milliseconds } from './duration.ts';
import { checkCel, checkCondition, inYaml } from './expressions.ts';
import { START } from './flow.ts';
import { compileReferences } from './frameworks.ts';
import { literalType } from './outputs.ts';
import type { InputSpec, Plan } from './plan.ts';
import { checkRules } from './rules.ts';
import { compilePlaybook } from './run-step.ts';
import { PlaybookSource } from './schema.ts';
import { checkSilence } from './silence.ts';
import type { Surroundings } from './surroundings.ts';
import { type Library, type Making, newUnit, reporter, type Unit } from './unit.ts';
import { readYaml } from './yaml.ts';
import { validate } from './zod-issues.ts';

export type { Library } from './unit.ts';

/** A plan that has no hash yet: hash.ts adds it, where Node's crypto is at hand. */
export type PlanDraft = Omit<Plan, 'hash'>;

/**
 * Checks a playbook against its surroundings and compiles it. All problems are reported at once, in the order of the text; there
 * is a plan exactly when none of them is an error.
 */
export function check(
  text: string | Uint8Array,
  file: string,
  surroundings: Surroundings,
  library: Library,
): { diagnostics: Diagnostic[]; plan: PlanDraft | null } {
  try {
    return checkText(text, file, surroundings, library);
  } catch (error) {
    // The only way to overflow the stack is a text that nests absurdly deep.
    if (!(error instanceof RangeError)) throw error;
    const message = 'the playbook is nested too deeply';
    return { diagnostics: [{ file, line: 1, column: 1, severity: 'error', code: 'too-deep', message }], plan: null };
  }
}

function checkText(
  text: string | Uint8Array,
  file: string,
  surroundings: Surroundings,
  library: Library,
): ReturnType<typeof check> {
  const source = readYaml(text, file);
  const { value, diagnostics } = validate(PlaybookSource, source);
  if (!value) return { diagnostics: sortDiagnostics(diagnostics), plan: null };
  const making: Making = {
    surroundings,
    library,
    asks: new Map(),
    places: new Map(),
    targets: new Map(),
    running: [value.playbook],
    steps: 0,
  };
  const unit = newUnit(making, source, value, '');
  const head = compileHead(unit);
  const blocks = compilePlaybook(unit);
  if (making.steps > 0 && !hasErrors(unit.diagnostics)) {
    checkRules([...blocks.steps, ...blocks.finally], making, reporter(unit.diagnostics));
    checkSilence(blocks, making, reporter(unit.diagnostics));
  }
  const found = sortDiagnostics(unit.diagnostics);
  return { diagnostics: found, plan: hasErrors(found) ? null : { format: 1, ...head, ...blocks } };
}

function compileHead(unit: Unit): Omit<PlanDraft, 'format' | 'steps' | 'finally' | 'outputs'> {
  const { value } = unit;
  const opensOn = value['opens-on']?.trim() ?? null;
  if (opensOn !== null) checkCondition(unit, opensOn, inYaml(unit, ['opens-on']), START, ['alert']);
  const joinsOn = value['joins-on']?.trim();
  if (joinsOn !== undefined) checkCondition(unit, joinsOn, inYaml(unit, ['joins-on']), START, ['alert']);
  const raise = value.severity?.['raise-to'] ?? {};
  const raiseTo = (['sev1', 'sev2', 'sev3', 'sev4'] as const).flatMap((severity) => {
    const cel = raise[severity];
    if (cel === undefined) return [];
    checkCondition(unit, cel, inYaml(unit, ['severity', 'raise-to', severity]), START, ['inputs', 'alert']);
    return [{ severity, cel: cel.trim() }];
  });
  const references = compileReferences(unit);
  return {
    playbook: value.playbook,
    title: value.title,
    version: value.version,
    opensOn,
    ...(joinsOn !== undefined && { joinsOn }),
    priority: value.priority ?? 0,
    ...(references && { references }),
    severity: { default: value.severity?.default ?? 'sev3', raiseTo },
    inputs: Object.fromEntries(
      Object.keys(value.inputs ?? {}).map((name) => [name, compileInput(unit, name, opensOn !== null)]),
    ),
    onFailedStep: compileFailureRule(unit),
  };
}

function compileInput(unit: Unit, name: string, openedByAlert: boolean): InputSpec {
  const report = reporter(unit.diagnostics);
  const spec = unit.value.inputs?.[name] as NonNullable<PlaybookSource['inputs']>[string];
  const path = ['inputs', name];
  if (spec.from !== undefined) checkCel(unit, spec.from, inYaml(unit, [...path, 'from']), START, ['alert']);
  else if (openedByAlert && spec.default === undefined)
    report(
      unit.source.place(path, { key: true }),
      'missing-from',
      `an alert opens this playbook, but says nothing about "${name}"`,
      {
        suggestion: `from: alert.${name}`,
      },
    );
  if (spec.default !== undefined && !defaultFits(unit, spec.type, spec.default))
    report(unit.source.place([...path, 'default']), 'type', `the default of "${name}" is no ${spec.type}`);
  return { type: spec.type, from: spec.from?.trim() ?? null, default: spec.default ?? null };
}

function defaultFits(unit: Unit, type: InputSpec['type'], value: unknown): boolean {
  switch (type) {
    case 'ai-system':
      return typeof value === 'string' && Object.hasOwn(unit.making.surroundings.systems, value);
    case 'duration':
      return typeof value === 'string' && milliseconds(value) > 0;
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'list':
      return literalType(value) === 'list';
  }
}

const COMMANDER = 'incident-commander';
const DEPUTY = 'engineering-manager';

/** Who decides about a failed step: what the playbook says, else the incident commander. */
function compileFailureRule(unit: Unit): Plan['onFailedStep'] {
  const { roles } = unit.making.surroundings;
  const rule = unit.value['on-failed-step'];
  const path = ['on-failed-step'];
  if (rule)
    return { by: compileSeats(unit, rule.by, [...path, 'by']), ...compileTiming(unit, rule, path), otherwise: 'stop' };
  if (!roles[COMMANDER])
    reporter(unit.diagnostics)(
      unit.source.place(['playbook']),
      'nobody-holds',
      `nobody holds the role "${COMMANDER}", who decides about failed steps; give it to somebody, or say on-failed-step`,
    );
  return {
    by: [{ role: COMMANDER, count: 1 }],
    withinMs: 30 * 60_000,
    remindMs: [10 * 60_000],
    escalate: roles[DEPUTY] ? { afterMs: 15 * 60_000, to: DEPUTY, page: true } : null,
    otherwise: 'stop',
  };
}
