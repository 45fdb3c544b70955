import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Json, JsonObject } from '../incident/json.ts';
import type { SystemNamed } from './alertmanager.ts';
import { Problem } from './problem.ts';

/** What MLflow tells of its registry: signed, and with an id for each delivery. */
export type Delivery = { id: string; timestamp: string; signature: string; body: string };

const WINDOW_MS = 5 * 60_000;
const WORD_MAX = 500;

/** Throws unless this was signed with the secret within the last minutes. */
export function verifyDelivery(delivery: Delivery, secret: string | null, now: number): void {
  const { id, timestamp, signature, body } = delivery;
  // Without a secret the same work is done, so that the answer's time does not tell which connections there are.
  const right = createHmac('sha256', secret ?? 'none')
    .update(`${id}.${timestamp}.${body}`)
    .digest();
  const given = Buffer.from(/^v1,([\w+/]{43}=)$/.exec(signature)?.[1] ?? '', 'base64');
  const signed = given.length === right.length && timingSafeEqual(given, right);
  const fresh = /^\d{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp) * 1_000) <= WINDOW_MS;
  if (signed && fresh && secret !== null && /^[\w-]{1,100}$/.test(id)) return;
  throw new Problem({
    status: 401,
    code: 'not-signed-by-mlflow',
    message:
      signed && secret !== null && !fresh
        ? 'This was signed more than five minutes ago, or the clocks differ.'
        : 'This was not signed with the secret of that connection.',
    notDone: 'Nothing was kept.',
    next: 'Give the webhook in MLflow the secret that "webhook-secret" of the connection refers to; see docs/alerts.md.',
  });
}

const KINDS: Readonly<Record<string, string>> = {
  'registered_model.created': 'model.registered',
  'model_version.created': 'model.version-created',
  'model_version_tag.set': 'model.version-tagged',
  'model_version_tag.deleted': 'model.version-untagged',
  'model_version_alias.created': 'model.alias-changed',
  'model_version_alias.deleted': 'model.alias-removed',
};
/** What is kept of an event's data. The rest (templates, tags, descriptions) may be long, and is in MLflow. */
const FACTS = ['version', 'alias', 'key', 'value', 'source', 'run_id'] as const;

/** An event of MLflow as an alert. */
export function alertOfEvent(text: string, connection: string, systemNamed: SystemNamed): JsonObject {
  const event = parsed(text);
  const data = objectOf(event.data);
  const entity = word(event.entity) ?? 'unknown';
  const action = word(event.action) ?? 'unknown';
  const model = word(data.name);
  const system = model === null ? null : systemNamed(model);
  const facts = FACTS.flatMap((name): [string, Json][] => {
    const value = word(data[name]);
    return value === null ? [] : [[name === 'run_id' ? 'run' : name, value]];
  });
  const known = Object.hasOwn(KINDS, `${entity}.${action}`) ? KINDS[`${entity}.${action}`] : undefined;
  return {
    kind: known ?? `mlflow.${entity}-${action}`.replaceAll('_', '-').slice(0, 200),
    ...(system !== null && { system }),
    title: titleOf(known, {
      model: model ?? 'a model',
      version: word(data.version),
      alias: word(data.alias),
      entity,
      action,
    }),
    source: 'mlflow',
    connection,
    ...(model !== null && { model }),
    ...Object.fromEntries(facts),
    ...(word(event.timestamp) !== null && { at: word(event.timestamp) }),
  };
}

type Said = { model: string; version: string | null; alias: string | null; entity: string; action: string };

function titleOf(kind: string | undefined, { model, version, alias, entity, action }: Said): string {
  switch (kind) {
    case 'model.alias-changed':
      return `Alias ${alias} of ${model} means version ${version} now`;
    case 'model.alias-removed':
      return `Alias ${alias} of ${model} was removed`;
    case 'model.version-created':
      return `Version ${version} of ${model} was registered`;
    case 'model.registered':
      return `The model ${model} was registered`;
    case 'model.version-tagged':
    case 'model.version-untagged':
      return `A tag of version ${version} of ${model} was ${action}`;
    default:
      return `${entity.replaceAll('_', ' ')} ${model}: ${action}`;
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem({
      status: 422,
      code: 'not-json',
      message: 'This is signed, but it is not JSON.',
      notDone: 'Nothing was kept.',
    });
  }
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const word = (value: unknown): string | null =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value).slice(0, WORD_MAX) : null;
