import type { SystemSnapshot } from '../incident/events.ts';
import type { Json, JsonObject } from '../incident/json.ts';
import { Severity } from '../incident/severity.ts';
import { ExpressionError, evaluate, evaluateCondition } from './cel.ts';
import { Duration } from './duration.ts';
import { didYouMean } from './names.ts';
import type { InputSpec, InputType, Plan } from './plan.ts';

/** With what a plan begins: its inputs, how bad it is, and whether an alert is for it. */
export type Systems = { system(id: string): SystemSnapshot | null; systems(): readonly SystemSnapshot[] };
/** What there is to take inputs from. */
export type Given = { inputs: JsonObject; system: string | null; alert: JsonObject | null };
type Found = { value: Json } | { fault: string };

/**
 * The values of a playbook's inputs: as given, else what `from` finds in the alert, else (for an AI system) the incident's, else
 * the default. All that is wrong is said at once.
 */
export function findInputs(systems: Systems, plan: Plan, given: Given): { inputs: JsonObject; faults: string[] } {
  const faults = Object.keys(given.inputs)
    .filter((name) => !Object.hasOwn(plan.inputs, name))
    .map((name) => `"${name}" is not an input of this playbook`);
  const inputs: JsonObject = {};
  for (const [name, spec] of Object.entries(plan.inputs)) {
    const found = find(systems, name, spec, given);
    if ('fault' in found) faults.push(found.fault);
    else inputs[name] = found.value;
  }
  return { inputs, faults };
}

function find(systems: Systems, name: string, spec: InputSpec, given: Given): Found {
  if (Object.hasOwn(given.inputs, name)) return typed(systems, name, spec.type, given.inputs[name] ?? null);
  if (spec.type === 'ai-system' && given.system !== null) return typed(systems, name, spec.type, given.system);
  const fromAlert = given.alert && spec.from ? lookUp(spec.from, given.alert) : null;
  if (fromAlert !== null && fromAlert !== undefined) return typed(systems, name, spec.type, fromAlert);
  if (spec.default !== null) return typed(systems, name, spec.type, spec.default);
  return { fault: `"${name}" (${spec.type}) is missing` };
}

/** Null when the alert has no such field: the default counts, and without one the input is reported as missing. */
function lookUp(cel: string, alert: JsonObject): Json {
  try {
    return evaluate(cel, { inputs: {}, steps: {}, incident: {}, alert });
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

function typed(systems: Systems, name: string, type: InputType, value: Json): Found {
  if (type === 'ai-system') {
    const system = typeof value === 'string' ? systems.system(value) : null;
    if (system) return { value: system };
    const known = systems.systems().map((one) => one.id);
    const meant = typeof value === 'string' ? didYouMean(value, known) : undefined;
    const which = meant === undefined ? `one of ${known.join(', ')}` : `did you mean "${meant}"?`;
    return { fault: `"${name}" must be the id of an AI system, not ${JSON.stringify(value)}: ${which}` };
  }
  return CHECKS[type](value) ? { value } : { fault: `"${name}" must be a ${type}, not ${JSON.stringify(value)}` };
}

const CHECKS: Record<Exclude<InputType, 'ai-system'>, (value: Json) => boolean> = {
  string: (value) => typeof value === 'string' && value.length <= 10_000,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  duration: (value) => Duration.safeParse(value).success,
  list: (value) => Array.isArray(value) && value.length <= 1_000,
};

/** Told of a condition that could not be evaluated: an alert without the field that it looks at is the usual case. */
export type Warn = (message: string, about: Record<string, unknown>) => void;

/** Whether a playbook's condition on alerts holds for this one. */
export function holdsFor(warn: Warn, plan: Plan, cel: string, alert: JsonObject): boolean {
  try {
    return evaluateCondition(cel, { inputs: {}, steps: {}, incident: {}, alert });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    warn('a condition on alerts could not be evaluated', { playbook: plan.playbook, cel, error: error.message });
    return false;
  }
}

export const worstOf = (known: Severity, ...others: (Severity | null | undefined)[]): Severity =>
  Severity.options.find((severity) => severity === known || others.includes(severity)) ?? known;

/** The default, or the worst that one of the playbook's own rules raises it to. */
export function severityOf(
  warn: Warn,
  plan: Plan,
  { inputs, alert, system }: { inputs: JsonObject; alert: JsonObject | null; system: SystemSnapshot | null },
): Severity {
  const raised = plan.severity.raiseTo.flatMap(({ severity, cel }) => {
    const scope = { inputs, steps: {}, incident: {}, alert, system };
    try {
      return evaluate(cel, scope) === true ? [severity] : [];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      warn('raise-to could not be evaluated', { playbook: plan.playbook, severity, error: error.message });
      return [];
    }
  });
  return worstOf(plan.severity.default, ...raised);
}
