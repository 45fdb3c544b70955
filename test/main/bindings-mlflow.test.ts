import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { rememberingSecrets } from '../../src/connectors/secrets/redactor.ts';
import { createSecrets } from '../../src/connectors/secrets/secrets.ts';
import { parseInventory } from '../../src/inventory/inventory.ts';
import { createRegistry } from '../../src/main/bindings.ts';
import { createMessengers } from '../../src/main/messengers.ts';
import { aCall, aContext } from '../connectors/calls.ts';
import { openTown, signal } from '../connectors/mlflow/town.ts';
import { MLFLOW_STARTS_WITHIN_MS, testMlflow } from '../support/mlflow.ts';

beforeAll(testMlflow, MLFLOW_STARTS_WITHIN_MS);

test('what an inventory binds to MLflow cuts, rolls back and restores it, each proved by traffic', async () => {
  const town = await openTown();
  const { inventory } = parseInventory(
    `
organisation: { name: Halden, timezone: Europe/Berlin }
roles: { ml-on-call: { title: ML on call } }
people: { mara: { name: Mara, roles: [ml-on-call] } }
connections:
  mlflow: { kind: mlflow, url: "${town.mlflow}", private: true }
  gateway: { kind: openai, url: "${town.mlflow}/gateway/mlflow/v1", private: true }
systems:
  assistant:
    name: Assistant
    tier: high
    owner: ml-on-call
    model: { name: ${town.name}, last-known-good: "1" }
    serving: { endpoint: ${town.name}, ask-through: gateway, settle: 25s }
    bindings: { model.*: mlflow, model.probe: gateway }
`,
    'tocsin.yaml',
  );
  if (!inventory) throw new Error('the inventory of this test is wrong');
  const { secrets, redact } = rememberingSecrets(createSecrets({}));
  const messengers = createMessengers({ inventory, secrets, redact, now: Date.now });
  const worlds = { withWorld: () => Promise.reject(new Error('nothing here is simulated')) };
  const registry = createRegistry({ inventory, worlds, secrets, redact, messengers, now: Date.now });
  onTestFinished(registry.close);
  const use = (capability: string, input: Record<string, string> = {}) =>
    registry
      .provider(capability, 'assistant')
      ?.act(
        aCall({ key: capability, capability, with: { system: 'assistant', ...input }, timeoutMs: 60_000 }),
        aContext(signal()),
      );
  const proof = (detail: string) => ({
    ok: true,
    outputs: { proved: true, strength: 'traffic', detail: expect.stringContaining(detail) },
  });

  expect(await use('model.probe', { expect: 'serving' })).toMatchObject(proof('version 2'));
  expect(await use('model.isolate')).toMatchObject({ ok: true });
  expect(await use('model.probe', { expect: 'cut' })).toMatchObject(proof('refused'));
  expect(await use('model.rollback', { to: 'last-known-good' })).toMatchObject({ ok: true, outputs: { to: '1' } });
  expect(await use('model.restore')).toMatchObject({ ok: true });
  expect(await use('model.probe', { expect: 'serving' })).toMatchObject(proof('version 1'));
}, 60_000);
