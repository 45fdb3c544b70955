import type { Environment } from '@marcbachmann/cel-js';
import type { CapabilityContract } from '../../capabilities/contract.ts';
import type { SystemSnapshot } from '../../incident/events.ts';
import type { Diagnostic } from '../../playbook/diagnostics.ts';
import { milliseconds } from '../../playbook/duration.ts';
import { didYouMean } from '../../playbook/names.ts';
import { type AskStep, everyPlanStep, type Plan } from '../../playbook/plan.ts';
import type { Key, YamlSource } from '../../playbook/yaml.ts';
import type { Script } from '../core/script.ts';
import { EVENT_NAMES, eventEnvironment, mistakeIn } from './conditions.ts';
import type { SimulationSource } from './source.ts';

/** What a simulation is checked against. */
export type Ground = {
  contracts: Readonly<Record<string, CapabilityContract>>;
  /** The names of the playbooks there are, and the plan of one of them; null: it has errors. */
  playbooks: readonly string[];
  planOf: (playbook: string) => Plan | null;
  /** The AI systems of the inventory, for `like`. */
  systems: Readonly<Record<string, SystemSnapshot>>;
  rules: readonly string[];
};

/** A script that has no hash yet: seal.ts adds it, where Node's crypto is at hand. */
export type ScriptDraft = Omit<Script, 'hash' | 'rubric'>;

export type Checking = {
  source: YamlSource;
  value: SimulationSource;
  ground: Ground;
  plan: Plan | null;
  conditions: { environment: Environment; names: readonly string[] };
  report: (path: readonly Key[], code: string, message: string, options?: ReportOptions) => void;
};
type ReportOptions = {
  key?: boolean;
  offset?: number;
  suggestion?: string | undefined;
  severity?: Diagnostic['severity'];
};

/** Reports a name that is not one of those there are. */
export function known(
  { report }: Checking,
  what: string,
  name: string,
  names: Iterable<string>,
  path: readonly Key[],
  options: { key?: boolean } = {},
): boolean {
  const list = [...names];
  if (list.includes(name)) return true;
  const code = `unknown-${what.replaceAll(' ', '-').toLowerCase()}`;
  report(path, code, `unknown ${what} "${name}"`, { ...options, suggestion: didYouMean(name, list) });
  return false;
}

export function checkCondition({ conditions, report }: Checking, cel: string | undefined, path: readonly Key[]): void {
  if (cel === undefined) return;
  const mistake = mistakeIn(conditions.environment, cel, conditions.names);
  if (mistake) report(path, mistake.code, mistake.message, mistake);
}

const forEvents = eventEnvironment();
export function checkEvent({ report }: Checking, cel: string, path: readonly Key[]): void {
  const mistake = mistakeIn(forEvents, cel, EVENT_NAMES);
  if (mistake) report(path, mistake.code, mistake.message, mistake);
}

/** A time, or one for each length: those must be lengths, and all of them that count here. */
export function checkTimes(
  checking: Checking,
  when: string | Record<string, string> | undefined,
  path: readonly Key[],
  only: readonly string[] | undefined,
): void {
  if (when === undefined || typeof when === 'string') return;
  const lengths = Object.keys(checking.value.lengths);
  for (const name of Object.keys(when)) known(checking, 'length', name, lengths, [...path, name], { key: true });
  const missing = (only ?? lengths).filter((name) => lengths.includes(name) && !Object.hasOwn(when, name));
  if (missing.length > 0) checking.report(path, 'missing-length', `it says no time for ${missing.join(', ')}`);
}

export function checkOnly(checking: Checking, only: readonly string[] | undefined, path: readonly Key[]): void {
  for (const [i, name] of (only ?? []).entries())
    known(checking, 'length', name, Object.keys(checking.value.lengths), [...path, i]);
}

export function checkCapability(
  checking: Checking,
  name: string,
  path: readonly Key[],
  options: { key?: boolean } = {},
): void {
  if (!known(checking, 'capability', name, Object.keys(checking.ground.contracts), path, options)) return;
  const { plan } = checking;
  if (!plan) return;
  const used = [...everyPlanStep(plan)].some(
    (step) =>
      step.kind === 'do' && [step.use, step.prove, step.undo].some((use) => use !== null && use.capability === name),
  );
  if (!used)
    checking.report(path, 'unused', `${plan.playbook} never uses ${name}`, { ...options, severity: 'warning' });
}

type Faults = NonNullable<SimulationSource['world']['faults']>;
export function checkFaults(checking: Checking, faults: Faults, path: readonly Key[]): void {
  for (const [i, fault] of faults.entries()) {
    const at = [...path, i];
    checkCapability(checking, fault.capability, [...at, 'capability']);
    checkSystem(checking, fault.system, [...at, 'system']);
    if (fault.kind === 'error' && fault.message === undefined)
      checking.report(at, 'missing-key', '"message" is missing: say what the connector answers');
  }
}

export function checkSystem(checking: Checking, name: string | undefined, path: readonly Key[]): void {
  if (name !== undefined) known(checking, 'AI system', name, Object.keys(checking.value.world.systems), path);
}

/** For durations that `checkTimes` has accepted. */
export const timeIn = (when: string | Record<string, string>, length: string): number =>
  milliseconds(typeof when === 'string' ? when : (when[length] as string));

/** What the question of a step can be answered. */
export const answersOf = ({ options, task }: AskStep): string[] =>
  task ? ['done', 'not-done'] : (options?.map(({ id }) => id) ?? ['approve', 'deny']);
