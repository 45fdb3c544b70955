import type { CapabilityProvider, CapabilityRegistry } from '../activities/ports.ts';
import type { ActFault, Call } from '../engine/stage.ts';
import { type AiSystem, addressesMeantBy, bindingFor, type Inventory } from '../inventory/inventory.ts';
import { SIMULATED } from '../inventory/schema.ts';
import type { SimulatedSystem } from '../simulator/core/world.ts';
import type { Worlds } from '../store/worlds.ts';
import { createSimulatedProvider } from './simulated.ts';

/** The one simulated world of an inventory, outside drills. */
const WORLD = 'inventory';

/** Finds the provider that the inventory binds. In an inventory that is simulated this is all there is. */
export function createRegistry(inventory: Inventory, worlds: Worlds, pace = 1): CapabilityRegistry {
  const simulated = simulatedProvider(inventory, worlds, pace);
  return {
    provider(capability, system) {
      return bindingFor(inventory, capability, system) === SIMULATED ? simulated : null;
    },
  };
}

function simulatedProvider(inventory: Inventory, worlds: Worlds, pace: number): CapabilityProvider {
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

/** Roles and people become addresses here, so that none stand in a playbook or in a workflow's history. */
function addressMail(inventory: Inventory, call: Call): Call | ActFault {
  if (call.capability !== 'notify.mail') return call;
  const to = String(call.with.to);
  if (to.includes('@')) return call;
  const addresses = addressesMeantBy(inventory, to);
  if (addresses && addresses.length > 0) return { ...call, with: { ...call.with, to: addresses.join(', ') } };
  const why = addresses ? `Nobody who is meant by "${to}" has a mail address` : `Nobody is meant by "${to}"`;
  return { code: 'no-recipient', message: `${why}; see tocsin.yaml.`, retryable: false, effect: 'none' };
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
  };
}
