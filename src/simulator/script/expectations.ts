import { everyPlanStep } from '../../playbook/plan.ts';
import type { Key } from '../../playbook/yaml.ts';
import {
  answersOf,
  type Checking,
  checkCapability,
  checkEvent,
  checkOnly,
  checkSystem,
  checkTimes,
  known,
} from './checking.ts';
import type { ExpectationSource } from './source.ts';

/** What it looks for; exactly one of these. */
const SOUGHT = [
  'opened',
  'acknowledged',
  'act',
  'decided',
  'told',
  'duty',
  'resolved',
  'noted',
  'event',
  'judged',
] as const;
export const STAKEHOLDERS = 'stakeholders';

export function checkExpectations(checking: Checking): void {
  const { value, report } = checking;
  const seen = new Set(value.injects.map(({ id }) => id));
  for (const [i, expectation] of value.expectations.entries()) {
    const at = ['expectations', i];
    if (seen.has(expectation.id))
      report([...at, 'id'], 'id-twice', `another expectation or inject is called "${expectation.id}"`);
    seen.add(expectation.id);
    checkSought(checking, expectation, at);
    checkTerms(checking, expectation, at);
  }
}

function checkSought(checking: Checking, one: ExpectationSource, at: readonly Key[]): void {
  const { report, value, ground } = checking;
  const given = SOUGHT.filter((key) => one[key] !== undefined);
  if (given.length !== 1)
    report(
      at,
      'sought',
      given.length === 0
        ? `nothing says what "${one.id}" looks for: ${SOUGHT.join(', ')}`
        : `"${one.id}" looks for ${given.join(' and ')}; make two of it`,
    );
  if (one.act !== undefined) checkCapability(checking, one.act, [...at, 'act']);
  checkSystem(checking, one.system, [...at, 'system']);
  if (one.system !== undefined && one.act === undefined)
    report([...at, 'system'], 'needless', '"system" belongs to "act"', { key: true });
  if (one.decided) checkDecided(checking, one.decided, at);
  if (one.told)
    known(checking, 'role', one.told.to, [...Object.keys(value.players), STAKEHOLDERS], [...at, 'told', 'to']);
  if (one.duty) known(checking, 'rule', one.duty.rule, ground.rules, [...at, 'duty', 'rule']);
  if (one.event !== undefined) checkEvent(checking, one.event, [...at, 'event']);
}

function checkDecided(
  checking: Checking,
  decided: NonNullable<ExpectationSource['decided']>,
  at: readonly Key[],
): void {
  const asks = [...(checking.plan ? everyPlanStep(checking.plan) : [])].flatMap((step) =>
    step.kind === 'ask' ? [step] : [],
  );
  if (!checking.plan) return;
  const paths = asks.map(({ path }) => path);
  if (!known(checking, 'question', decided.step, paths, [...at, 'decided', 'step'])) return;
  const ask = asks.find(({ path }) => path === decided.step);
  if (ask && decided.answer !== undefined)
    known(checking, 'answer', decided.answer, answersOf(ask), [...at, 'decided', 'answer']);
}

function checkTerms(checking: Checking, one: ExpectationSource, at: readonly Key[]): void {
  const { report, value } = checking;
  const objective = value.objectives[one.objective];
  known(checking, 'objective', one.objective, Object.keys(value.objectives), [...at, 'objective']);
  if (objective && one.task !== undefined)
    known(checking, 'task', one.task, Object.keys(objective.tasks), [...at, 'task']);
  const injects = value.injects.map(({ id }) => id);
  if (one.since !== undefined) known(checking, 'inject', one.since, injects, [...at, 'since']);
  if (one.before !== undefined) {
    const others = value.expectations.map(({ id }) => id).filter((id) => id !== one.id);
    known(checking, 'inject or expectation', one.before, [...injects, ...others], [...at, 'before']);
  }
  checkOnly(checking, one.only, [...at, 'only']);
  checkTimes(checking, one.within, [...at, 'within'], one.only);
  if (one.never && one.gate === 'achieve')
    report([...at, 'gate'], 'value', 'what must not happen cannot achieve anything: say gate: sound');
  // Whoever did nothing has fallen for nothing.
  if (one.trap !== undefined && !one.never)
    report(
      [...at, 'trap'],
      'value',
      'falling for a trap is doing something: say what must not happen, with never: true',
    );
  const expecting = value.injects.filter(({ expects }) => expects?.includes(one.id));
  if (expecting.length > 1 && one.since === undefined)
    report(
      at,
      'since',
      `${expecting.map(({ id }) => `"${id}"`).join(' and ')} both expect it: say since which of them its time counts`,
    );
}
