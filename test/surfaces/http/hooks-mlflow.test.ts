import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { callMlflow, testMlflow } from '../../support/mlflow.ts';
import { openServed, sample } from '../../support/served.ts';

type Entry = { alert: Record<string, unknown>; count: number; source: string };

it('what the real MLflow says of its registry lands in the inbox, signed; what it signs with another secret does not', async () => {
  const { url } = await testMlflow();
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-mlflow-hook-'));
  const secret = randomUUID();
  const model = `assistant-${randomUUID().slice(0, 8)}`;
  const inventory = join(folder, 'tocsin.yaml');
  writeFileSync(join(folder, 'secret'), secret, { mode: 0o600 });
  const connection = `connections:\n  registry: { kind: mlflow, url: "${url}", private: true, webhook-secret: "file:${join(folder, 'secret')}" }\n`;
  const text = readFileSync(sample('tocsin.yaml'), 'utf8').replace('assistant-llm', model);
  writeFileSync(inventory, text.replace(/^systems:/m, `${connection}systems:`));
  const served = await openServed({ env: { TOCSIN_INVENTORY: inventory } });
  onTestFinished(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const api = '/api/2.0/mlflow';
  const made: string[] = [];
  const hook = async (name: string, signedWith: string, action: string) => {
    const { webhook } = await callMlflow<{ webhook: { webhook_id: string } }>(url, 'POST', `${api}/webhooks`, {
      name: `${name}-${model}`,
      url: `${served.url}/hooks/mlflow/registry`,
      events: [{ entity: 'MODEL_VERSION_ALIAS', action }],
      secret: signedWith,
    });
    made.push(webhook.webhook_id);
  };
  onTestFinished(async () => {
    for (const id of made) await callMlflow(url, 'DELETE', `${api}/webhooks/${id}`);
  });
  await callMlflow(url, 'POST', `${api}/registered-models/create`, { name: model });
  const { run } = await callMlflow<{ run: { info: { run_id: string; artifact_uri: string } } }>(
    url,
    'POST',
    `${api}/runs/create`,
    { experiment_id: '0', start_time: Date.now() },
  );
  await callMlflow(url, 'POST', `${api}/model-versions/create`, {
    name: model,
    source: `${run.info.artifact_uri}/model`,
    run_id: run.info.run_id,
  });
  await hook('right', secret, 'CREATED');
  await hook('wrong', 'another secret', 'DELETED');
  await callMlflow(url, 'POST', `${api}/registered-models/alias`, { name: model, alias: 'production', version: '1' });
  const entries = async (): Promise<Entry[]> => {
    const { body } = await served.call('mara-lindqvist', 'GET', '/api/alerts');
    return (body.alerts as unknown as Entry[]).filter(({ alert }) => alert.model === model);
  };
  await vi.waitFor(async () => expect(await entries()).toHaveLength(1), { timeout: 20_000, interval: 100 });
  const [entry] = await entries();
  expect(entry).toMatchObject({ count: 1, source: 'mlflow:registry' });
  expect(entry?.alert).toMatchObject({
    kind: 'model.alias-changed',
    system: 'customer-assistant',
    title: `Alias production of ${model} means version 1 now`,
  });
  // Signed otherwise, it is refused; the next that is signed right comes after it.
  await callMlflow(url, 'DELETE', `${api}/registered-models/alias`, { name: model, alias: 'production' });
  await callMlflow(url, 'POST', `${api}/registered-models/alias`, { name: model, alias: 'staging', version: '1' });
  await vi.waitFor(async () => expect(await entries()).toHaveLength(2), { timeout: 20_000, interval: 100 });
  expect((await entries()).map(({ alert }) => alert.kind)).toEqual(['model.alias-changed', 'model.alias-changed']);
}, 120_000);
