import type { z } from 'zod';
import type { Json, JsonObject } from '../incident/json.ts';
import { ExpressionError, evaluate } from '../playbook/cel.ts';
import { Duration } from '../playbook/duration.ts';
import { didYouMean } from '../playbook/names.ts';
import type { InputSpec, InputType, Plan } from '../playbook/plan.ts';
import type { Directory, OpenRequest } from './ports.ts';
import { Problem } from './problem.ts';

type Spec = z.infer<typeof InputSpec>;
/** What there is to take them from. */
type Given = Pick<OpenRequest, 'inputs' | 'system' | 'alert'>;
type Found = { value: Json } | { fault: string };

/**
 * The values of a playbook's inputs: as given, else what `from` finds in the alert, else (for an AI system) the incident's, else
 * the default. All that is wrong is said at once.
 */
export function resolveInputs(directory: Directory, plan: Plan, request: Given, notDone: string): JsonObject {
  const faults = Object.keys(request.inputs)
    .filter((name) => !Object.hasOwn(plan.inputs, name))
    .map((name) => `"${name}" is not an input of this playbook`);
  const inputs: JsonObject = {};
  for (const [name, spec] of Object.entries(plan.inputs)) {
    const found = find(directory, name, spec, request);
    if ('fault' in found) faults.push(found.fault);
    else inputs[name] = found.value;
  }
  if (faults.length === 0) return inputs;
  throw new Problem({
    status: 422,
    code: 'inputs',
    message: `The inputs of "${plan.playbook}" do not fit: ${faults.join('; ')}.`,
    notDone,
    next: `It takes ${inWords(plan)}.`,
    extra: { faults },
  });
}

function find(directory: Directory, name: string, spec: Spec, request: Given): Found {
  if (Object.hasOwn(request.inputs, name)) return typed(directory, name, spec.type, request.inputs[name] ?? null);
  if (spec.type === 'ai-system' && request.system !== null) return typed(directory, name, spec.type, request.system);
  const fromAlert = request.alert && spec.from ? lookUp(spec.from, request.alert) : null;
  if (fromAlert !== null && fromAlert !== undefined) return typed(directory, name, spec.type, fromAlert);
  if (spec.default !== null) return typed(directory, name, spec.type, spec.default);
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

function typed(directory: Directory, name: string, type: InputType, value: Json): Found {
  if (type === 'ai-system') {
    const system = typeof value === 'string' ? directory.system(value) : null;
    if (system) return { value: system };
    const known = directory.systems().map((one) => one.id);
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

/** Inputs as people type them into a form or a command line, read by what the playbook says of each. What does not fit is left for the checks. */
export function inputsFromTexts(specs: Plan['inputs'], texts: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fromText(specs[name]?.type, text)]));
}

const YES_NO = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

function fromText(type: InputType | undefined, text: string): Json {
  switch (type) {
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return YES_NO.get(text.trim().toLowerCase()) ?? text;
    case 'list':
      return text
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '');
    case 'ai-system':
    case 'string':
    case 'duration':
    case undefined:
      return text;
    default:
      return type satisfies never;
  }
}

function inWords(plan: Plan): string {
  const words = Object.entries(plan.inputs).map(([name, { type, default: preset }]) =>
    preset === null ? `${name} (${type})` : `${name} (${type}, or ${JSON.stringify(preset)})`,
  );
  return words.length > 0 ? words.join(', ') : 'no inputs';
}
