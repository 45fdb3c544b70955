import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CapabilityProvider, SignatureVerifier } from '../../../src/connectors/contract.ts';
import { createVerifier } from '../../../src/connectors/model-signing/verifier.ts';
import type { ModelPorts } from '../../../src/connectors/models/ports.ts';
import { createModelProviders } from '../../../src/connectors/models/providers.ts';
import { signFolder } from '../../../src/demo/sign.ts';
import type { Call } from '../../../src/engine/stage.ts';
import { testFolder } from '../../support/folder.ts';
import { callMlflow, MLFLOW_STARTS_WITHIN_MS, ownMlflow, testMlflow } from '../../support/mlflow.ts';
import { aCall, aContext } from '../calls.ts';
import { openProxy } from '../mlflow/proxy.ts';
import { connect, NOW, openTown, signal, type Town } from '../mlflow/town.ts';

beforeAll(testMlflow, MLFLOW_STARTS_WITHIN_MS);

const GATEWAY = '/api/3.0/mlflow/gateway';

describe('isolating a model', () => {
  test('cuts the way, and its undo opens it to the version that was served', async () => {
    const town = await openTown();
    const { act, undo } = hands(town);
    expect(await act('model.isolate', 'i')).toMatchObject({ ok: true });
    expect(await town.ask()).toBe(404);
    expect(await undo('model.restore', 'i')).toMatchObject({ ok: true });
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
  });

  test('that is cut already is done, and its undo leaves it cut', async () => {
    const town = await openTown();
    const { act, undo } = hands(town);
    await act('model.isolate', 'first');
    const again = await act('model.isolate', 'second');
    expect(again).toMatchObject({ ok: true, outputs: { detail: expect.stringContaining('cut already') } });
    expect(await undo('model.restore', 'second')).toMatchObject({ ok: true });
    expect(await town.ask()).toBe(404);
    await undo('model.restore', 'first');
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
  });

  test('that was repeated after a crash still has an undo that opens the way', async () => {
    const town = await openTown();
    await hands(town).act('model.isolate', 'i');
    // Another worker carries out the same call once more, and finds the way cut: by the first try itself.
    const other = hands({ ...town, ...connect(town.mlflow, town.name) });
    await other.act('model.isolate', 'i');
    await other.undo('model.restore', 'i');
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
  });

  test('that never began is undone by doing nothing', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    const undone = await hands(town).undo('model.restore', 'never');
    expect(undone).toMatchObject({ ok: true, outputs: { detail: expect.stringContaining('stays as it is') } });
    expect(await town.ask()).toBe(404);
  });

  test('reads back what it did', async () => {
    const town = await openTown();
    const { act, undo, readBack } = hands(town);
    expect(await readBack('model.isolate', 'i')).toEqual({ state: 'not-done' });
    await act('model.isolate', 'i');
    expect(await readBack('model.isolate', 'i')).toMatchObject({
      state: 'done',
      outputs: { detail: expect.any(String) },
    });
    expect(await readBack('model.restore', 'u', {}, 'i')).toEqual({ state: 'not-done' });
    await undo('model.restore', 'i');
    expect(await readBack('model.restore', 'u', {}, 'i')).toMatchObject({ state: 'done' });
    expect(await readBack('model.isolate', 'i')).toEqual({ state: 'not-done' });
  });
});

describe('rolling a model back', () => {
  test('behind a cut points the alias, leaves the way cut, and a restore leads to the version', async () => {
    const town = await openTown();
    const { act } = hands(town);
    await act('model.isolate', 'i');
    expect(await act('model.rollback', 'r', { to: 'last-known-good' })).toMatchObject({
      ok: true,
      outputs: { from: '2', to: '1', detail: expect.stringContaining('stays cut') },
    });
    expect(await town.ask()).toBe(404);
    expect(await town.registry.live(signal())).toMatchObject({ version: '1', since: NOW });
    const trial = await town.gateway.trial('1', signal());
    expect(await act('model.restore', 'b')).toMatchObject({ ok: true });
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '1' });
    // The trial way is gone with it.
    expect(await town.ask(trial)).toBe(404);
  });

  test('with an open way leads people there, and its undo leads them back', async () => {
    const town = await openTown();
    const { act, undo } = hands(town);
    await act('model.rollback', 'r', { to: '1' });
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '1' });
    expect(await undo('model.rollback', 'r', { to: 'before' })).toMatchObject({
      ok: true,
      outputs: { from: '1', to: '2' },
    });
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
    expect(await town.registry.live(signal())).toMatchObject({ version: '2' });
  });

  test('undone in the order of a playbook, everything is as it was', async () => {
    const town = await openTown();
    const { act, undo } = hands(town);
    await act('model.isolate', 'i');
    await act('model.rollback', 'r', { to: '1' });
    await act('model.restore', 'b');
    await undo('model.isolate', 'b');
    expect(await town.ask()).toBe(404);
    await undo('model.rollback', 'r', { to: 'before' });
    expect(await town.ask()).toBe(404);
    await undo('model.restore', 'i');
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
    expect(await town.registry.live(signal())).toMatchObject({ version: '2' });
  });

  test('to a version that the registry or the gateway does not know changes nothing', async () => {
    const town = await openTown();
    const { act } = hands(town);
    const unknown = { ok: false, fault: { code: 'unknown-version', effect: 'none', retryable: false } };
    expect(await act('model.rollback', 'a', { to: '9' })).toMatchObject(unknown);
    const definition = { model_definition_id: town.definitions[0], name: `free-${town.name}` };
    await callMlflow(town.mlflow, 'POST', `${GATEWAY}/model-definitions/update`, definition);
    expect(await act('model.rollback', 'b', { to: '1' })).toMatchObject(unknown);
    expect(await act('model.rollback', 'c', { to: 'before' })).toMatchObject({
      ok: false,
      fault: { code: 'bad-input' },
    });
    expect(await town.registry.live(signal())).toMatchObject({ version: '2' });
    expect(await town.ask()).toBe('assistant-2');
  });

  test('reads back what it did, and an undo that has nothing to do says so', async () => {
    const town = await openTown();
    const { act, undo, readBack } = hands(town);
    expect(await readBack('model.rollback', 'r', { to: '1' })).toEqual({ state: 'not-done' });
    expect(await undo('model.rollback', 'r', { to: 'before' })).toMatchObject({
      ok: true,
      outputs: { from: '2', to: '2' },
    });
    await act('model.rollback', 'r', { to: '1' });
    expect(await readBack('model.rollback', 'r', { to: '1' })).toMatchObject({
      state: 'done',
      outputs: { from: '2', to: '1' },
    });
  });
});

describe('a change whose answer is lost', () => {
  for (const { capability, lost, input } of [
    { capability: 'model.isolate', lost: '/endpoints/delete', input: {} },
    { capability: 'model.rollback', lost: '/registered-models/alias', input: { to: '1' } },
  ])
    test(`${capability}: the effect is unknown, it may be tried again, and reading back tells the truth`, async () => {
      const town = await openTown();
      const proxy = await openProxy(town.mlflow, ({ method, path }) =>
        method !== 'GET' && path.includes(lost) ? 'lose-answer' : 'pass',
      );
      const { act } = hands({ ...town, ...connect(proxy.url, town.name) });
      expect(await act(capability, 'x', input)).toMatchObject({
        ok: false,
        fault: { code: 'unreachable', effect: 'unknown', retryable: true },
      });
      const { readBack, act: again } = hands(town);
      // MLflow did as it was told; of a rollback there is more to do.
      const state = capability === 'model.isolate' ? 'done' : 'not-done';
      expect(await readBack(capability, 'x', input)).toMatchObject({ state });
      expect(await again(capability, 'x', input)).toMatchObject({ ok: true });
      expect(await readBack(capability, 'x', input)).toMatchObject({ state: 'done' });
    });

  test(
    'MLflow is killed in the middle of a rollback: it is not done, and not said to be',
    async () => {
      const mlflow = await ownMlflow();
      const town = await openTown({ mlflow: mlflow.url });
      const proxy = await openProxy(mlflow.url, ({ method, path }) => {
        if (method === 'POST' && path.includes('/registered-models/alias')) mlflow.kill();
        return 'pass';
      });
      const { act, readBack } = hands({ ...town, ...connect(proxy.url, town.name) });
      expect(await act('model.rollback', 'r', { to: '1' })).toMatchObject({
        ok: false,
        fault: { effect: 'unknown', retryable: true },
      });
      await expect(readBack('model.rollback', 'r', { to: '1' })).rejects.toMatchObject({ code: 'unreachable' });
      await mlflow.startAgain();
      const later = hands(town);
      expect(await later.readBack('model.rollback', 'r', { to: '1' })).toEqual({ state: 'not-done' });
      expect(await later.act('model.rollback', 'r', { to: '1' })).toMatchObject({
        ok: true,
        outputs: { from: '2', to: '1' },
      });
      // Its secrets survived as well: people are served.
      expect(await town.ask()).toBe('assistant-1');
    },
    MLFLOW_STARTS_WITHIN_MS,
  );
});

describe('a system that says yes and does nothing', () => {
  for (const { capability, swallowed, input, said } of [
    { capability: 'model.isolate', swallowed: '/endpoints/delete', input: {}, said: 'still lists it' },
    { capability: 'model.rollback', swallowed: '/registered-models/alias', input: { to: '1' }, said: 'points to 2' },
    { capability: 'model.isolate', swallowed: '/registered-models/set-tag', input: {}, said: 'note' },
  ])
    test(`${capability} is not believed when ${swallowed} is answered with 200 only`, async () => {
      const town = await openTown();
      const proxy = await openProxy(town.mlflow, ({ method, path }) =>
        method !== 'GET' && path.includes(swallowed) ? 'answer-200' : 'pass',
      );
      const { act } = hands({ ...town, ...connect(proxy.url, town.name) });
      expect(await act(capability, 'x', input)).toMatchObject({
        ok: false,
        fault: { code: 'not-effective', message: expect.stringContaining(said) },
      });
      expect(await town.ask()).toBe('assistant-2');
    });

  test('a restore is not believed when the endpoint is not there afterwards', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    const proxy = await openProxy(town.mlflow, ({ path }) =>
      path.includes('/endpoints/update') ? 'answer-200' : 'pass',
    );
    const { act } = hands({ ...town, ...connect(proxy.url, town.name) });
    expect(await act('model.restore', 'x')).toMatchObject({
      ok: false,
      fault: { code: 'not-effective', effect: 'unknown' },
    });
    expect(await town.ask()).toBe(404);
  });
});

describe('inspecting a model', () => {
  test('says what is live, what is good, whose signature holds, and whether it is reached', async () => {
    const { town, signatures } = await signedTown();
    const { act } = hands(town, { signatures });
    expect(await act('model.inspect', 'x')).toMatchObject({
      ok: true,
      outputs: {
        version: '2',
        // MLflow does not keep when an alias was set, but since when its gateway leads there.
        since: expect.stringMatching(/^2\d{3}-\d\d-\d\dT/),
        lastKnownGood: '1',
        signatureValid: false,
        lastKnownGoodValid: true,
        traffic: 'serving',
        detail: expect.stringMatching(/by the alias \S+ since 2\d{3}-.*leads to it/),
      },
    });
    await act('model.isolate', 'i');
    await act('model.rollback', 'r', { to: '1' });
    expect(await act('model.inspect', 'y')).toMatchObject({
      ok: true,
      outputs: {
        version: '1',
        since: new Date(NOW).toISOString(),
        signatureValid: true,
        lastKnownGoodValid: true,
        traffic: 'cut',
      },
    });
  });

  test('goes on without keys, and says that nothing is known of the signature', async () => {
    const { act } = hands(await openTown());
    expect(await act('model.inspect', 'x')).toMatchObject({
      ok: true,
      outputs: { signatureValid: false, lastKnownGoodValid: false, detail: expect.stringContaining('signed-by') },
    });
  });

  test('throws when it is aborted, and makes no fault of it', async () => {
    const { providers } = hands(await openTown());
    const aborted = AbortSignal.abort(new Error('stopped'));
    await expect(providers['model.inspect']?.act(aCall(), aContext(aborted))).rejects.toThrow('stopped');
  });
});

/** Acts of one incident on the model of a town. A key names an act; `undo` undoes the act with that key. */
function hands(town: Pick<Town, 'name' | 'registry' | 'gateway'>, more: Partial<ModelPorts> = {}) {
  const providers = createModelProviders(portsOf(town, more));
  const provider = (capability: string) => providers[capability] as CapabilityProvider;
  const call = (capability: string, key: string, input: Record<string, string>, undoes: string | null = null): Call =>
    aCall({
      key: `INC-1:${key}`,
      capability,
      with: { system: 'assistant', ...input },
      undoes: undoes && `INC-1:${undoes}`,
    });
  return {
    providers,
    act: (capability: string, key: string, input = {}) =>
      provider(capability).act(call(capability, key, input), aContext(signal())),
    undo: (capability: string, undoes: string, input = {}) =>
      provider(capability).act(call(capability, `${undoes}:undo`, input, undoes), aContext(signal())),
    readBack: (capability: string, key: string, input = {}, undoes: string | null = null) =>
      provider(capability).readBack(call(capability, key, input, undoes), aContext(signal())),
  };
}

const portsOf = (
  { name, registry, gateway }: Pick<Town, 'name' | 'registry' | 'gateway'>,
  more: Partial<ModelPorts>,
): ModelPorts => ({
  system: {
    id: 'assistant',
    name: 'Assistant',
    tier: 'high',
    owner: 'ml',
    model: { name, lastKnownGood: '1', versions: ['1', '2'] },
    dataClasses: [],
    jurisdictions: [],
    dependants: [],
    bindings: {},
    serving: {
      endpoint: name,
      alias: 'production',
      definitions: {},
      askThrough: null,
      signedBy: null,
      settleMs: 20_000,
    },
    checks: { everyMs: null, golden: [], canaries: [] },
  },
  registry,
  gateway,
  chat: null,
  vantage: '',
  signatures: null,
  secrets: (reference) => reference,
  now: () => NOW,
  pause: async () => undefined,
  ...more,
});

/** Version 1 as it was signed; version 2 changed afterwards. */
async function signedTown(): Promise<{ town: Town; signatures: SignatureVerifier }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const folder = testFolder();
  writeFileSync(join(folder, 'behaviour.json'), '{"version":1}');
  const bundle = readFileSync(await signFolder(folder, privateKey), 'utf8');
  const key = join(testFolder(), 'key.pem');
  writeFileSync(key, publicKey.export({ type: 'spki', format: 'pem' }));
  const files = (behaviour: string) => ({ 'behaviour.json': behaviour, 'model.sig': bundle });
  return {
    town: await openTown({ versions: [files('{"version":1}'), files('{"version":2}')] }),
    signatures: createVerifier(
      { kind: 'model-signing', keys: [`file:${key}`], certificates: [], signature: 'model.sig', ignore: [] },
      { now: () => NOW },
    ),
  };
}
