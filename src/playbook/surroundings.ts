import type { CapabilityContract } from '../capabilities/contract.ts';

/** What the checker and the compiler must know of the world around a playbook. Built by the inventory; plain data and look-ups. */
export type Surroundings = {
  /** Every capability there is, by name. */
  contracts: Readonly<Record<string, CapabilityContract>>;
  /** Roles that somebody holds, with the number of people. */
  roles: Readonly<Record<string, number>>;
  /** AI systems by id, with the capabilities that are bound for each. */
  systems: Readonly<Record<string, { capabilities: readonly string[] }>>;
  /** Capabilities bound for the organisation as a whole (`notify.mail`). */
  organisation: readonly string[];
};
