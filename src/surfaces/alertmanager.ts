import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../incident/json.ts';
import type { Noticed } from './alert-inbox.ts';
import { Problem } from './problem.ts';

/**
 * What Alertmanager (webhook version 4) and Grafana (a superset of it) send: a batch, in which every alert is one of the inbox. What
 * cannot be used is said for each alert, because a refusal of the whole batch would lose the others.
 */
export type AlertmanagerBatch = {
  alerts: Noticed[];
  /** Places in the batch, counted from 0, and what is wrong there. */
  refused: { index: number; because: string }[];
  /** How many alerts Alertmanager left out (its `max_alerts`). */
  truncated: number;
};

/** Which AI system is meant by a name: its id, or the name of its registered model. */
export type SystemNamed = (name: string) => string | null;

const ENTRIES_MAX = 64;
const NAME_MAX = 200;
const LABEL_MAX = 1_000;
const ANNOTATION_MAX = 4_000;
const TITLE_MAX = 300;
const URL_MAX = 2_000;
/** Labels that usually say what an alert is about; after them any other. */
const TELLING = ['system', 'ai_system', 'model', 'model_name', 'registered_model', 'service', 'app'];

export function readAlertmanager(body: unknown, systemNamed: SystemNamed, now: number): AlertmanagerBatch {
  if (!isObject(body) || !Array.isArray(body.alerts))
    throw new Problem({
      status: 422,
      code: 'not-alertmanager',
      message: 'This is not what Alertmanager or Grafana sends: there is no list of alerts.',
      notDone: 'Nothing was kept.',
      next: 'Other monitors send one alert a request to /api/alerts; see docs/alerts.md.',
    });
  const batch: AlertmanagerBatch = { alerts: [], refused: [], truncated: countOf(body.truncatedAlerts) };
  const about: About = {
    source: 'orgId' in body ? 'grafana' : 'alertmanager',
    receiver: words(body.receiver, NAME_MAX),
  };
  for (const [index, one] of body.alerts.entries()) {
    if (!isObject(one)) batch.refused.push({ index, because: 'an alert must be a JSON object' });
    else if (!isObject(one.labels)) batch.refused.push({ index, because: '"labels" must be an object of texts' });
    else if (one.status !== 'firing' && one.status !== 'resolved')
      batch.refused.push({ index, because: '"status" must be firing or resolved' });
    else batch.alerts.push(noticed(one, about, systemNamed, now));
  }
  return batch;
}

type Plain = Record<string, unknown>;
type About = { source: string; receiver: string | null };

function noticed(one: Plain, about: About, systemNamed: SystemNamed, now: number): Noticed {
  const labels = texts(one.labels, LABEL_MAX);
  const annotations = texts(one.annotations, ANNOTATION_MAX);
  const name = labels.alertname?.trim() || 'unnamed';
  const summary = annotations.summary ?? annotations.title ?? annotations.description?.split('\n')[0];
  const alert: JsonObject = withoutNull({
    kind: labels.tocsin_kind?.trim() || `prometheus.${name}`,
    system: systemOf(labels, systemNamed),
    title: (summary?.trim() || name).slice(0, TITLE_MAX),
    severity: labels.severity ?? null,
    status: String(one.status),
    startsAt: words(one.startsAt, NAME_MAX),
    endsAt: one.status === 'resolved' ? words(one.endsAt, NAME_MAX) : null,
    ...about,
    labels,
    annotations,
    generatorUrl: words(one.generatorURL, URL_MAX),
    dashboardUrl: words(one.dashboardURL, URL_MAX),
    panelUrl: words(one.panelURL, URL_MAX),
    fingerprint: words(one.fingerprint, NAME_MAX),
  });
  return {
    key: words(one.fingerprint, NAME_MAX) ?? fingerprint(labels),
    alert,
    system: null,
    startsAt: timeOf(one.startsAt),
    endsAt: one.status === 'resolved' ? (timeOf(one.endsAt) ?? now) : null,
  };
}

/** As the label `tocsin_system` says, else the first label that names an AI system of the inventory or its model. */
function systemOf(labels: Record<string, string>, systemNamed: SystemNamed): string | null {
  const said = labels.tocsin_system?.trim();
  if (said) return systemNamed(said) ?? said;
  for (const name of [...TELLING, ...Object.keys(labels)]) {
    const value = labels[name]?.trim();
    const found = value ? systemNamed(value) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Names that begin with two underscores are Prometheus' own, and one of them is JavaScript's. */
function texts(value: unknown, lengthMax: number): Record<string, string> {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' && !name.startsWith('__') ? [[name.slice(0, NAME_MAX), text.slice(0, lengthMax)]] : [],
  );
  return Object.fromEntries(entries.slice(0, ENTRIES_MAX));
}

const withoutNull = (object: Record<string, Json>): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

const isObject = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const words = (value: unknown, lengthMax: number): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, lengthMax) : null;

const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0);

/** Epoch ms. Go says the year 1 for "not yet". */
function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return ms > 0 ? ms : null;
}

const fingerprint = (labels: Record<string, string>): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
    .slice(0, 32);
