import { beforeAll, describe, expect, test, vi } from 'vitest';
import { callMlflow, MLFLOW_STARTS_WITHIN_MS, testMlflow } from '../../support/mlflow.ts';
import { connect, openTown, signal, type Town } from './town.ts';

const GATEWAY = '/api/3.0/mlflow/gateway';

/** The gateway goes on as before a change for up to ten seconds here. */
const SETTLES = { timeout: 25_000, interval: 250 };

const endpointOf = async ({ mlflow }: Town, name: string) =>
  (await callMlflow<{ endpoint: Record<string, unknown> }>(mlflow, 'GET', `${GATEWAY}/endpoints/get?name=${name}`))
    .endpoint;

beforeAll(testMlflow, MLFLOW_STARTS_WITHIN_MS);

describe('the way to a model through MLflow', () => {
  test('is listed with the version it leads to', async () => {
    const { gateway } = await openTown();
    expect(await gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
  });

  test('is cut at once: traffic is refused', async () => {
    const town = await openTown();
    expect(await town.ask()).toBe('assistant-2');
    await town.gateway.cut(signal());
    expect(await town.ask()).toBe(404);
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: false, version: null });
    // Once more: it is cut, and what it was is not forgotten.
    await town.gateway.cut(signal());
    await town.gateway.open('2', signal());
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
  });

  test('opens to another version, by traffic', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    await town.gateway.open('1', signal());
    await vi.waitFor(async () => expect(await town.ask()).toBe('assistant-1'), SETTLES);
    // Once more changes nothing.
    const { endpoint_id } = await endpointOf(town, town.name);
    await town.gateway.open('1', signal());
    expect((await endpointOf(town, town.name)).endpoint_id).toBe(endpoint_id);
  });

  test('leads to another version without having been cut, and never to the old one again', async () => {
    const town = await openTown();
    expect(await town.ask()).toBe('assistant-2');
    await town.gateway.open('1', signal());
    const seen = new Set<string | number>();
    await vi.waitFor(async () => {
      const got = await town.ask();
      seen.add(got);
      expect(got).toBe('assistant-1');
    }, SETTLES);
    expect(seen).not.toContain('assistant-2');
  });

  test('can be tried behind the cut, under a name that works at once, and the trial ends', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    const name = await town.gateway.trial('1', signal());
    expect(await town.gateway.trial('1', signal())).toBe(name);
    expect(await town.ask(name)).toBe('assistant-1');
    expect(await town.ask()).toBe(404);
    await town.gateway.endTrial('1', signal());
    await town.gateway.endTrial('1', signal());
    expect(await town.ask(name)).toBe(404);
    // Another trial need not wait until MLflow has forgotten the first.
    expect(await town.ask(await town.gateway.trial('1', signal()))).toBe('assistant-1');
  });

  test('leaves no way behind that a worker died over: not when it is cut again, and not when it is opened', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    const left = async () =>
      (await callMlflow<{ endpoints: { name: string }[] }>(town.mlflow, 'GET', `${GATEWAY}/endpoints/list`)).endpoints
        .map(({ name }) => name)
        .filter((name) => name.startsWith(`${town.name}-`));
    const halfMade = async (name: string) => {
      const { endpoint_id } = await endpointOf(town, name);
      const body = { endpoint_id, name: `${name}-opening` };
      await callMlflow(town.mlflow, 'POST', `${GATEWAY}/endpoints/update`, body);
    };
    for (const end of [town.gateway.cut, (at: AbortSignal) => town.gateway.endTrial(null, at)]) {
      await halfMade(await town.gateway.trial('2', signal()));
      await town.gateway.trial('2', signal());
      await town.gateway.trial('1', signal());
      expect(await left()).toHaveLength(3);
      await end(signal());
      expect(await left()).toEqual([]);
    }
  });

  test('comes back with everything that it was: usage, experiment, tags, guardrails, and other models that stand in', async () => {
    const town = await openTown();
    const { definitions, mlflow, name } = town;
    const { experiment_id } = await callMlflow<{ experiment_id: string }>(
      mlflow,
      'POST',
      '/api/2.0/mlflow/experiments/create',
      { name: `${name}-traces` },
    );
    const other = await callMlflow<{ model_definition: { model_definition_id: string; secret_id: string } }>(
      mlflow,
      'GET',
      `${GATEWAY}/model-definitions/get?model_definition_id=${definitions[0]}`,
    );
    const standIn = await callMlflow<{ model_definition: { model_definition_id: string } }>(
      mlflow,
      'POST',
      `${GATEWAY}/model-definitions/create`,
      {
        name: `${name}-elsewhere`,
        secret_id: other.model_definition.secret_id,
        provider: 'openai',
        model_name: 'elsewhere',
      },
    );
    await callMlflow(mlflow, 'POST', `${GATEWAY}/endpoints/update`, {
      endpoint_id: town.endpointId,
      experiment_id,
      usage_tracking: true,
      fallback_config: { strategy: 'SEQUENTIAL', max_attempts: 2 },
      model_configs: [
        { model_definition_id: definitions[1], linkage_type: 'PRIMARY', weight: 1 },
        {
          model_definition_id: standIn.model_definition.model_definition_id,
          linkage_type: 'FALLBACK',
          weight: 1,
          fallback_order: 0,
        },
      ],
    });
    await callMlflow(mlflow, 'POST', `${GATEWAY}/endpoints/set-tag`, {
      endpoint_id: town.endpointId,
      key: 'team',
      value: 'support “à la carte”',
    });
    const guardrail = await putGuardrail(town);

    await town.gateway.cut(signal());
    await town.gateway.open('1', signal());

    const { endpoint_id, ...found } = await endpointOf(town, name);
    expect(found).toMatchObject({
      name,
      experiment_id,
      usage_tracking: true,
      fallback_config: { strategy: 'SEQUENTIAL', max_attempts: 2 },
      tags: [{ key: 'team', value: 'support “à la carte”' }],
      model_mappings: [
        { model_definition_id: definitions[0], linkage_type: 'PRIMARY', weight: 1 },
        { model_definition: { name: `${name}-elsewhere` }, linkage_type: 'FALLBACK', fallback_order: 0 },
      ],
    });
    const uses = await callMlflow<{ configs: { guardrail_id: string; execution_order: number }[] }>(
      mlflow,
      'GET',
      `${GATEWAY}/guardrails/list-for-endpoint?endpoint_id=${String(endpoint_id)}`,
    );
    expect(uses.configs).toMatchObject([{ guardrail_id: guardrail, execution_order: 3 }]);
  });

  test('leads to no other version of the model, also where that would only stand in or share', async () => {
    const town = await openTown();
    await callMlflow(town.mlflow, 'POST', `${GATEWAY}/endpoints/update`, {
      endpoint_id: town.endpointId,
      routing_strategy: 'REQUEST_BASED_TRAFFIC_SPLIT',
      model_configs: [
        { model_definition_id: town.definitions[1], linkage_type: 'PRIMARY', weight: 0.9 },
        { model_definition_id: town.definitions[0], linkage_type: 'PRIMARY', weight: 0.1 },
      ],
    });
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: null });
    await town.gateway.open('1', signal());
    expect((await endpointOf(town, town.name)).model_mappings).toMatchObject([
      { model_definition_id: town.definitions[0], linkage_type: 'PRIMARY', weight: 1 },
    ]);
  });

  test('is never opened to a version that the gateway does not know; nothing is changed', async () => {
    const town = await openTown();
    await expect(town.gateway.open('7', signal())).rejects.toMatchObject({
      code: 'unknown-version',
      effect: 'none',
      message: expect.stringContaining(`"${town.name}-v7"`),
    });
    expect(await town.ask()).toBe('assistant-2');
    expect(await town.gateway.modelName('7', signal())).toBeNull();
    expect(await town.gateway.modelName('1', signal())).toBe('assistant-1');
  });

  test('is never opened beside something that may be another version under a free name', async () => {
    const town = await openTown();
    const { definitions, mlflow } = town;
    await callMlflow(mlflow, 'POST', `${GATEWAY}/model-definitions/update`, {
      model_definition_id: definitions[1],
      name: `prod-${town.name}`,
    });
    await expect(town.gateway.open('1', signal())).rejects.toMatchObject({ code: 'unknown-mapping', effect: 'none' });
    expect(await town.ask()).toBe('assistant-2');
  });

  test('is opened by any other worker: what it was is kept in MLflow', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    const { gateway } = connect(town.mlflow, town.name);
    await gateway.open('2', signal());
    expect(await gateway.listed(signal())).toMatchObject({ endpoint: true, version: '2' });
  });

  test('an opening that broke off in the middle is taken up again', async () => {
    const town = await openTown();
    await town.gateway.cut(signal());
    await callMlflow(town.mlflow, 'POST', `${GATEWAY}/endpoints/create`, {
      name: `${town.name}-opening`,
      model_configs: [{ model_definition_id: town.definitions[1], linkage_type: 'PRIMARY', weight: 1 }],
    });
    await town.gateway.open('1', signal());
    expect(await town.gateway.listed(signal())).toMatchObject({ endpoint: true, version: '1' });
    await expect(endpointOf(town, `${town.name}-opening`)).rejects.toThrow('404');
  });
});

/** A guardrail as MLflow has them: a judge in an experiment of its own. */
async function putGuardrail({ mlflow, endpointId, name }: Town): Promise<string> {
  const { experiment_id } = await callMlflow<{ experiment_id: string }>(
    mlflow,
    'POST',
    '/api/2.0/mlflow/experiments/create',
    { name: `${name}-judges` },
  );
  const scorer = await callMlflow<{ scorer_id: string; version: number }>(
    mlflow,
    'POST',
    '/api/3.0/mlflow/scorers/register',
    {
      experiment_id,
      name: 'polite',
      serialized_scorer: JSON.stringify({
        name: 'polite',
        aggregations: null,
        is_session_level_scorer: false,
        mlflow_version: '3.17.2',
        serialization_version: 1,
        builtin_scorer_class: null,
        builtin_scorer_pydantic_data: null,
        call_source: null,
        call_signature: null,
        original_func_name: null,
        instructions_judge_pydantic_data: {
          name: 'polite',
          instructions: 'Is {{ outputs }} polite?',
          model: `gateway:/${name}`,
        },
      }),
    },
  );
  const { guardrail } = await callMlflow<{ guardrail: { guardrail_id: string } }>(
    mlflow,
    'POST',
    `${GATEWAY}/guardrails/create`,
    {
      name: `${name}-polite`,
      scorer_id: scorer.scorer_id,
      scorer_version: scorer.version,
      stage: 'AFTER',
      action: 'VALIDATION',
    },
  );
  await callMlflow(mlflow, 'POST', `${GATEWAY}/guardrails/add-to-endpoint`, {
    endpoint_id: endpointId,
    guardrail_id: guardrail.guardrail_id,
    execution_order: 3,
  });
  return guardrail.guardrail_id;
}
