import { z } from 'zod';
import type { CapabilityContract } from '../capabilities/contract.ts';
import type { Risk } from '../incident/decision.ts';
import type { Json } from '../incident/json.ts';
import { compileValue, systemInput, type Typed } from './expressions.ts';
import type { Flow } from './flow.ts';
import { didYouMean } from './names.ts';
import type { Use, Value } from './plan.ts';
import { bare, fieldInWords, fits, typeInWords } from './types.ts';
import { inputReference, reporter, soleSystemInput, type Unit } from './unit.ts';
import { namesTemplate, wordingOf } from './wording.ts';
import type { Key } from './yaml.ts';

export const isRisky = (risk: Risk): boolean => risk === 'disruptive' || risk === 'irreversible';

/** What a playbook says about one use of a capability, and where. */
export type UseRequest = {
  capability: string;
  /** Where its name stands. */
  at: readonly Key[];
  with: Record<string, Json>;
  withPath: readonly Key[];
  /** Values that stand when the author gives none. */
  given?: Record<string, Value>;
  timeoutMs?: number | undefined;
};

export function contractNamed(unit: Unit, name: string, at: readonly Key[]): CapabilityContract | null {
  const { contracts } = unit.making.surroundings;
  const contract = Object.hasOwn(contracts, name) ? contracts[name] : undefined;
  if (contract) return contract;
  const suggestion = didYouMean(name, Object.keys(contracts));
  reporter(unit.diagnostics)(unit.source.place(at), 'unknown-capability', `unknown capability "${name}"`, {
    suggestion,
  });
  return null;
}

/** One use with all its inputs: the author's, the default target, the contract's own defaults. Null when it is unknown. */
export function compileUse(unit: Unit, request: UseRequest, flow: Flow): Use | null {
  const report = reporter(unit.diagnostics);
  const contract = contractNamed(unit, request.capability, request.at);
  if (!contract) return null;
  const shape = contract.input.shape as Record<string, z.ZodType>;
  const values: Record<string, Value> = {};
  for (const [name, json] of Object.entries(request.with)) {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    const path = [...request.withPath, name];
    if (field) values[name] = compileInput(unit, name, field, json, path, flow);
    else
      report(unit.source.place(path, { key: true }), 'unknown-input', `${contract.name} has no input "${name}"`, {
        suggestion: didYouMean(name, Object.keys(shape)),
      });
  }
  for (const [name, field] of Object.entries(shape)) {
    if (values[name] || Object.hasOwn(request.with, name)) continue;
    const value = request.given?.[name] ?? defaultOf(unit, name, field);
    if (value) values[name] = value;
    else if (!(field instanceof z.ZodOptional))
      report(unit.source.place(request.at), 'missing-input', missing(unit, contract.name, name));
  }
  checkBinding(unit, contract.name, values.system, request.at);
  const timeoutMs = request.timeoutMs ?? contract.timeoutMs;
  return { capability: contract.name, risk: contract.risk, with: values, timeoutMs };
}

function missing(unit: Unit, capability: string, name: string): string {
  const systems = Object.values(unit.inputs).filter((type) => type === 'ai-system').length;
  const why = name === 'system' && systems > 1 ? ' (this playbook has several AI systems; say which)' : '';
  return `${capability} needs "${name}" in "with"${why}`;
}

function defaultOf(unit: Unit, name: string, field: z.ZodType): Value | null {
  const system = name === 'system' ? soleSystemInput(unit.inputs) : null;
  if (system) return { cel: `${inputReference(system)}.id` };
  return field instanceof z.ZodDefault ? { literal: field.def.defaultValue as Json } : null;
}

function compileInput(unit: Unit, name: string, field: z.ZodType, json: Json, path: readonly Key[], flow: Flow): Value {
  const report = reporter(unit.diagnostics);
  const inner = bare(field);
  const wording = typeof json === 'string' && inner instanceof z.ZodString && namesTemplate(json);
  const typed = wording ? wordingOf(unit, json, path, flow) : compileValue(unit, json, path, flow);
  if (typed.type === null) return typed.value;
  const at = unit.source.place(path);
  if (name === 'system') return systemValue(unit, typed, path);
  if (typed.type !== 'literal') {
    if (!fits(typed.type, field))
      report(at, 'type', `"${name}" must be ${fieldInWords(field)}, not ${typeInWords(typed.type)}`);
    return typed.value;
  }
  const literal = 'literal' in typed.value ? typed.value.literal : json;
  if (inner.safeParse(literal).success) return typed.value;
  const options = inner instanceof z.ZodEnum ? inner.options.map(String) : null;
  if (options)
    report(at, 'value', `"${name}" must be one of ${options.join(', ')}`, {
      suggestion: didYouMean(String(literal), options),
    });
  else report(at, 'type', `"${name}" must be ${fieldInWords(field)}`);
  return typed.value;
}

/** A target: an ai-system input stands for its id; a literal must be in the inventory. */
function systemValue(unit: Unit, { value, type }: Typed, path: readonly Key[]): Value {
  const report = reporter(unit.diagnostics);
  const systems = Object.keys(unit.making.surroundings.systems);
  if ('literal' in value) {
    const id = value.literal;
    if (typeof id !== 'string' || !systems.includes(id))
      report(unit.source.place(path), 'unknown-system', `unknown AI system ${JSON.stringify(id)}`, {
        suggestion: typeof id === 'string' ? didYouMean(id, systems) : undefined,
      });
    return value;
  }
  if ('cel' in value && systemInput(unit, value.cel)) return { cel: `${value.cel}.id` };
  if (type && type !== 'string' && type !== 'dyn')
    report(unit.source.place(path), 'type', `"system" must be an AI system or its id, not ${typeInWords(type)}`);
  return value;
}

function checkBinding(unit: Unit, capability: string, system: Value | undefined, at: readonly Key[]): void {
  const { surroundings } = unit.making;
  const report = reporter(unit.diagnostics);
  if (surroundings.organisation.includes(capability)) return;
  if (!system) {
    report(
      unit.source.place(at),
      'unbound',
      `the inventory binds ${capability} to no connector; add it under "bindings"`,
    );
    return;
  }
  const literal = 'literal' in system ? String(system.literal) : null;
  const able = Object.entries(surroundings.systems).filter(([, one]) => one.capabilities.includes(capability));
  if (literal !== null && Object.hasOwn(surroundings.systems, literal)) {
    if (!able.some(([id]) => id === literal))
      report(unit.source.place(at), 'unbound', `the inventory binds ${capability} to no connector for ${literal}`);
  } else if (able.length === 0)
    report(unit.source.place(at), 'unbound', `the inventory binds ${capability} to no connector for any AI system`);
}

/** What tells AI systems apart before the plan runs. */
export function targetOf(unit: Unit, use: Use): string | null {
  const { system } = use.with;
  if (!system) return null;
  if ('literal' in system) return `=${String(system.literal)}`;
  if (!('cel' in system)) return null;
  const input = systemInput(unit, system.cel.replace(/\.id$/, ''));
  return input ? targetOfInput(unit, input) : `${unit.prefix}:${system.cel}`;
}

export const targetOfInput = (unit: Unit, input: string): string =>
  unit.inputTargets.get(input) ?? `${unit.prefix}:inputs.${input}`;
