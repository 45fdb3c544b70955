import { basename, join } from 'node:path';
import type { Plan } from '../../src/playbook/plan.ts';
import type { Script } from '../../src/simulator/core/script.ts';
import { checkSimulationFile, simulationFiles } from '../../src/simulator/script/library.ts';
import { sampleGround } from '../simulator/script/ground.ts';

export type NamedScript = { name: string; script: Script; plan: Plan };

const folder = join(import.meta.dirname, '../../simulations');
let shipped: NamedScript[] | undefined;

/** Every shipped simulation, at each of its lengths. */
export function shippedScripts(): NamedScript[] {
  const ground = sampleGround();
  shipped ??= simulationFiles(folder).flatMap((file) =>
    Object.values(checkSimulationFile(file, ground).scripts ?? {}).map((script) => {
      const plan = ground.planOf(script.playbook);
      if (!plan) throw new Error(`${file} exercises a playbook with errors`);
      return { name: `${basename(file)}, ${script.length.name}`, script, plan };
    }),
  );
  return shipped;
}

export function shippedScript(simulation: string, length: string): NamedScript {
  const found = shippedScripts().find(
    ({ script }) => script.simulation === simulation && script.length.name === length,
  );
  if (!found) throw new Error(`There is no ${simulation} of ${length}.`);
  return found;
}
