import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { contracts } from '../capabilities/contracts.ts';
import { type Inventory, systemSnapshot } from '../inventory/inventory.ts';
import { readLibrary } from '../playbook/library.ts';
import { type CheckedSimulation, checkSimulationFile, simulationFiles } from '../simulator/script/library.ts';
import type { Playbooks } from '../surfaces/ports.ts';

export type SimulationsDeps = {
  folder: string;
  /** Whose rules are known, beside the published plans. */
  playbookFolder: string;
  playbooks: Pick<Playbooks, 'list'>;
  inventory(): Inventory;
};

/** Reads files that injects bring along, out of the folder of the simulations and from nowhere else. */
export const attachmentsIn =
  (folder: string) =>
  (file: string): Uint8Array<ArrayBuffer> | null => {
    try {
      const path = realpathSync(join(folder, file));
      const inside = path.startsWith(`${realpathSync(folder)}${sep}`);
      return inside && statSync(path).isFile() ? new Uint8Array(readFileSync(path)) : null;
    } catch (error) {
      // It was there when the simulation was checked, and may have been taken away since.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };

/**
 * The simulations of a folder, checked against the playbooks that are published: what is drilled is what would be used. Checked anew
 * only when a file, a playbook or an AI system is another than the last time.
 */
export function createSimulations(deps: SimulationsDeps): () => Promise<CheckedSimulation[]> {
  let last: { key: string; checked: CheckedSimulation[] } = { key: '', checked: [] };
  return async () => {
    const plans = (await deps.playbooks.list()).map(({ plan }) => plan);
    const inventory = deps.inventory();
    const systems = Object.fromEntries(
      inventory.systems.flatMap(({ id }) => {
        const snapshot = systemSnapshot(inventory, id);
        return snapshot ? [[id, snapshot]] : [];
      }),
    );
    const rules = Object.keys(readLibrary(deps.playbookFolder).rules);
    const files = simulationFiles(deps.folder);
    const contents = files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));
    const key = JSON.stringify([files, contents, plans.map(({ hash }) => hash), systems, rules]);
    if (key === last.key) return last.checked;
    const ground = {
      ...{ contracts, systems, rules },
      playbooks: plans.map(({ playbook }) => playbook),
      planOf: (name: string) => plans.find(({ playbook }) => playbook === name) ?? null,
    };
    const checked = files.map((file) => {
      const { diagnostics, ...rest } = checkSimulationFile(file, ground);
      // Where the folder lies on this machine is nobody's business.
      return { ...rest, diagnostics: diagnostics.map((one) => ({ ...one, file: basename(file) })) };
    });
    last = { key, checked };
    return checked;
  };
}
