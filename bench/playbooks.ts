import { join } from 'node:path';
import { type Inventory, parseInventory, surroundingsOf } from '../src/inventory/inventory.ts';
import { loadInventory } from '../src/inventory/load.ts';
import { packageRoot } from '../src/main/package-root.ts';
import { check } from '../src/playbook/check.ts';
import { formatDiagnostic } from '../src/playbook/diagnostics.ts';
import { sealPlan } from '../src/playbook/hash.ts';
import type { Plan } from '../src/playbook/plan.ts';

export const inventory: Inventory = loadInventory(join(packageRoot, 'tocsin.yaml'));

/** So many acts, one after the other. */
export const actsPlan = (steps: number): Plan =>
  compiled(
    `acts-${steps}`,
    Array.from({ length: steps }, (_, i) => `  - { id: step-${i + 1}, do: model.inspect }`),
  );

/** A decision and the disruptive act that it allows, so many times over. */
export const decisionsPlan = (decisions: number): Plan =>
  compiled(
    `decisions-${decisions}`,
    Array.from({ length: decisions }, (_, i) => [
      `  - id: decide-${i + 1}`,
      `    ask: ${i % 2 === 0 ? 'Cut traffic' : 'Put traffic back'}?`,
      '    by: [{ role: incident-commander }]',
      '    within: 15m',
      '    otherwise: deny',
      '    on-deny:',
      `      - { id: stay-${i + 1}, say: It stays as it is., to: stakeholders }`,
      `  - { id: act-${i + 1}, do: ${i % 2 === 0 ? 'model.isolate' : 'model.restore'} }`,
    ]).flat(),
  );

/** People by the role that each holds, ten to a role at most. */
export const crowdInventory = (people: readonly { id: string; role: string }[]): string =>
  JSON.stringify({
    organisation: { name: 'Bench', timezone: 'UTC' },
    roles: Object.fromEntries(people.map(({ role }) => [role, { title: role }])),
    people: Object.fromEntries(
      people.map(({ id, role }) => [id, { name: id, email: `${id}@bench.example`, roles: [role] }]),
    ),
    systems: {
      'claims-triage': { name: 'Claims triage', tier: 'critical', owner: people[0]?.role, model: { name: 'm' } },
    },
    bindings: { 'model.*': 'simulated', 'notify.mail': 'simulated' },
  });

/** A question to `count` people of a role: with a disruptive act behind it, or with none. */
export const askedPlan = (crowd: string, role: string, count: number, act: boolean): Plan =>
  compiled(
    `asked-${role}`,
    [
      '  - id: decide',
      '    ask: Cut traffic?',
      `    by: [{ role: ${role}, count: ${count} }]`,
      '    within: 15m',
      '    on-deny: []',
      ...(act ? ['  - { id: act, do: model.isolate }'] : []),
    ],
    crowd,
  );

/** Opens on an alert of this kind, and asks at once. */
export const opensOnPlan = (crowd: string, kind: string, role: string): Plan =>
  compiled(
    kind.replace('.', '-'),
    [`  - { id: decide, ask: Cut traffic?, by: [{ role: ${role} }], within: 15m, on-deny: [] }`],
    crowd,
    `opens-on: alert.kind == "${kind}"`,
  );

/** Through the product's own checker and compiler, as every playbook. */
function compiled(name: string, steps: readonly string[], tocsinYaml?: string, head?: string): Plan {
  const text = [
    `playbook: ${name}`,
    'title: Measured',
    'version: 1',
    'severity: { default: sev2 }',
    ...(head === undefined ? [] : [head]),
    'inputs:',
    '  system: { type: ai-system, from: alert.system }',
    'steps:',
    ...steps,
    '',
  ].join('\n');
  const around = tocsinYaml === undefined ? inventory : parseInventory(tocsinYaml, 'crowd').inventory;
  if (!around) throw new Error('the inventory of the crowd has errors');
  const { plan, diagnostics } = check(text, `${name}.yaml`, surroundingsOf(around), {
    playbooks: {},
    templates: {},
    rules: {},
  });
  if (!plan) throw new Error(`the measured playbook has errors:\n${diagnostics.map(formatDiagnostic).join('\n')}`);
  return sealPlan(plan);
}
