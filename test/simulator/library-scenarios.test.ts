import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadInventory } from '../../src/inventory/load.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { percent } from '../../src/simulator/trial/coverage.ts';
import { tryScenarios } from '../../src/surfaces/trial/scenarios.ts';
import { SHIPPED } from '../support/shipped.ts';

const inventory = loadInventory(join(packageRoot, 'tocsin.yaml'));
/** Some branch may be out of reach of the simulated world; no step may. */
const BRANCHES_MIN = 90;

describe.each(SHIPPED.map((plan) => [plan.playbook, plan] as const))('the scenarios of %s', (name, plan) => {
  it('hold, reach every step and nearly every branch', async () => {
    const file = join('playbooks', 'tests', `${name}.yaml`);
    expect(existsSync(join(packageRoot, file)), `${file} is there`).toBe(true);
    const trial = await tryScenarios(readFileSync(join(packageRoot, file), 'utf8'), file, plan, inventory);
    expect(trial.diagnostics).toEqual([]);
    expect(trial.scenarios.flatMap(({ scenario, failures }) => failures.map((one) => ({ scenario, ...one })))).toEqual(
      [],
    );
    expect(trial.coverage.missed.filter(({ way }) => way === null)).toEqual([]);
    expect(percent(trial.coverage.branches)).toBeGreaterThanOrEqual(BRANCHES_MIN);
  });
});
