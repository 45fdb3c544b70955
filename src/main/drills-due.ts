import type { DrillsDue } from '../activities/ports.ts';
import { dueToPlan } from '../inventory/drill-dates.ts';
import type { Inventory } from '../inventory/inventory.ts';

export type DrillsDueDeps = {
  /** As its file says now. */
  inventory(): Inventory;
  note(schedule: string, period: string, now: number): Promise<void>;
};

/** Of a schedule that the file no longer has, nothing is due. */
export function createDrillsDue({ inventory, note }: DrillsDueDeps): DrillsDue {
  return {
    async noteDue(id, now) {
      const schedule = inventory().drillSchedules?.find((one) => one.id === id);
      for (const { period } of schedule ? dueToPlan(schedule, now) : []) await note(id, period, now);
    },
  };
}
