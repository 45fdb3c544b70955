import { agencyContracts } from './agency.ts';
import { calendarContracts } from './calendar.ts';
import type { CapabilityContract } from './contract.ts';
import { dataContracts } from './data.ts';
import { evidenceContracts } from './evidence.ts';
import { modelContracts } from './model.ts';
import { notifyContracts } from './notify.ts';
import { supplyContracts } from './supply.ts';

/** Every capability a playbook may use, by name. A connector or a simulated world implements them. */
export const contracts = {
  ...modelContracts,
  ...notifyContracts,
  ...evidenceContracts,
  ...agencyContracts,
  ...dataContracts,
  ...supplyContracts,
  ...calendarContracts,
} as const satisfies Record<string, CapabilityContract>;

export type CapabilityName = keyof typeof contracts;

export const contractOf = (name: string): CapabilityContract | undefined =>
  Object.hasOwn(contracts, name) ? contracts[name as CapabilityName] : undefined;
