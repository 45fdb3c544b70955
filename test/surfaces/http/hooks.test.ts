import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../src/main/log.ts';
import { openServed, type Served, sample } from '../../support/served.ts';

const SECRET = 'whsec-not-to-be-seen';
const folder = mkdtempSync(join(tmpdir(), 'tocsin-hooks-'));
const logged: string[] = [];
let served: Served;
beforeAll(async () => {
  const inventory = join(folder, 'tocsin.yaml');
  const connection =
    'connections:\n  registry: { kind: mlflow, url: "https://mlflow.example.org", webhook-secret: env:TEST_HOOK_SECRET }\n  unset: { kind: mlflow, url: "https://mlflow.example.org", webhook-secret: env:TEST_HOOK_UNSET }\n';
  writeFileSync(inventory, readFileSync(sample('tocsin.yaml'), 'utf8').replace(/^systems:/m, `${connection}systems:`));
  process.env.TEST_HOOK_SECRET = SECRET;
  const destination = new Writable({
    write(chunk, _, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const log = createLog({ name: 'server', level: 'debug', destination });
  served = await openServed({ env: { TOCSIN_INVENTORY: inventory }, log });
}, 120_000);
afterAll(async () => {
  delete process.env.TEST_HOOK_SECRET;
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const START = '2026-11-22T03:00:00Z';
const NEVER = '0001-01-01T00:00:00Z';
const firing = (labels: object, more: object = {}) => ({
  status: 'firing',
  labels,
  annotations: {},
  startsAt: START,
  endsAt: NEVER,
  generatorURL: 'http://prometheus.example/graph',
  fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
  ...more,
});
const batch = (...alerts: unknown[]) => ({ version: '4', receiver: 'tocsin', truncatedAlerts: 0, alerts });

async function send(body: unknown) {
  const token = await served.token('sofia-mendes', 'alerts');
  return served.call(null, 'POST', '/hooks/alertmanager', body, { authorization: `Bearer ${token}` });
}
type Entry = {
  id: string;
  key: string;
  count: number;
  status: string;
  incident: string | null;
  alert: Record<string, unknown>;
};
async function inbox(look: (entry: Entry) => boolean): Promise<Entry[]> {
  const { body } = await served.call('mara-lindqvist', 'GET', '/api/alerts?limit=500');
  return (body.alerts as unknown as Entry[]).filter(look);
}

describe('the door for Alertmanager', () => {
  const signature = {
    alertname: 'Tampered',
    tocsin_kind: 'model.signature-invalid',
    tocsin_system: 'payout-estimator',
  };

  it('takes what Alertmanager really sent', async () => {
    const captured = JSON.parse(readFileSync(join(import.meta.dirname, 'alertmanager-0.25.json'), 'utf8'));
    for (const body of captured) expect((await send(body)).status).toBe(200);
    const [drift] = await inbox(({ alert }) => alert.kind === 'prometheus.ModelDrift');
    expect(drift).toMatchObject({ status: 'unmatched', key: '7106493c85348faf', resolvedAt: expect.any(Number) });
    expect(drift?.alert).toMatchObject({
      title: 'PSI 0.41',
      severity: 'critical',
      source: 'alertmanager',
      receiver: 'tocsin',
    });
  });

  it('opens, joins, counts and ends, and says so of each batch', async () => {
    const opened = await send(batch(firing(signature), firing({ ...signature, pod: 'b' })));
    expect(opened).toMatchObject({ status: 200, body: { received: 2, opened: 1, joined: 1, refused: [] } });
    const again = await send(batch(firing(signature), firing({ ...signature, pod: 'b' })));
    expect(again.body).toMatchObject({ opened: 0, joined: 2 });
    const over = firing(signature, { status: 'resolved', endsAt: '2026-11-22T03:10:00Z' });
    expect((await send(batch(over))).body).toMatchObject({ resolved: 1 });
    const [entry] = await inbox(({ key }) => key === firing(signature).fingerprint);
    const incident = String(entry?.incident);
    const events = await served.house.until(incident, 'the end of the alert', (_, all) =>
      all.some(({ type }) => type === 'alert.resolved') ? all : null,
    );
    expect(events[0]).toMatchObject({ data: { requester: null, alert: { kind: 'model.signature-invalid' } } });
    // What Alertmanager sends late, after the end, is no new firing; a firing that began since is.
    expect((await send(batch(firing(signature)))).body).toMatchObject({ joined: 1 });
    expect(await inbox(({ key }) => key === entry?.key)).toHaveLength(1);
    await send(batch(firing(signature, { startsAt: '2026-11-22T04:00:00Z' })));
    expect(await inbox(({ key }) => key === entry?.key)).toHaveLength(2);
  });

  it('finds the system by a label that names it or its model', async () => {
    await send(
      batch(
        firing({ alertname: 'ByModel', model: 'assistant-llm' }),
        firing({ alertname: 'ById', team: 'x', job: 'payout-estimator' }),
      ),
    );
    expect((await inbox(({ alert }) => alert.kind === 'prometheus.ByModel'))[0]?.alert.system).toBe(
      'customer-assistant',
    );
    expect((await inbox(({ alert }) => alert.kind === 'prometheus.ById'))[0]?.alert.system).toBe('payout-estimator');
  });

  it('takes Grafana’s form, which has more', async () => {
    const body = {
      ...batch(firing({ alertname: 'G' }, { values: { A: 1 }, dashboardURL: 'http://g.example/d' })),
      orgId: 1,
      version: '1',
    };
    expect((await send(body)).body).toMatchObject({ unmatched: 1 });
    expect((await inbox(({ alert }) => alert.kind === 'prometheus.G'))[0]?.alert).toMatchObject({
      source: 'grafana',
      dashboardUrl: 'http://g.example/d',
    });
  });

  it('takes the rest of a batch in which one alert is broken, and says which', async () => {
    const sent = await send({
      ...batch(firing({ alertname: 'Fine' }), null, { status: 'odd', labels: {} }, { status: 'firing', labels: [] }),
      truncatedAlerts: 7,
    });
    expect(sent).toMatchObject({ status: 200, body: { received: 1, unmatched: 1, truncated: 7 } });
    expect(sent.body.refused).toMatchObject([{ index: 1 }, { index: 2 }, { index: 3 }]);
    expect((await send({ alerts: 'none' })).status).toBe(422);
    expect((await send([])).status).toBe(422);
  });

  it('bounds hostile alerts: NUL, half characters, prototypes, huge and many labels, deep nesting', async () => {
    const labels = JSON.parse(
      `{"alertname":"Hostile\\u0000\\ud800","__proto__":{"polluted":true},"constructor":"c","long":"${'x'.repeat(100_000)}"}`,
    );
    for (let i = 0; i < 500; i += 1) labels[`label_${i}`] = 'v';
    const deep = JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`);
    const sent = await send(
      batch(firing(labels, { fingerprint: 'f\u0000\ud800', values: deep, annotations: { summary: deep } })),
    );
    expect(sent).toMatchObject({ status: 200, body: { received: 1, unmatched: 1 } });
    const [entry] = await inbox(({ key }) => key.startsWith('f\ufffd'));
    expect(JSON.stringify(entry?.alert).length).toBeLessThan(10_000);
    expect(Object.keys(entry?.alert.labels as object)).toHaveLength(64);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('takes ten thousand alerts in a batch, and refuses clearly what is larger than it reads', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => firing({ alertname: 'Many', pod: `pod-${i % 2_000}` }));
    const sent = await send(batch(...many));
    expect(sent).toMatchObject({ status: 200, body: { received: 10_000 } });
    const entries = await inbox(({ alert }) => alert.kind === 'prometheus.Many');
    expect(entries.every(({ count }) => count === 5)).toBe(true);
    const huge = await send(batch(firing({ alertname: 'Huge', text: 'x'.repeat(9 * 1024 * 1024) })));
    expect(huge).toMatchObject({ status: 413, body: { code: 'too-large' } });
  }, 60_000);

  it('lets no token that is called like the checks, or like a connection, end or count what those found', async () => {
    const key = 'model.signature-invalid/claims-triage/7';
    const raw = JSON.stringify({ kind: 'nothing.opens-on-this', system: 'claims-triage' });
    await served.house.pool.query('SELECT receive_check_alert($1, $2, $3)', [key, raw, Date.now()]);
    for (const name of ['checks', 'mlflow:registry']) {
      const made = await served.call('sofia-mendes', 'POST', '/api/tokens', { name, scope: 'alerts' });
      const headers = { authorization: `Bearer ${String(made.body.token)}` };
      const alert = { kind: 'nothing.opens-on-this', key };
      await served.call(null, 'POST', '/api/alerts', alert, headers);
      const ended = await served.call(null, 'POST', '/api/alerts', { ...alert, status: 'resolved' }, headers);
      expect(ended.body.status).toBe('resolved');
    }
    const { rows } = await served.house.pool.query(
      'SELECT source, count, resolved_at IS NULL AS fires FROM alerts WHERE dedupe_key = $1 ORDER BY source',
      [key],
    );
    expect(rows).toEqual([
      { source: 'checks', count: 1, fires: true },
      { source: 'token:checks', count: 1, fires: false },
      { source: 'token:mlflow:registry', count: 1, fires: false },
    ]);
  });

  it('is for tokens that may send alerts, and whoever is known', async () => {
    const none = await served.call(null, 'POST', '/hooks/alertmanager', batch());
    expect(none.status).toBe(401);
    const wrong = await served.call(null, 'POST', '/hooks/alertmanager', batch(), {
      authorization: 'Bearer tocsin_wrong',
    });
    expect(wrong.status).toBe(401);
    const nonsense = await fetch(`${served.url}/hooks/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await served.token('sofia-mendes', 'alerts')}` },
      body: '{"alerts": [',
    });
    expect(nonsense.status).toBe(400);
  });
});

describe('the door for MLflow', () => {
  const event = (data: object, entity = 'model_version_alias', action = 'created') =>
    JSON.stringify({ entity, action, timestamp: '2026-11-22T03:00:00+00:00', data });
  const aliased = event({ name: 'assistant-llm', alias: 'production', version: '2' });

  type Delivery = { id?: string; at?: number; secret?: string; connection?: string; body?: string };
  async function deliver({
    id = 'd-1',
    at = Date.now(),
    secret = SECRET,
    connection = 'registry',
    body = aliased,
  }: Delivery) {
    const timestamp = String(Math.floor(at / 1_000));
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    const answer = await fetch(`${served.url}/hooks/mlflow/${connection}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-mlflow-delivery-id': id,
        'x-mlflow-timestamp': timestamp,
        'x-mlflow-signature': `v1,${signature}`,
      },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  it('keeps what is signed, with the system of that model; a repeat is answered alike and counts once', async () => {
    const first = await deliver({});
    expect(first).toMatchObject({ status: 200, body: { status: 'unmatched', count: 1 } });
    expect(await deliver({})).toEqual(first);
    const [entry] = await inbox(({ key }) => key === 'd-1');
    expect(entry).toMatchObject({ count: 1, source: 'mlflow:registry' });
    expect(entry?.alert).toMatchObject({
      kind: 'model.alias-changed',
      system: 'customer-assistant',
      title: 'Alias production of assistant-llm means version 2 now',
      version: '2',
    });
    await deliver({ id: 'd-2', body: event({ name: 'p', template: 'x'.repeat(50_000) }, 'prompt_version', 'created') });
    const [prompt] = await inbox(({ key }) => key === 'd-2');
    expect(prompt?.alert.kind).toBe('mlflow.prompt-version-created');
    expect(JSON.stringify(prompt).length).toBeLessThan(2_000);
  });

  it.each<[string, Delivery]>([
    ['another secret', { secret: 'guessed' }],
    ['a time long ago', { at: Date.now() - 30 * 60_000 }],
    ['a time to come', { at: Date.now() + 30 * 60_000 }],
    ['a connection that is none', { connection: 'nowhere' }],
    ['a connection whose secret is not set', { connection: 'unset', secret: 'none' }],
    ['an id that is none', { id: 'x '.repeat(80) }],
  ])('refuses %s', async (_, delivery) => {
    expect(await deliver(delivery)).toMatchObject({ status: 401, body: { code: 'not-signed-by-mlflow' } });
  });

  it('refuses what is not signed at all, and never logs the secret', async () => {
    const bare = await fetch(`${served.url}/hooks/mlflow/registry`, { method: 'POST', body: aliased });
    expect(bare.status).toBe(401);
    expect((await deliver({ id: 'd-3', body: 'not json' })).status).toBe(422);
    await vi.waitFor(() => expect(logged.some((line) => line.includes('TEST_HOOK_UNSET'))).toBe(true));
    expect(logged.join('')).not.toContain(SECRET);
  });
});
