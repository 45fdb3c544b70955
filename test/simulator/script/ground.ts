import { join } from 'node:path';
import { contracts } from '../../../src/capabilities/contracts.ts';
import { surroundingsOf, systemSnapshot } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { checkPlaybook, readLibrary } from '../../../src/playbook/library.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import type { Ground } from '../../../src/simulator/script/checking.ts';

const root = join(import.meta.dirname, '../../..');

/** The shipped playbooks and the sample inventory. */
export function sampleGround(): Ground {
  const inventory = loadInventory(join(root, 'tocsin.yaml'));
  const library = readLibrary(join(root, 'playbooks'));
  const surroundings = surroundingsOf(inventory);
  const plans = new Map<string, Plan | null>();
  return {
    contracts,
    playbooks: Object.keys(library.playbooks),
    planOf(name) {
      const plan = plans.get(name) ?? checkPlaybook(name, library, surroundings).plan;
      plans.set(name, plan);
      return plan;
    },
    systems: Object.fromEntries(
      inventory.systems.flatMap(({ id }) => {
        const snapshot = systemSnapshot(inventory, id);
        return snapshot ? [[id, snapshot]] : [];
      }),
    ),
    rules: Object.keys(library.rules),
  };
}
