import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConnectorError, type Gateway } from '../contract.ts';
import { shown } from '../text.ts';
import { GATEWAY, type MlflowApi } from './api.ts';
import {
  Configuration,
  createNames,
  type Endpoint,
  leadAlike,
  leadingTo,
  PLAIN,
  servedSince,
  versionServed,
} from './endpoint.ts';
import { createEndpoints } from './endpoints.ts';
import { createNotes } from './notes.ts';

const Definitions = z.object({
  model_definitions: z
    .array(z.object({ model_definition_id: z.string(), name: z.string(), model_name: z.string() }))
    .default([]),
});

/**
 * MLflow's AI gateway in front of one model. A way is cut by deleting its endpoint, because an update of it answers with the old model
 * for another minute; it is opened by making it anew.
 */
export function createMlflowGateway(
  api: MlflowApi,
  { endpoint, definitions, model }: { endpoint: string; definitions: Readonly<Record<string, string>>; model: string },
): Gateway {
  const notes = createNotes(api, model);
  const names = createNames(model, definitions);
  const endpoints = createEndpoints(api);
  const noteKey = `endpoint.${endpoint}`;

  /** A trial way gets a name that was never used: MLflow refuses one that was removed and made anew for up to a minute. */
  const trialName = (version: string) => `${endpoint}-trial-v${version}-${randomBytes(3).toString('hex')}`;
  const trials = async (version: string, signal: AbortSignal): Promise<Endpoint[]> => {
    const prefix = `${endpoint}-trial-v${version}-`;
    const isTrial = ({ name }: Endpoint) => name.startsWith(prefix) && /^[0-9a-f]{6}$/.test(name.slice(prefix.length));
    return (await endpoints.all(signal)).filter(isTrial);
  };
  /** Also those of other versions, and what was half made: a worker that died over one has left a way to a model that is cut off. */
  const everyTrial = async (signal: AbortSignal): Promise<Endpoint[]> => {
    const prefix = `${endpoint}-trial-v`;
    const isTrial = ({ name }: Endpoint) =>
      name.startsWith(prefix) && /^.+-[0-9a-f]{6}(-opening)?$/.test(name.slice(prefix.length));
    return (await endpoints.all(signal)).filter(isTrial);
  };
  const removeAll = async (found: readonly Endpoint[], signal: AbortSignal): Promise<void> => {
    for (const one of found) await endpoints.remove(one, signal);
  };

  const definitionOf = async (version: string, signal: AbortSignal) => {
    const { model_definitions } = await api.get({
      path: `${GATEWAY}/model-definitions/list`,
      answer: Definitions,
      signal,
    });
    return model_definitions.find(({ name }) => name === names.definitionOf(version)) ?? null;
  };

  const mustHave = async (version: string, signal: AbortSignal) => {
    const found = await definitionOf(version, signal);
    if (found) return { id: found.model_definition_id, name: found.name };
    throw new ConnectorError(
      'unknown-version',
      `The gateway has no model definition "${shown(names.definitionOf(version), 200)}" for version ${shown(version, 100)}. Make it there, or say what it is called: "serving: { definitions: … }" in tocsin.yaml.`,
    );
  };

  /** What was kept at the last cut, or nothing. What stands there is as good as what MLflow itself says: both take the same rights. */
  const kept = async (signal: AbortSignal): Promise<Configuration> => {
    const note = await notes.read(noteKey, signal);
    if (note === null) return PLAIN;
    const parsed = Configuration.safeParse(jsonOf(note));
    if (parsed.success) return parsed.data;
    throw new ConnectorError(
      'bad-note',
      `The tag tocsin.${noteKey} of the registered model ${model}, which holds what the endpoint was, was changed by somebody else. Open the endpoint by hand, or remove the tag to open a plain one.`,
    );
  };

  /** Keeps what an endpoint is, and makes sure of it: afterwards nothing else knows. */
  const keep = async (found: Endpoint, signal: AbortSignal): Promise<void> => {
    const note = JSON.stringify(await endpoints.configuration(found, signal));
    await notes.write(noteKey, note, signal);
    if ((await notes.read(noteKey, signal)) !== note)
      throw new ConnectorError(
        'not-effective',
        `${api.name} said yes to keeping what the endpoint is, but did not keep it. The endpoint was left as it is.`,
      );
  };

  return {
    async listed(signal) {
      const found = await endpoints.find(endpoint, signal);
      if (found === null) return { endpoint: false, version: null, since: null };
      const version = versionServed(found, names);
      return { endpoint: true, version, since: version === null ? null : servedSince(found) };
    },
    async cut(signal) {
      const found = await endpoints.find(endpoint, signal);
      if (found !== null) {
        await keep(found, signal);
        await endpoints.remove(found, signal);
      }
      await removeAll(await everyTrial(signal), signal);
    },
    async open(version, signal) {
      const definition = await mustHave(version, signal);
      const found = await endpoints.find(endpoint, signal);
      const before = found ? await endpoints.configuration(found, signal) : await kept(signal);
      const wanted = leadingTo(before, definition, names);
      if (found && leadAlike(found, wanted)) return;
      if (found) {
        await keep(found, signal);
        await endpoints.remove(found, signal);
      }
      await endpoints.make(endpoint, wanted, signal);
    },
    async trial(version, signal) {
      const definition = await mustHave(version, signal);
      const way = await endpoints.find(endpoint, signal);
      const before = way ? await endpoints.configuration(way, signal) : await kept(signal);
      const wanted = onTrial(leadingTo(before, definition, names), definition.id);
      const there = (await trials(version, signal)).find((trial) => leadAlike(trial, wanted));
      if (there) return there.name;
      const name = trialName(version);
      await endpoints.make(name, wanted, signal);
      return name;
    },
    async endTrial(version, signal) {
      await removeAll(version === null ? await everyTrial(signal) : await trials(version, signal), signal);
    },
    async modelName(version, signal) {
      return (await definitionOf(version, signal))?.model_name ?? null;
    },
  };
}

/** Only the version itself answers on a trial way, and nothing of it is counted as use; guardrails are as people will have them. */
const onTrial = ({ guardrails, model_mappings }: Configuration, definitionId: string): Configuration => ({
  model_mappings: model_mappings
    .filter((mapping) => mapping.model_definition_id === definitionId)
    .map((mapping) => ({ ...mapping, weight: 1 })),
  tags: [{ key: 'tocsin', value: 'trial' }],
  guardrails,
  usage_tracking: false,
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
