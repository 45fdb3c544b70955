import type { CapabilityRegistry, Notifier } from '../activities/ports.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { BindingsDeps, createRegistry } from './bindings.ts';
import type { Log } from './log.ts';
import { createMessengers } from './messengers.ts';
import { createPager } from './paging.ts';

export type LiveBindingsDeps = Omit<BindingsDeps, 'inventory' | 'messengers'> & {
  /** As its file says now. */
  inventory(): Inventory;
  bind: typeof createRegistry;
  log: Log;
  publicUrl: string;
};

type Bound = { registry: ReturnType<typeof createRegistry>; pager: Notifier; close(): Promise<void> };

/**
 * What the inventory binds and whom it pages, made anew when its file has changed: what people approve is what the file says when they
 * are asked, so it must be what is done. An act that runs finishes with what it began with; nothing of an earlier file is closed before the end.
 */
export function createLiveBindings(deps: LiveBindingsDeps): {
  registry: CapabilityRegistry;
  notifier: Notifier;
  close(): Promise<void>;
} {
  const all: Bound[] = [];
  let from: Inventory | null = null;
  const now = (): Bound => {
    const inventory = deps.inventory();
    const last = all.at(-1);
    if (last && inventory === from) return last;
    const made = boundBy(deps, inventory);
    from = inventory;
    all.push(made);
    return made;
  };
  // What cannot be made is heard of at start.
  now();
  return {
    registry: { provider: (capability, system) => now().registry.provider(capability, system) },
    notifier: { page: (page) => now().pager.page(page) },
    close: async () => {
      await Promise.all(all.map((bound) => bound.close()));
    },
  };
}

function boundBy({ bind, log, publicUrl, ...deps }: LiveBindingsDeps, inventory: Inventory): Bound {
  const messengers = createMessengers({ ...deps, inventory });
  const registry = bind({ ...deps, inventory, messengers });
  return {
    registry,
    pager: createPager({ ...deps, inventory, messengers, log, publicUrl }),
    close: async () => {
      await registry.close();
      await messengers.close();
    },
  };
}
