import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { check } from '../../src/playbook/check.ts';
import { sealPlan } from '../../src/playbook/hash.ts';
import { readLibrary } from '../../src/playbook/library.ts';
import { Expect, Given, Scenario } from '../../src/simulator/trial/scenario.ts';
import { tryScenarios } from '../../src/surfaces/trial/scenarios.ts';

const inventory = loadInventory('tocsin.yaml');
const page = readFileSync('docs/playbooks.md', 'utf8');
const block = (first: string): string =>
  page
    .split('```yaml\n')
    .find((text) => text.startsWith(first))
    ?.split('```')[0] ?? '';

it('docs/playbooks.md shows scenarios that hold for its first playbook', async () => {
  const { plan } = check(
    block('playbook: odd-answers'),
    'odd-answers.yaml',
    surroundingsOf(inventory),
    readLibrary('playbooks'),
  );
  if (!plan) throw new Error('the first playbook does not hold');
  const trial = await tryScenarios(block('# playbooks/tests'), 'odd-answers.yaml', sealPlan(plan), inventory);
  expect(trial.diagnostics).toEqual([]);
  expect(trial.scenarios.map(({ scenario, failures }) => [scenario, failures])).toEqual([
    ['approved', []],
    ['denied', []],
    ['gateway-lies', []],
  ]);
});

it('docs/formats/scenarios.md names every key', () => {
  const text = readFileSync('docs/formats/scenarios.md', 'utf8');
  const keys = [Scenario, Given, Expect].flatMap((schema) => Object.keys(schema.shape));
  expect(keys.filter((key) => !text.includes(`\`${key}\``) && !text.includes(`\`${key}: `))).toEqual([]);
});
