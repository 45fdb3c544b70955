import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { rememberingSecrets } from '../../src/connectors/secrets/redactor.ts';
import { createSecrets } from '../../src/connectors/secrets/secrets.ts';
import { SERVES } from '../../src/inventory/connections.ts';
import { type Inventory, parseInventory } from '../../src/inventory/inventory.ts';
import { createRegistry } from '../../src/main/bindings.ts';
import { readConfig } from '../../src/main/config.ts';
import { requireAllowed } from '../../src/main/local-allowed.ts';
import { createMessengers } from '../../src/main/messengers.ts';
import type { Worlds } from '../../src/store/worlds.ts';
import { aCall, aContext } from '../connectors/calls.ts';

const TOKEN = 'tok-91c2f0ab77';

const inventoryText = (url: string): string => `
organisation: { name: Halden, timezone: Europe/Berlin }
roles: { ml-on-call: { title: ML on call } }
people: { mara: { name: Mara, email: mara@example.org, roles: [ml-on-call] } }
connections:
  mlflow: { kind: mlflow, url: "${url}", private: true, token: "env:MLFLOW_TOKEN" }
  gateway: { kind: openai, url: "${url}/gateway/mlflow/v1", private: true, token: "env:MLFLOW_TOKEN" }
  keys: { kind: model-signing, keys: ["file:/nowhere/key.pem"] }
  mail: { kind: smtp, host: 127.0.0.1, port: 25, tls: none, private: true, from: tocsin@example.org }
  pager: { kind: webhook, url: "${url}/pager", private: true, secret: "env:MLFLOW_TOKEN" }
bindings: { notify.mail: mail, notify.webhook: pager }
systems:
  assistant:
    name: Assistant
    tier: high
    owner: ml-on-call
    model: { name: assistant, last-known-good: "1" }
    serving: { endpoint: assistant, ask-through: gateway, signed-by: keys }
    bindings: { model.*: mlflow, model.probe: gateway, model.canary: gateway }
  practice:
    name: Practice
    tier: low
    owner: ml-on-call
    model: { name: practice }
    bindings: { model.*: simulated }
`;

function inventory(url: string): Inventory {
  const { inventory: parsed, diagnostics } = parseInventory(inventoryText(url), 'tocsin.yaml');
  if (!parsed) throw new Error(JSON.stringify(diagnostics));
  return parsed;
}

/** The simulated world is not used here. */
const worlds: Worlds = {
  withWorld: () => Promise.reject(new Error('the simulated world was asked')),
};

function registryFor(url: string) {
  const { secrets, redact } = rememberingSecrets(createSecrets({ MLFLOW_TOKEN: TOKEN }));
  const found = inventory(url);
  const messengers = createMessengers({ inventory: found, secrets, redact, now: Date.now });
  const registry = createRegistry({ inventory: found, worlds, secrets, redact, messengers, now: Date.now });
  onTestFinished(async () => {
    await registry.close();
    await messengers.close();
  });
  return registry;
}

test('every capability that an inventory binds to a real connection is served', () => {
  const registry = registryFor('http://127.0.0.1:9');
  for (const capability of new Set(Object.values(SERVES).flat())) {
    const system = capability.startsWith('model.') ? 'assistant' : null;
    expect(registry.provider(capability, system), capability).not.toBeNull();
  }
});

test('nothing serves what is not bound', () => {
  const registry = registryFor('http://127.0.0.1:9');
  expect(registry.provider('model.isolate', null)).toBeNull();
  expect(registry.provider('model.isolate', 'nobody')).toBeNull();
});

test('the simulated world goes on serving what is bound to it', async () => {
  const provider = registryFor('http://127.0.0.1:9').provider('model.inspect', 'practice');
  const call = aCall({ capability: 'model.inspect', with: { system: 'practice' } });
  await expect(provider?.act(call, aContext())).rejects.toThrow('the simulated world was asked');
});

test('a system that repeats our login back to us does not get it onto the timeline', async () => {
  const server = createServer((request, response) => {
    const said = { error_code: 'INVALID_PARAMETER_VALUE', message: `what is ${request.headers.authorization}?` };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const registry = registryFor(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  for (const capability of ['model.inspect', 'model.isolate', 'model.restore', 'model.rollback', 'model.probe']) {
    const call = aCall({ capability, with: { system: 'assistant', to: '1', expect: 'serving' } });
    const result = await registry.provider(capability, 'assistant')?.act(call, aContext());
    expect(result).toMatchObject({ ok: false, fault: { message: expect.stringContaining('[secret]') } });
    expect(JSON.stringify(result)).not.toContain(TOKEN);
  }
});

test('people who sign in with local accounts decide about real systems only when the operator says so', () => {
  const found = inventory('https://mlflow.example.org');
  const config = (env: NodeJS.ProcessEnv) => readConfig({ TOCSIN_SLACK: 'off', ...env });
  expect(() => requireAllowed(config({}), found)).toThrow(/gateway, mail, mlflow, pager.*local accounts/);
  expect(() => requireAllowed(config({ TOCSIN_ALLOW_LOCAL: 'accounts' }), found)).not.toThrow();
});

test('an endpoint that is only asked must say what its model is called there', () => {
  const text = inventoryText('https://mlflow.example.org').replace(/^ {4}serving: .*$/m, '');
  const { diagnostics } = parseInventory(text.replace('{ model.*: mlflow, ', '{ '), 'tocsin.yaml');
  expect(diagnostics.map(({ code }) => code)).toContain('serving-missing');
});

test('working time is answered by the inventory’s own calendar, and by nothing where there is none', async () => {
  const ask = async (text: string) => {
    const { inventory: found } = parseInventory(text, 'tocsin.yaml');
    if (!found) throw new Error('it does not parse');
    const { secrets, redact } = rememberingSecrets(createSecrets({ MLFLOW_TOKEN: TOKEN }));
    const messengers = createMessengers({ inventory: found, secrets, redact, now: Date.now });
    const registry = createRegistry({ inventory: found, worlds, secrets, redact, messengers, now: Date.now });
    const call = {
      key: 'INC-2026-0001:rest:act:0',
      path: 'rest',
      capability: 'calendar.after',
      risk: 'read',
      purpose: 'act',
      with: { days: 1, minutes: 0, from: '2026-11-20T13:00Z' },
      attempt: 1,
      timeoutMs: 1_000,
      undoes: null,
      approval: null,
    } as const;
    const context = { incident: 'INC-2026-0001', signal: new AbortController().signal, beat: () => {} };
    const result = await registry.provider('calendar.after', null)?.act(call, context);
    await registry.close();
    await messengers.close();
    return result;
  };
  const text = inventoryText('http://127.0.0.1:9');
  const calendar = 'calendar: { zone: Europe/Berlin, days: [mon, tue, wed, thu, fri], hours: "09:00-17:00" }\n';
  expect(await ask(`${text}${calendar}`)).toMatchObject({ ok: true, outputs: { until: '2026-11-23T13:00Z' } });
  expect(await ask(text)).toMatchObject({ ok: false, fault: { code: 'no-calendar', retryable: false } });
});
