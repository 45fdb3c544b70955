import { Environment } from '@marcbachmann/cel-js';
import { LIMITS, parseIn } from '../../playbook/cel.ts';
import { ExpressionError } from '../../playbook/expression-error.ts';
import { didYouMean } from '../../playbook/names.ts';
import { type Fields, fieldsOf } from '../../playbook/types.ts';
import { Around } from '../core/around.ts';

/**
 * What conditions of a simulation can name. `world`: the truth about the AI systems; `incident`: what the team has made of it;
 * `steps`: the steps that are done, by their paths; `injects`: which were delivered; `minutes`: scenario time since STARTEX.
 */
export type Named = { systems: readonly string[]; injects: readonly string[] };

const SYSTEM: Fields = { serving: 'string', traffic: 'string', lastKnownGood: 'string', around: fieldsOf(Around) };
const INCIDENT: Fields = { opened: 'bool', status: 'string', severity: 'string', asked: 'list<string>' };

const fresh = (): Environment => new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS });
const byName = (names: readonly string[], fields: Fields): Fields =>
  Object.fromEntries(names.map((name) => [name, fields]));

export function conditionEnvironment({ systems, injects }: Named): Environment {
  const environment = fresh();
  environment.registerVariable({ name: 'world', schema: { systems: byName(systems, SYSTEM) } });
  environment.registerVariable({ name: 'incident', schema: INCIDENT });
  environment.registerVariable('steps', 'list<string>');
  environment.registerVariable({ name: 'injects', schema: byName(injects, { delivered: 'bool' }) });
  environment.registerVariable('minutes', 'double');
  return environment;
}

/** What the `event` of an expectation can name: one event of the timeline. */
export function eventEnvironment(): Environment {
  const environment = fresh();
  environment.registerVariable({
    name: 'event',
    schema: { type: 'string', path: 'string', by: 'string', data: 'dyn' },
  });
  return environment;
}

export type Mistake = { offset: number; code: string; message: string; suggestion?: string | undefined };

/** What is wrong with a condition, or null. */
export function mistakeIn(environment: Environment, cel: string, names: readonly string[]): Mistake | null {
  try {
    parseIn(environment, cel);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { offset: 0, code: 'expression', message: error.message };
  }
  const checked = environment.check(cel);
  if (!checked.valid) {
    const summary = checked.error?.summary ?? 'this cannot be typed';
    const unknown = /^(?:Unknown variable|No such key): (.+)$/.exec(summary)?.[1];
    const offset = checked.error?.range?.start ?? 0;
    if (unknown === undefined) return { offset, code: 'type', message: `${summary} in: ${cel}` };
    return {
      offset,
      code: 'unknown-name',
      message: `nothing is called "${unknown}" here`,
      suggestion: didYouMean(unknown, names),
    };
  }
  if (checked.type !== 'bool' && checked.type !== 'dyn')
    return { offset: 0, code: 'type', message: `a condition must be true or false: ${cel}` };
  return null;
}

/** All names that a condition could have meant. */
export const conditionNames = ({ systems, injects }: Named): string[] => [
  ...['world', 'systems', 'incident', 'steps', 'injects', 'minutes', 'delivered'],
  ...Object.keys(SYSTEM),
  ...Object.keys(Around.shape),
  ...Object.keys(INCIDENT),
  ...systems,
  ...injects,
];
export const EVENT_NAMES = ['event', 'type', 'path', 'by', 'data'];
