import { z } from 'zod';
import { ConnectorError } from '../contract.ts';
import { GATEWAY, type MlflowApi } from './api.ts';
import { type Configuration, Endpoint, GuardrailUse, leadAlike } from './endpoint.ts';

const One = z.object({ endpoint: Endpoint });
const All = z.object({ endpoints: z.array(Endpoint).default([]) });
const Uses = z.object({ configs: z.array(GuardrailUse).default([]) });
const Nothing = z.object({});

/** The endpoints of a gateway: found, made, removed, each looked at again afterwards. */
export type Endpoints = {
  find(name: string, signal: AbortSignal): Promise<Endpoint | null>;
  all(signal: AbortSignal): Promise<Endpoint[]>;
  configuration(endpoint: Endpoint, signal: AbortSignal): Promise<Configuration>;
  make(name: string, configuration: Configuration, signal: AbortSignal): Promise<void>;
  remove(endpoint: Endpoint, signal: AbortSignal): Promise<void>;
};

export function createEndpoints(api: MlflowApi): Endpoints {
  const find: Endpoints['find'] = async (name, signal) => {
    try {
      const { endpoint } = await api.get({
        path: `${GATEWAY}/endpoints/get`,
        query: { name },
        answer: One,
        signal,
      });
      return endpoint;
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'not-found') return null;
      throw error;
    }
  };

  const post = (path: string, body: unknown, signal: AbortSignal) =>
    api.change({ method: 'POST', path: `${GATEWAY}/${path}`, body, answer: Nothing, signal });

  const remove: Endpoints['remove'] = async ({ endpoint_id, name }, signal) => {
    try {
      await api.change({
        method: 'DELETE',
        path: `${GATEWAY}/endpoints/delete`,
        body: { endpoint_id },
        answer: Nothing,
        signal,
      });
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof ConnectorError && error.code === 'not-found')) throw error;
    }
    if ((await find(name, signal)) !== null)
      throw new ConnectorError(
        'not-effective',
        `${api.name} said yes to removing the endpoint ${name}, but still lists it.`,
        { effect: 'unknown' },
      );
  };

  return {
    find,
    remove,
    async all(signal) {
      const { endpoints } = await api.get({ path: `${GATEWAY}/endpoints/list`, answer: All, signal });
      return endpoints;
    },
    async configuration({ endpoint_id, name: _, ...rest }, signal) {
      const { configs } = await api.get({
        path: `${GATEWAY}/guardrails/list-for-endpoint`,
        query: { endpoint_id },
        answer: Uses,
        signal,
      });
      return { ...rest, guardrails: configs };
    },
    async make(name, configuration, signal) {
      // Nobody may come through before the guardrails are in place: it gets its name last.
      const making = `${name}-opening`;
      const left = await find(making, signal);
      if (left) await remove(left, signal);
      const { guardrails, tags, model_mappings, ...rest } = configuration;
      const { endpoint } = await api.change({
        method: 'POST',
        path: `${GATEWAY}/endpoints/create`,
        body: {
          ...rest,
          name: making,
          model_configs: model_mappings.map(({ model_definition: _, created_at: __, ...mapping }) => mapping),
        },
        answer: One,
        signal,
      });
      const { endpoint_id } = endpoint;
      for (const use of guardrails) await post('guardrails/add-to-endpoint', { endpoint_id, ...use }, signal);
      for (const tag of tags) await post('endpoints/set-tag', { endpoint_id, ...tag }, signal);
      await post('endpoints/update', { endpoint_id, name }, signal);
      const made = await find(name, signal);
      if (made === null || !leadAlike(made, configuration))
        throw new ConnectorError(
          'not-effective',
          `${api.name} said yes to the endpoint ${name}, but ${made === null ? 'does not list it' : 'lists it as leading elsewhere'}.`,
          { effect: 'unknown' },
        );
    },
  };
}
