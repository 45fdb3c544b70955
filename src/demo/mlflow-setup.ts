import { z } from 'zod';

/** What a team does in MLflow before there is anything to respond to: registers versions, points the alias, opens the gateway. */

/** The files of one version, by their path. */
export type Artefacts = Readonly<Record<string, string | Uint8Array>>;

/** Registers a model with these versions, 1 first, and points the alias at one of them. */
export async function registerModel(
  url: string,
  model: string,
  versions: readonly Artefacts[],
  alias: { name: string; version: string },
): Promise<void> {
  await call(url, 'POST', '2.0/mlflow/registered-models/create', { name: model });
  for (const artefacts of versions) await registerVersion(url, model, artefacts);
  await pointAlias(url, model, alias);
}

export async function pointAlias(
  url: string,
  model: string,
  { name: alias, version }: { name: string; version: string },
): Promise<void> {
  await call(url, 'POST', '2.0/mlflow/registered-models/alias', { name: model, alias, version });
}

/** Tells the gateway where a version is served. Answers with the id of its model definition. */
export async function defineModel(
  url: string,
  { name, backend, modelName, key = 'none' }: { name: string; backend: string; modelName: string; key?: string },
): Promise<string> {
  const made = await call(url, 'POST', '3.0/mlflow/gateway/secrets/create', {
    secret_name: `${name}-key`,
    secret_value: { api_key: key },
    provider: 'openai',
    auth_config: { api_base: backend },
  });
  const defined = await call(url, 'POST', '3.0/mlflow/gateway/model-definitions/create', {
    name,
    secret_id: Secret.parse(made).secret.secret_id,
    provider: 'openai',
    model_name: modelName,
  });
  return Definition.parse(defined).model_definition.model_definition_id;
}

/** Opens an endpoint of the gateway that leads to this model definition; one that is open is led there. */
export async function openEndpoint(url: string, name: string, definition: string): Promise<void> {
  const model_configs = [{ model_definition_id: definition, linkage_type: 'PRIMARY', weight: 1 }];
  const { endpoints } = Endpoints.parse(await call(url, 'GET', '3.0/mlflow/gateway/endpoints/list'));
  const open = endpoints.find((endpoint) => endpoint.name === name);
  if (open)
    await call(url, 'POST', '3.0/mlflow/gateway/endpoints/update', { endpoint_id: open.endpoint_id, model_configs });
  else await call(url, 'POST', '3.0/mlflow/gateway/endpoints/create', { name, model_configs });
}

const Run = z.looseObject({
  run: z.looseObject({ info: z.looseObject({ run_id: z.string(), artifact_uri: z.string() }) }),
});
const Secret = z.looseObject({ secret: z.looseObject({ secret_id: z.string() }) });
const Definition = z.looseObject({ model_definition: z.looseObject({ model_definition_id: z.string() }) });
const Endpoints = z.looseObject({
  endpoints: z.array(z.looseObject({ endpoint_id: z.string(), name: z.string() })).default([]),
});

/** A version belongs to a run, and its files to that run's artefacts. */
async function registerVersion(url: string, model: string, artefacts: Artefacts): Promise<void> {
  const begun = { experiment_id: '0', start_time: Date.now() };
  const { run_id, artifact_uri } = Run.parse(await call(url, 'POST', '2.0/mlflow/runs/create', begun)).run.info;
  const folder = artifact_uri.replace(/^mlflow-artifacts:\/+/, '');
  for (const [path, content] of Object.entries(artefacts)) {
    const address = `${folder}/model/${path}`.split('/').map(encodeURIComponent).join('/');
    await call(url, 'PUT', `2.0/mlflow-artifacts/artifacts/${address}`, Buffer.from(content));
  }
  await call(url, 'POST', '2.0/mlflow/runs/update', { run_id, status: 'FINISHED', end_time: Date.now() });
  await call(url, 'POST', '2.0/mlflow/model-versions/create', {
    name: model,
    source: `${artifact_uri}/model`,
    run_id,
  });
}

const WITHIN_MS = 30_000;

async function call(
  url: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object | Buffer<ArrayBuffer>,
): Promise<unknown> {
  const isBytes = Buffer.isBuffer(body);
  const answer = await fetch(`${url}/api/${path}`, {
    method,
    headers: body === undefined || isBytes ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`MLflow answered ${answer.status} to ${method} ${path}: ${text.slice(0, 300)}`);
  return text === '' ? null : JSON.parse(text);
}
