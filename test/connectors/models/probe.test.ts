import { beforeAll, describe, expect, test } from 'vitest';
import { createProbeProvider } from '../../../src/connectors/models/probe.ts';
import { openEndpoint } from '../../../src/demo/mlflow-setup.ts';
import { MLFLOW_STARTS_WITHIN_MS, testMlflow } from '../../support/mlflow.ts';
import { aCall, aContext } from '../calls.ts';
import { openProxy } from '../mlflow/proxy.ts';
import { openSupportTown, type SupportTown } from './support-town.ts';

/** Proofs by traffic, on a real MLflow: also when its gateway says what is not so. */

/** Fresh for each call: its time runs from then on. */
const context = () => aContext(AbortSignal.timeout(60_000));

beforeAll(testMlflow, MLFLOW_STARTS_WITHIN_MS);

/** `settleMs`: how long the gateway is given. */
async function probe({ ports }: SupportTown, expectation: 'cut' | 'serving', settleMs = 2_000) {
  const system = { ...ports.system, serving: { ...ports.system.serving, settleMs } };
  const result = await createProbeProvider({ ...ports, system }).act(
    aCall({
      capability: 'model.probe',
      risk: 'read',
      with: { system: 'support-assistant', expect: expectation },
      timeoutMs: 60_000,
    }),
    context(),
  );
  if (!result.ok) throw new Error(result.fault.message);
  return result.outputs;
}

describe('a probe', () => {
  test('proves that the version which the alias names serves', async () => {
    const town = await openSupportTown();
    expect(await probe(town, 'serving')).toEqual({
      proved: true,
      vantage: `${town.mlflow}/gateway/mlflow/v1/chat/completions`,
      strength: 'traffic',
      detail: `${town.name} answered 5 questions of 5 as support-2 (version 2).`,
    });
    expect(new Set(town.asked[1]).size).toBe(5);
    expect(await probe(town, 'cut')).toMatchObject({
      proved: false,
      detail: expect.stringMatching(/still answers, as support-2(, after \d+ s)?\.$/),
    });
  });

  test('proves that traffic is cut, and not that it serves', async () => {
    const town = await openSupportTown();
    await town.gateway.cut(context().signal);
    expect(await probe(town, 'cut')).toMatchObject({
      proved: true,
      strength: 'traffic',
      detail: `${town.name} refused 5 questions of 5.`,
    });
    expect(await probe(town, 'serving', 1_000)).toMatchObject({
      proved: false,
      detail: expect.stringContaining('refuses: 404 RESOURCE_DOES_NOT_EXIST'),
    });
  });

  test('is not taken in by a gateway that answers 200 to the cut and goes on serving', async () => {
    const town = await openSupportTown({
      through: async (mlflow) =>
        (await openProxy(mlflow, ({ method }) => (method === 'DELETE' ? 'answer-200' : 'pass'))).url,
    });
    await fetch(`${town.ports.vantage.split('/gateway')[0]}/api/3.0/mlflow/gateway/endpoints/delete`, {
      method: 'DELETE',
    });
    expect(await probe(town, 'cut')).toMatchObject({
      proved: false,
      strength: 'traffic',
      detail: expect.stringContaining('still answers, as support-2'),
    });
  });

  test('is not taken in by an update that answers 200 while the old model serves on, and waits until it does not', async () => {
    const town = await openSupportTown();
    // Warm: from now on the gateway remembers where the endpoint leads.
    expect(await probe(town, 'serving')).toMatchObject({ proved: true });
    await town.goLive('1');
    await openEndpoint(town.mlflow, town.name, town.definitions[0]);
    expect(await town.gateway.listed(context().signal)).toMatchObject({ endpoint: true, version: '1' });
    expect(await probe(town, 'serving', 500)).toMatchObject({
      proved: false,
      detail: expect.stringContaining('answers as support-2, not as support-1 (version 1)'),
    });
    expect(await probe(town, 'serving', 25_000)).toMatchObject({
      proved: true,
      detail: expect.stringMatching(/answered 5 questions of 5 as support-1 \(version 1\), after \d+ s\.$/),
    });
  }, 90_000);
});
