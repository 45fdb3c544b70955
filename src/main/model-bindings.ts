import { setTimeout as wait } from 'node:timers/promises';
import type { CapabilityProvider } from '../activities/ports.ts';
import type { Gateway, ModelRegistry, Secrets } from '../connectors/contract.ts';
import { createEgress } from '../connectors/egress/egress.ts';
import { createMlflowApi } from '../connectors/mlflow/api.ts';
import { createMlflowGateway } from '../connectors/mlflow/gateway.ts';
import { createMlflowRegistry } from '../connectors/mlflow/registry.ts';
import { createVerifier } from '../connectors/model-signing/verifier.ts';
import type { AskPorts } from '../connectors/models/asking.ts';
import { createCanaryProvider } from '../connectors/models/canary.ts';
import type { ModelPorts } from '../connectors/models/ports.ts';
import { createProbeProvider } from '../connectors/models/probe.ts';
import { createModelProviders } from '../connectors/models/providers.ts';
import { createChat, vantageOf } from '../connectors/openai/chat.ts';
import { type ConnectionKind, type ConnectionOf, SERVES } from '../inventory/connections.ts';
import { type AiSystem, bindingFor, type Inventory } from '../inventory/inventory.ts';

type Providers = Readonly<Record<string, CapabilityProvider>>;
type ServedSystem = ModelPorts['system'];

export type ModelBindings = {
  /** What an MLflow serves for this system, by capability. */
  mlflow(system: ServedSystem, connection: string): Providers;
  /** What can be found out by asking alone. */
  openai(system: ServedSystem, connection: string): Providers;
  close(): Promise<void>;
};

export type ModelBindingsDeps = { inventory: Inventory; secrets: Secrets; now(): number };

/** The registries, gateways and models of an inventory: one way out for each connection, whoever uses it. */
export function createModelBindings({ inventory, secrets, now }: ModelBindingsDeps): ModelBindings {
  const exits = new Map<string, ReturnType<typeof createEgress>>();

  function egress(name: string, { url, private: privateToo }: { url: string; private: boolean }) {
    const made = exits.get(name) ?? createEgress({ origin: new URL(url).origin, private: privateToo });
    exits.set(name, made);
    return made;
  }

  function registryAndGateway({ model, serving }: ServedSystem, name: string) {
    const connection = connectionOf(inventory, name, 'mlflow');
    const api = createMlflowApi(connection, egress(name, connection), secrets);
    const { alias, endpoint, definitions } = serving;
    return {
      registry: createMlflowRegistry(api, { model: model.name, alias, now }),
      gateway: createMlflowGateway(api, { endpoint, definitions, model: model.name }),
    };
  }

  function asking(system: ServedSystem, name: string | null) {
    const connection = name === null ? null : connectionOf(inventory, name, 'openai');
    return {
      system,
      secrets,
      now,
      pause: (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }),
      chat: connection && createChat(connection, egress(name as string, connection), secrets),
      vantage: connection ? vantageOf(connection) : '',
    };
  }

  return {
    mlflow(system, name) {
      const { askThrough, signedBy } = system.serving;
      return createModelProviders({
        ...asking(system, askThrough),
        ...registryAndGateway(system, name),
        signatures:
          signedBy === null ? null : createVerifier(connectionOf(inventory, signedBy, 'model-signing'), { now }),
      });
    },
    openai(system, name) {
      // Which version answers, only a registry and a gateway can say: that of the system's other capabilities.
      const beside = mlflowOf(inventory, system);
      const known: { registry: ModelRegistry; gateway: Gateway } | { registry: null; gateway: null } =
        beside === null ? { registry: null, gateway: null } : registryAndGateway(system, beside);
      const ports: AskPorts = { ...asking(system, name), ...known };
      return { 'model.probe': createProbeProvider(ports), 'model.canary': createCanaryProvider(ports) };
    },
    close: async () => {
      await Promise.all([...exits.values()].map((exit) => exit.close()));
    },
  };
}

/** The MLflow that serves something of this system. */
function mlflowOf(inventory: Inventory, system: AiSystem): string | null {
  const bound = SERVES.mlflow
    .map((capability) => bindingFor(inventory, capability, system.id))
    .find((name) => name !== null && inventory.connections[name]?.kind === 'mlflow');
  return bound ?? null;
}

/** The inventory was checked: the connection is there, and of this kind. */
function connectionOf<K extends ConnectionKind>(inventory: Inventory, name: string, kind: K): ConnectionOf<K> {
  const connection = inventory.connections[name];
  if (connection?.kind !== kind) throw new Error(`the inventory has no connection "${name}" of kind ${kind}`);
  return connection as ConnectionOf<K>;
}
