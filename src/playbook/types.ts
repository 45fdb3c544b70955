import { Environment } from '@marcbachmann/cel-js';
import { z } from 'zod';
import { SystemSnapshot } from '../incident/events.ts';
import { LIMITS } from './cel.ts';
import type { InputType } from './plan.ts';

/** Types of expressions, as the checker of cel-js names them, and of the zod objects that declare them. */
export type Fields = { [name: string]: string | Fields };

const LEAVES: Record<string, string> = {
  string: 'string',
  enum: 'string',
  literal: 'string',
  number: 'double',
  int: 'double',
  boolean: 'bool',
};

const fieldsKnown = new WeakMap<z.ZodObject, Fields>();

export function fieldsOf(object: z.ZodObject): Fields {
  const known = fieldsKnown.get(object);
  if (known) return known;
  const fields = Object.fromEntries(
    Object.entries(object.shape as Record<string, z.ZodType>).map(([name, field]) => [name, typeOf(field)]),
  );
  fieldsKnown.set(object, fields);
  return fields;
}

function typeOf(field: z.ZodType): string | Fields {
  const inner = bare(field);
  if (inner instanceof z.ZodObject) return fieldsOf(inner);
  if (inner instanceof z.ZodArray) {
    const element = typeOf(inner.element as z.ZodType);
    return `list<${typeof element === 'string' ? element : 'dyn'}>`;
  }
  return LEAVES[inner.type] ?? 'dyn';
}

/** Without its default and optionality; what may be null stays as it is, and is dynamic in expressions. */
export function bare(field: z.ZodType): z.ZodType {
  let at = field;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap() as z.ZodType;
  return at;
}

/** Whether an expression of this type can be given to a field of a capability. */
export function fits(type: string, field: z.ZodType): boolean {
  if (type === 'dyn') return true;
  const wanted = typeOf(field);
  if (typeof wanted !== 'string') return type.startsWith('$') || type.startsWith('map');
  if (wanted === 'dyn') return true;
  if (wanted === 'double') return type === 'double' || type === 'int';
  if (wanted.startsWith('list')) return type.startsWith('list');
  return wanted === type;
}

const WORDS: Record<string, string> = {
  string: 'a text',
  double: 'a number',
  int: 'a number',
  bool: 'true or false',
  null: 'null',
  dyn: 'anything',
};
export const typeInWords = (type: string): string => WORDS[type] ?? (type.startsWith('list') ? 'a list' : 'a map');
export const fieldInWords = (field: z.ZodType): string => {
  const type = typeOf(field);
  return typeof type === 'string' ? typeInWords(type) : 'a map';
};

export const SYSTEM_FIELDS = fieldsOf(SystemSnapshot);
/** What the steps of a try's on-failure know of what failed. */
export const FAILURE = 'failure';
export const FAILURE_FIELDS: Fields = { step: 'string', code: 'string', message: 'string' };
export const INCIDENT_FIELDS: Fields = { id: 'string', title: 'string', severity: 'string' };

export const inputFields = (type: InputType): string | Fields => {
  switch (type) {
    case 'ai-system':
      return SYSTEM_FIELDS;
    case 'string':
    case 'duration':
      return 'string';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'list':
      return 'list<dyn>';
  }
};

/** JSON has one kind of number: what CEL keeps apart as int and double mixes freely here. */
function withOneNumber(environment: Environment): Environment {
  const never = () => {
    throw new Error('the checker evaluates nothing');
  };
  for (const op of ['+', '-', '*', '/', '%'])
    for (const [a, b] of [
      ['double', 'int'],
      ['int', 'double'],
    ])
      environment.registerOperator(`${a} ${op} ${b}: double`, never);
  environment.registerOperator('double % double: double', never);
  environment.registerOperator('double == int: bool', never);
  environment.registerOperator('double in list<int>: bool', never);
  environment.registerOperator('int in list<double>: bool', never);
  return environment;
}
const base = withOneNumber(new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS }));

/**
 * What all playbooks have in common, with the types that many of them name, by their fields. To declare a type is dear (a
 * class, an overload and a search for overlaps), so that it is done once for all.
 */
export type Shared = { environment: Environment; names: ReadonlyMap<string, string> };

export function sharedTypes(shapes: Readonly<Record<string, Fields>>): Shared {
  const environment = base.clone();
  environment.registerVariable({ name: 'incident', schema: INCIDENT_FIELDS });
  environment.registerVariable('alert', 'dyn');
  const names = new Map<string, string>();
  for (const [name, fields] of Object.entries(shapes)) {
    const key = JSON.stringify(fields);
    if (names.has(key)) continue;
    environment.registerType({ name: `$${name}`, schema: fields });
    names.set(key, `$${name}`);
  }
  return { environment, names };
}

export type Roots = { inputs: Fields; steps: Fields };

/** Everything an expression of one playbook can name. Whether a step is done in time is checked apart (references.ts). */
export function environmentOf({ inputs, steps }: Roots, shared: Shared): Environment {
  const environment = shared.environment.clone();
  const named = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([name, type]) => [
        name,
        typeof type === 'string' ? type : (shared.names.get(JSON.stringify(type)) ?? type),
      ]),
    );
  environment.registerVariable({ name: 'inputs', schema: named(inputs) });
  environment.registerType({ name: 'Steps', schema: named(steps) });
  environment.registerVariable('steps', 'Steps');
  // `"notify-legal" in steps`: has() cannot name what has a hyphen.
  environment.registerOperator('string in Steps: bool', () => false);
  return environment;
}

const widened = new WeakMap<Environment, Map<string, Environment>>();

/** The same, with the names that one block knows besides. */
export function environmentWith(environment: Environment, locals: Fields | undefined): Environment {
  if (!locals) return environment;
  const here = widened.get(environment) ?? new Map<string, Environment>();
  widened.set(environment, here);
  const key = JSON.stringify(locals);
  const known = here.get(key);
  if (known) return known;
  const wider = environment.clone();
  for (const [name, type] of Object.entries(locals))
    if (typeof type === 'string') wider.registerVariable(name, type);
    else wider.registerVariable({ name, schema: type });
  here.set(key, wider);
  return wider;
}
