import type { Opening } from '../../engine/perform.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { Severity } from '../../incident/severity.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import type { Plan } from '../../playbook/plan.ts';
import { createDirectory } from '../directory.ts';
import { createOpener } from '../open.ts';

export type OpenedBy = {
  system: string | null;
  inputs: JsonObject;
  alert: JsonObject | null;
  requester: string | null;
  severity: Severity | null;
};

/** What an incident with this playbook would be opened with, by the rules by which incidents are opened. Throws Problem. */
export async function openingOf(inventory: Inventory, plan: Plan, by: OpenedBy, now: number): Promise<Opening> {
  const published = { plan, publishedAt: now, publishedBy: [] };
  let opened: Opening | null = null;
  const open = createOpener({
    directory: createDirectory(() => inventory),
    playbooks: {
      list: async () => [published],
      latest: async () => published,
      published: async () => published,
    },
    allocate: async (_key, year) => `INC-${year}-0001`,
    start: async (opening) => {
      opened = opening;
      return { created: true };
    },
    now: () => now,
    // Conditions that do not hold for this alert: the usual case.
    warn: () => undefined,
  });
  await open({ ...by, title: null, playbook: plan.playbook, key: 'trial' });
  if (opened === null) throw new Error('The opener started nothing.');
  return opened;
}
