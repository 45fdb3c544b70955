import { statSync } from 'node:fs';
import type { Inventory } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load.ts';
import type { Log } from './log.ts';

export type LiveInventory = {
  current(): Inventory;
  /** Why the file as it is now is not used; null when it is. */
  problem(): string | null;
};

const LOOK_EVERY_MS = 1_000;

/**
 * The inventory as the file says now: whoever is taken out of it is out within a second. A file with mistakes is not used: the
 * last good one stays, and the mistakes are said. `accept` throws for one that may not be used here.
 */
export function createLiveInventory(
  path: string,
  now: () => number,
  log: Log,
  accept: (inventory: Inventory) => void = () => undefined,
): LiveInventory {
  const load = (): Inventory => {
    const loaded = loadInventory(path);
    accept(loaded);
    return loaded;
  };
  let inventory = load();
  let seen = stamp(path);
  let lookedAt = now();
  let problem: string | null = null;

  const look = (): void => {
    if (now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = now();
    const fresh = stamp(path);
    if (fresh === seen) return;
    seen = fresh;
    try {
      inventory = load();
      problem = null;
      log.info({ file: path }, 'the inventory was read again');
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      log.error({ file: path, problem }, 'the inventory has mistakes; the one before stays in use');
    }
  };
  return {
    current: () => {
      look();
      return inventory;
    },
    problem: () => {
      look();
      return problem;
    },
  };
}

/** Changes whenever the file does; "gone" while an editor replaces it. */
function stamp(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : 'gone';
}
