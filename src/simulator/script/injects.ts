import { milliseconds } from '../../playbook/duration.ts';
import type { Key } from '../../playbook/yaml.ts';
import { EVERYBODY } from '../core/script.ts';
import {
  type Checking,
  checkCondition,
  checkFaults,
  checkOnly,
  checkSystem,
  checkTimes,
  known,
  timeIn,
} from './checking.ts';
import type { InjectSource } from './source.ts';

/** What makes it due; exactly one of these. */
const TRIGGERS = ['at', 'after', 'when', 'by-hand'] as const;

export function checkInjects(checking: Checking): void {
  const { injects } = checking.value;
  const seen = new Set<string>();
  for (const [i, inject] of injects.entries()) {
    const at = ['injects', i];
    if (seen.has(inject.id)) checking.report([...at, 'id'], 'id-twice', `another inject is called "${inject.id}"`);
    seen.add(inject.id);
    checkTrigger(checking, inject, at);
    checkWording(checking, inject, at);
    checkLinks(checking, inject, at);
    checkChange(checking, inject, at);
  }
  checkOrder(checking);
}

function checkTrigger(checking: Checking, inject: InjectSource, at: readonly Key[]): void {
  const { report, value } = checking;
  const given = TRIGGERS.filter((key) => inject[key] !== undefined);
  if (given.length !== 1)
    report(
      at,
      'trigger',
      given.length === 0
        ? `nothing says when "${inject.id}" is due: at, after, when, or by-hand: true`
        : `"${inject.id}" is due by ${given.join(' and by ')}; say one of them`,
    );
  checkOnly(checking, inject.only, [...at, 'only']);
  for (const [key, when] of [
    ['at', inject.at],
    ['delay', inject.delay],
  ] as const)
    checkTimes(checking, when, [...at, key], inject.only);
  checkTimes(checking, inject.after?.delay, [...at, 'after', 'delay'], inject.only);
  checkCondition(checking, inject.when, [...at, 'when']);
  checkCondition(checking, inject.unless, [...at, 'unless']);
  if (inject.delay !== undefined && inject.when === undefined)
    report([...at, 'delay'], 'needless', '"delay" belongs to "when"; say it in "at" or in "after"', { key: true });
  if (inject.at === undefined) return;
  for (const length of inject.only ?? Object.keys(value.lengths)) {
    const lasts = value.lengths[length]?.lasts;
    if (lasts === undefined || (typeof inject.at !== 'string' && !Object.hasOwn(inject.at, length))) continue;
    if (timeIn(inject.at, length) >= milliseconds(lasts))
      report([...at, 'at'], 'after-end', `the ${length} drill ends after ${lasts}, before "${inject.id}" is due`, {
        suggestion: inject.only ? undefined : 'only: [longer ones]',
      });
  }
}

function checkWording(checking: Checking, inject: InjectSource, at: readonly Key[]): void {
  const { report } = checking;
  if (inject.by === 'alert') {
    const { kind, system } = inject.alert ?? {};
    if (typeof kind !== 'string') report(at, 'missing-key', '"alert" is missing, with the kind that the monitor sends');
    if (typeof system === 'string') checkSystem(checking, system, [...at, 'alert', 'system']);
  } else {
    if (inject.alert !== undefined) report([...at, 'alert'], 'needless', 'an alert comes by: alert', { key: true });
    if (inject.text === undefined) report(at, 'missing-key', '"text" is missing: what do players read or hear?');
  }
}

function checkLinks(checking: Checking, inject: InjectSource, at: readonly Key[]): void {
  const { value, report } = checking;
  const expectations = value.expectations.map(({ id }) => id);
  for (const [i, role] of (inject.to ?? []).entries())
    known(checking, 'role', role, [...Object.keys(value.players), EVERYBODY], [...at, 'to', i]);
  if (inject.objective !== undefined)
    known(checking, 'objective', inject.objective, Object.keys(value.objectives), [...at, 'objective']);
  for (const [i, id] of (inject.expects ?? []).entries())
    known(checking, 'expectation', id, expectations, [...at, 'expects', i]);
  if (inject['unless-met'] !== undefined)
    known(checking, 'expectation', inject['unless-met'], expectations, [...at, 'unless-met']);
  if (inject.after)
    known(
      checking,
      'inject',
      inject.after.inject,
      value.injects.map(({ id }) => id),
      [...at, 'after', 'inject'],
    );
  if (inject.kind === 'expected-action' && (inject.expects ?? []).length === 0)
    report([...at, 'kind'], 'no-response', `"${inject.id}" wants a response: say which under expects`);
  if (inject.kind === 'contingency' && inject.unless === undefined && inject['unless-met'] === undefined)
    report([...at, 'kind'], 'no-response', `"${inject.id}" is a contingency: say unless, or unless-met`);
}

function checkChange(checking: Checking, inject: InjectSource, at: readonly Key[]): void {
  const { changes } = inject;
  if (!changes) return;
  for (const [id, change] of Object.entries(changes.systems ?? {})) {
    const path = [...at, 'changes', 'systems', id];
    if (!known(checking, 'AI system', id, Object.keys(checking.value.world.systems), path, { key: true })) continue;
    const versions = Object.keys(checking.value.world.systems[id]?.versions ?? {});
    if (change.serving !== undefined) known(checking, 'version', change.serving, versions, [...path, 'serving']);
  }
  checkFaults(checking, changes.faults ?? [], [...at, 'changes', 'faults']);
}

/** An inject that waits for itself is never delivered; nor is one that waits for an inject of other lengths. */
function checkOrder({ value, report }: Checking): void {
  const byId = new Map(value.injects.map((inject) => [inject.id, inject]));
  for (const [i, inject] of value.injects.entries()) {
    const trail = [inject.id];
    for (let next = inject.after?.inject; next !== undefined; next = byId.get(next)?.after?.inject) {
      if (next === inject.id) {
        const message = `it waits for itself: ${[...trail, next].join(' ← ')}`;
        report(['injects', i, 'after', 'inject'], 'circle', message);
      }
      if (trail.includes(next)) break;
      trail.push(next);
    }
    const first = inject.after && byId.get(inject.after.inject);
    const lengths = Object.keys(value.lengths);
    const lost = (inject.only ?? lengths).filter((length) => first?.only && !first.only.includes(length));
    if (first && lost.length > 0)
      report(
        ['injects', i, 'after', 'inject'],
        'unreachable',
        `"${first.id}" is not played in ${lost.join(', ')}, so "${inject.id}" never is`,
      );
  }
}
