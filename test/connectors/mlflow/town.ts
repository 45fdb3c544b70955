import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Egress, Gateway, ModelRegistry } from '../../../src/connectors/contract.ts';
import { createEgress } from '../../../src/connectors/egress/egress.ts';
import { createMlflowApi, type MlflowApi } from '../../../src/connectors/mlflow/api.ts';
import { createMlflowGateway } from '../../../src/connectors/mlflow/gateway.ts';
import { createMlflowRegistry } from '../../../src/connectors/mlflow/registry.ts';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import { type Artefacts, defineModel, openEndpoint, registerModel } from '../../../src/demo/mlflow-setup.ts';
import type { ConnectionOf } from '../../../src/inventory/connections.ts';
import { askGateway, callMlflow, openAiLike, testMlflow } from '../../support/mlflow.ts';

/** A team's model in a real MLflow: two versions, version 2 live, and an endpoint that leads to it. */
export type Town = {
  /** Of the model and of the endpoint. */
  name: string;
  /** MLflow itself, whatever the connector goes through. */
  mlflow: string;
  api: MlflowApi;
  registry: ModelRegistry;
  gateway: Gateway;
  definitions: [string, string];
  endpointId: string;
  /** What people get: the model that answered, or the status. */
  ask(endpoint?: string): Promise<string | number>;
};

export const NOW = Date.parse('2026-03-01T10:00:00Z');
export const signal = (): AbortSignal => AbortSignal.timeout(30_000);

export async function openTown({
  mlflow,
  versions = ['{"version":1}', '{"version":2}'].map((behaviour) => ({ 'behaviour.json': behaviour })),
}: {
  mlflow?: string;
  versions?: readonly Artefacts[];
} = {}): Promise<Town> {
  const url = mlflow ?? (await testMlflow()).url;
  const name = `assistant-${randomUUID().slice(0, 8)}`;
  await registerModel(url, name, versions, {
    name: 'production',
    version: '2',
  });
  const ids: string[] = [];
  for (const version of [1, 2]) {
    const backend = await openAiLike(`assistant-${version}`);
    onTestFinished(backend.close);
    ids.push(
      await defineModel(url, {
        name: `${name}-v${version}`,
        backend: `${backend.url}/v1`,
        modelName: `assistant-${version}`,
      }),
    );
  }
  const definitions = ids as [string, string];
  await openEndpoint(url, name, definitions[1]);
  const { endpoint } = await callMlflow<{ endpoint: { endpoint_id: string } }>(
    url,
    'GET',
    `/api/3.0/mlflow/gateway/endpoints/get?name=${name}`,
  );
  const endpointId = endpoint.endpoint_id;
  return { name, mlflow: url, definitions, endpointId, ...connect(url, name), ask: asker(url, name) };
}

const asker =
  (url: string, name: string) =>
  async (endpoint = name) => {
    const { status, model } = await askGateway(url, endpoint);
    return status === 200 ? (model ?? '') : status;
  };

/** The connector, as `main` puts it together. */
export function connect(url: string, name: string): Pick<Town, 'api' | 'registry' | 'gateway'> {
  const api = apiAt(url);
  return {
    api,
    registry: createMlflowRegistry(api, { model: name, alias: 'production', now: () => NOW }),
    gateway: createMlflowGateway(api, { endpoint: name, definitions: {}, model: name }),
  };
}

export function apiAt(url: string, more: Partial<ConnectionOf<'mlflow'>> = {}, env: NodeJS.ProcessEnv = {}): MlflowApi {
  const egress: Egress & { close(): Promise<void> } = createEgress({ origin: new URL(url).origin, private: true });
  onTestFinished(() => egress.close());
  return createMlflowApi({ kind: 'mlflow', url, private: true, ...more }, egress, createSecrets(env));
}
