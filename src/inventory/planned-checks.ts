import { CHECKS, type CheckName, checkNames } from '../incident/check.ts';
import { bindingFor, type Inventory } from './inventory.ts';
import { SIMULATED } from './schema.ts';
import type { Serving } from './serving.ts';

/** A check that can be made; without `everyMs` only on demand. */
export type PlannedCheck = { system: string; check: CheckName; everyMs: number | null };

/**
 * What is checked: signatures where the inventory says what verifies them, canaries where it names some. Canaries that nothing can
 * ask for are planned all the same: that they cannot be checked must be heard of.
 */
export function plannedChecks(inventory: Inventory): PlannedCheck[] {
  return inventory.systems.flatMap(({ id, checks, serving }) =>
    checkNames
      .filter((check) =>
        check === 'canaries'
          ? checks.canaries.length > 0
          : verifies(bindingFor(inventory, CHECKS[check].capability, id), serving),
      )
      .map((check) => ({ system: id, check, everyMs: checks.everyMs })),
  );
}

/** A real system's artefacts are signed by somebody, or nothing is there to verify. */
const verifies = (bound: string | null, serving: Serving | null): boolean =>
  bound === SIMULATED || (bound !== null && serving?.signedBy != null);
