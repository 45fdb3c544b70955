import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineModel, openEndpoint, registerModel } from '../../src/demo/mlflow-setup.ts';
import { isAlive } from '../../src/embedded/processes.ts';
import { askGateway, MLFLOW_STARTS_WITHIN_MS, openAiLike, ownMlflow, testMlflow } from '../support/mlflow.ts';

let backend: Awaited<ReturnType<typeof openAiLike>>;
beforeAll(async () => {
  backend = await openAiLike('first');
  await testMlflow();
}, MLFLOW_STARTS_WITHIN_MS);
afterAll(() => backend.close());

test('MLflow on this machine answers through its gateway for a model on this machine', async () => {
  const { url } = await testMlflow();
  await registerModel(url, 'demo-model', [{ 'a/b c.json': '{}' }], { name: 'production', version: '1' });
  const definition = await defineModel(url, {
    name: 'demo-model-v1',
    backend: `${backend.url}/v1`,
    modelName: 'first',
  });
  await openEndpoint(url, 'demo-model', definition);
  expect(await askGateway(url, 'demo-model')).toEqual({ status: 200, model: 'first', text: 'OK.' });
});

test(
  'it leaves no process behind when it is stopped',
  async () => {
    const mlflow = await ownMlflow();
    expect(isAlive(mlflow.pid)).toBe(true);
    await mlflow.stop();
    expect(isAlive(mlflow.pid)).toBe(false);
    await expect(fetch(`${mlflow.url}/health`)).rejects.toThrow();
  },
  MLFLOW_STARTS_WITHIN_MS,
);
