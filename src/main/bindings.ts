import type { CapabilityProvider, CapabilityRegistry } from '../activities/ports.ts';
import { CALENDAR } from '../capabilities/calendar.ts';
import type { Secrets } from '../connectors/contract.ts';
import { guardedProvider, type Redact } from '../connectors/secrets/redactor.ts';
import { bindingFor, type Inventory } from '../inventory/inventory.ts';
import { SIMULATED } from '../inventory/schema.ts';
import type { Worlds } from '../store/worlds.ts';
import { createCalendarProvider } from './calendar-provider.ts';
import type { Messengers } from './messengers.ts';
import { createModelBindings, type ModelBindings } from './model-bindings.ts';
import { simulatedProvider } from './simulated-bindings.ts';

export type BindingsDeps = {
  inventory: Inventory;
  worlds: Worlds;
  secrets: Secrets;
  redact: Redact;
  messengers: Messengers;
  now(): number;
  /** How long simulated acts take, as a share of what they would. */
  pace?: number;
};

/**
 * What the inventory binds, made once a process: the simulated world, and the real systems behind its connections. Nothing is reached
 * before it is used, and nothing that a provider says holds a secret.
 */
export function createRegistry(deps: BindingsDeps): CapabilityRegistry & { close(): Promise<void> } {
  const { inventory, redact } = deps;
  const simulated = simulatedProvider(inventory, deps.worlds, deps.pace ?? 1);
  const models = createModelBindings(deps);
  const calendar = createCalendarProvider(inventory, deps.now);
  const made = new Map<string, Readonly<Record<string, CapabilityProvider>>>();

  /** Made once for a system and a connection. */
  const ofModel = (kind: 'mlflow' | 'openai', connection: string, systemId: string | null) => {
    const key = JSON.stringify([systemId, connection]);
    const providers = made.get(key) ?? providersOf(models, inventory, { kind, connection, systemId });
    made.set(key, providers);
    return providers;
  };

  const real = (capability: string, name: string, systemId: string | null): CapabilityProvider | null => {
    const connection = inventory.connections[name];
    switch (connection?.kind) {
      case 'mlflow':
      case 'openai':
        return ofModel(connection.kind, name, systemId)[capability] ?? null;
      case 'smtp':
      case 'webhook':
        return deps.messengers.of(name)?.provider ?? null;
      case 'model-signing':
      case undefined:
        return null;
      default:
        return connection satisfies never;
    }
  };

  return {
    provider(capability, systemId) {
      if (capability === CALENDAR) return calendar;
      const bound = bindingFor(inventory, capability, systemId);
      if (bound === null) return null;
      if (bound === SIMULATED) return simulated;
      const provider = real(capability, bound, systemId);
      return provider && guardedProvider(provider, redact);
    },
    close: models.close,
  };
}

function providersOf(
  models: ModelBindings,
  inventory: Inventory,
  { kind, connection, systemId }: { kind: 'mlflow' | 'openai'; connection: string; systemId: string | null },
): Readonly<Record<string, CapabilityProvider>> {
  const system = inventory.systems.find(({ id }) => id === systemId);
  // The inventory refuses such a binding for a system that does not say how it is served.
  if (!system?.serving) return {};
  return models[kind]({ ...system, serving: system.serving }, connection);
}
