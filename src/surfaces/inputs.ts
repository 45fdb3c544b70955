import type { Json, JsonObject } from '../incident/json.ts';
import { findInputs, type Given } from '../playbook/opening.ts';
import type { InputType, Plan } from '../playbook/plan.ts';
import type { Directory } from './ports.ts';
import { Problem } from './problem.ts';

/** The values of a playbook's inputs. Throws Problem. */
export function resolveInputs(directory: Directory, plan: Plan, request: Given, notDone: string): JsonObject {
  const { inputs, faults } = findInputs(directory, plan, request);
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
