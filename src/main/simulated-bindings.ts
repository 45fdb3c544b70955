import { setTimeout as pause } from 'node:timers/promises';
import type { CapabilityProvider, CapabilityRegistry } from '../activities/ports.ts';
import type { ActFault, ActResult, Call } from '../engine/stage.ts';
import type { JsonObject } from '../incident/json.ts';
import { type AiSystem, bindingFor, type Inventory, peopleMeantBy } from '../inventory/inventory.ts';
import { actOnWorld, newWorld, type SimulatedSystem, tookMs, World } from '../simulator/core/world.ts';
import type { Worlds } from '../store/worlds.ts';

/** The one simulated world of an inventory, outside drills. */
const WORLD = 'inventory';
const BEAT_EVERY_MS = 250;

/** Finds the provider that the inventory binds. In an inventory that is simulated this is all there is. */
export function createRegistry(inventory: Inventory, worlds: Worlds, pace = 1): CapabilityRegistry {
  const simulated = simulatedProvider(inventory, worlds, pace);
  return {
    provider(capability, system) {
      const connector = bindingFor(inventory, capability, system);
      switch (connector) {
        case null:
          return null;
        case 'simulated':
          return simulated;
        default:
          return connector satisfies never;
      }
    },
  };
}

/**
 * Serves capabilities from the simulated world, which is a row in the store. Acts take as long as they say, times `pace`; the
 * effect lands half-way, so that a crash can befall an act before or after it.
 */
function simulatedProvider(inventory: Inventory, worlds: Worlds, pace: number): CapabilityProvider {
  return {
    async act(call, { signal, beat }) {
      const addressed = addressMail(inventory, call);
      if ('code' in addressed) return { ok: false, fault: addressed };
      const halfMs = (tookMs(call.capability) * pace) / 2;
      await lasting(halfMs, signal, beat);
      const result = await worlds.withWorld<ActResult>(WORLD, async (stored) => {
        const { world, result } = actOnWorld(worldOf(inventory, stored), addressed, Date.now());
        return { world: world as unknown as JsonObject, result };
      });
      await lasting(halfMs, signal, beat);
      return result;
    },
    readBack(call) {
      return worlds.withWorld(WORLD, async (stored) => {
        const world = worldOf(inventory, stored);
        const applied = world.applied[call.key];
        return {
          world: world as unknown as JsonObject,
          result: applied ? { state: 'done' as const, outputs: applied.outputs } : { state: 'not-done' as const },
        };
      });
    },
  };
}

/** Roles and people become addresses here, so that none stand in a playbook or in a workflow's history. */
function addressMail(inventory: Inventory, call: Call): Call | ActFault {
  if (call.capability !== 'notify.mail') return call;
  const to = String(call.with.to);
  if (to.includes('@')) return call;
  const people = peopleMeantBy(inventory, to) ?? [];
  const addresses = people.flatMap((person) => (person.email === null ? [] : [person.email]));
  if (addresses.length > 0) return { ...call, with: { ...call.with, to: addresses.join(', ') } };
  const why = people.length > 0 ? `Nobody who is meant by "${to}" has a mail address` : `Nobody is meant by "${to}"`;
  return { code: 'no-recipient', message: `${why}; see tocsin.yaml.`, retryable: false, effect: 'none' };
}

/** Systems that the inventory has gained since are added; what has been done to the others stays. */
function worldOf(inventory: Inventory, stored: JsonObject | null): World {
  const world = stored === null ? newWorld({}) : World.parse(stored);
  const missing = inventory.systems.filter((system) => !world.systems[system.id]);
  return { ...world, systems: { ...world.systems, ...Object.fromEntries(missing.map((s) => [s.id, simulated(s)])) } };
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

async function lasting(ms: number, signal: AbortSignal, beat: () => void): Promise<void> {
  const until = Date.now() + ms;
  for (let left = ms; left > 0; left = until - Date.now()) {
    beat();
    await pause(Math.min(left, BEAT_EVERY_MS), undefined, { signal });
  }
}
