import type { CapabilityProvider, CapabilityRegistry } from '../activities/ports.ts';
import { CALENDAR } from '../capabilities/calendar.ts';
import { ConnectorError } from '../connectors/contract.ts';
import { faultOf } from '../connectors/faults.ts';
import type { ActFault, Call } from '../engine/stage.ts';
import { type AiSystem, bindingFor, type Inventory } from '../inventory/inventory.ts';
import { SIMULATED } from '../inventory/schema.ts';
import { TROUBLED } from '../simulator/core/around.ts';
import type { SimulatedSystem } from '../simulator/core/world.ts';
import type { Worlds } from '../store/worlds.ts';
import { createCalendarProvider } from './calendar-provider.ts';
import { recipientsOf } from './recipients.ts';
import { createSimulatedProvider } from './simulated.ts';

/** The one simulated world of an inventory, outside drills. */
const WORLD = 'inventory';

/** The bindings of an inventory that is simulated throughout: no connection is made. */
export function createRegistry(inventory: Inventory, worlds: Worlds, pace = 1): CapabilityRegistry {
  const simulated = simulatedProvider(inventory, worlds, pace);
  const calendar = createCalendarProvider(inventory, Date.now);
  return {
    provider(capability, system) {
      if (capability === CALENDAR) return calendar;
      return bindingFor(inventory, capability, system) === SIMULATED ? simulated : null;
    },
  };
}

/** Serves whatever the inventory binds to `simulated`. */
export function simulatedProvider(inventory: Inventory, worlds: Worlds, pace: number): CapabilityProvider {
  const provider = createSimulatedProvider({
    withWorld: (change) => worlds.withWorld(WORLD, change),
    systems: Object.fromEntries(inventory.systems.map((system) => [system.id, simulated(system)])),
    now: Date.now,
    pace,
  });
  return {
    async act(call, context) {
      const addressed = addressMail(inventory, call);
      return 'code' in addressed ? { ok: false, fault: addressed } : provider.act(addressed, context);
    },
    readBack: provider.readBack,
  };
}

/** Mail to people needs their addresses, also where it only goes into the simulated mailbox. */
function addressMail(inventory: Inventory, call: Call): Call | ActFault {
  if (call.capability !== 'notify.mail') return call;
  try {
    return { ...call, with: { ...call.with, to: recipientsOf(inventory, String(call.with.to)).join(', ') } };
  } catch (error) {
    if (error instanceof ConnectorError) return faultOf(error);
    throw error;
  }
}

/** The newest version serves. Versions after the last known good one are compromised: that is what there is to practise on. */
function simulated({ model }: AiSystem): SimulatedSystem {
  const lastKnownGood = model.lastKnownGood ?? model.versions[0] ?? '1';
  const versions = model.versions.length > 0 ? model.versions : [lastKnownGood];
  const goodUntil = versions.indexOf(lastKnownGood);
  return {
    versions: Object.fromEntries(
      versions.map((version, i) => [version, { signatureValid: i <= goodUntil, passesValidation: i <= goodUntil }]),
    ),
    serving: versions.at(-1) as string,
    lastKnownGood,
    traffic: 'serving',
    ...(goodUntil < versions.length - 1 && { around: TROUBLED }),
  };
}
