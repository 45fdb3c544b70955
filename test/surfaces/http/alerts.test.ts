import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { surroundingsOf } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { checkPlaybook } from '../../../src/playbook/library.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { openServed, type Served, sample } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed();
  await publish('drifting-answers', 'alert.kind == "model.drift"');
  await publish('drifting-answers-too', 'alert.kind == "model.drift" && alert.score > 0.9');
  await publish('leaking-answers', 'alert.kind == "model.leak"');
}, 120_000);
afterAll(() => served?.close());

async function publish(name: string, opensOn: string, joinsOn = ''): Promise<void> {
  const text = `playbook: ${name}
title: ${name}
version: 1
opens-on: ${opensOn}
${joinsOn === '' ? '' : `joins-on: ${joinsOn}\n`}severity: { default: sev3, raise-to: { sev1: 'inputs.system.tier == "critical"' } }
inputs:
  system: { type: ai-system, from: alert.system }
  limit: { type: number, from: alert.limit, default: 5 }
steps:
  - { id: look, do: model.inspect }
  - { id: rest, wait: 1h }
`;
  const library = { playbooks: { [name]: { text, file: `${name}.yaml` } }, templates: {}, rules: {} };
  const { plan, diagnostics } = checkPlaybook(name, library, surroundingsOf(loadInventory(sample('tocsin.yaml'))));
  if (!plan) throw new Error(JSON.stringify(diagnostics));
  await createPlanLibrary(served.house.pool).publish(plan satisfies Plan, ['test'], Date.now());
}

/** As a monitor sends it. */
async function send(alert: unknown, headers: Record<string, string> = {}) {
  const token = await served.token('sofia-mendes', 'alerts');
  return served.call(null, 'POST', '/api/alerts', alert, { authorization: `Bearer ${token}`, ...headers });
}

it('opens the playbook that matches, as bad as the system is important', async () => {
  const sent = await send({ kind: 'model.leak', system: 'claims-triage', limit: 7 });
  expect(sent).toMatchObject({ status: 201, body: { status: 'opened', count: 1 } });
  const incident = String(sent.body.incident);
  const { view, events } = await served.house
    .until(incident, 'its opening', (found) => found.seq > 0)
    .then(() => served.house.read(incident));
  expect(view).toMatchObject({ severity: 'sev1', requester: null, system: { id: 'claims-triage' } });
  expect(events[0]).toMatchObject({ data: { alert: { kind: 'model.leak', limit: 7 } } });
});

it('the same alert again is counted and joins its incident, which hears of it in one sum', async () => {
  const first = await send({ kind: 'model.leak', system: 'customer-assistant', key: 'leak-1' });
  const incident = String(first.body.incident);
  await served.house.until(incident, 'its opening', (view) => view.seq > 0);
  const storm = await Promise.all(
    Array.from({ length: 20 }, () => send({ kind: 'model.leak', system: 'customer-assistant', key: 'leak-1' })),
  );
  expect(storm.every(({ body }) => String(body.incident) === incident)).toBe(true);
  expect(storm.every(({ body }) => String(body.status) === 'joined')).toBe(true);
  const heard = await served.house.until(incident, 'all twenty', (_, events) => {
    const joined = events.flatMap((event) => (event.type === 'alert.joined' ? [event.data.count] : []));
    return joined.reduce((sum, count) => sum + count, 0) === 20 ? joined : null;
  });
  expect(heard.length).toBeLessThan(6);
});

it('another alert about the same system joins what the same playbook runs there', async () => {
  const first = await send({ kind: 'model.leak', system: 'payout-estimator', key: 'a' });
  await served.house.until(String(first.body.incident), 'its opening', (view) => view.seq > 0);
  const second = await send({ kind: 'model.leak', system: 'payout-estimator', key: 'b' });
  expect(second).toMatchObject({ status: 202, body: { status: 'joined', incident: first.body.incident } });
});

it('keeps what nothing matches, and what matches several alike', async () => {
  const stray = await send({ kind: 'coffee.cold', nested: { deep: ['\u0000', null] } });
  expect(stray).toMatchObject({ status: 202, body: { status: 'unmatched', incident: null } });
  const torn = await send({ kind: 'model.drift', system: 'claims-triage', score: 0.95 });
  expect(torn.body.because).toContain('drifting-answers, drifting-answers-too');
  const nowhere = await send({ kind: 'model.leak', system: 'no-such-system' });
  expect(nowhere.body.because).toContain('must be the id of an AI system');
  const { body } = await served.call('mara-lindqvist', 'GET', '/api/alerts?status=unmatched');
  const kinds = (body.alerts as unknown as { alert: { kind: string } }[]).map(({ alert }) => alert.kind);
  expect(kinds).toEqual(['model.leak', 'model.drift', 'coffee.cold']);
});

it('an alert that a person sends makes them the one who reported it', async () => {
  const alert = { kind: 'model.signature-invalid', system: 'payout-estimator', key: 'by-hand' };
  const sent = await served.call('mara-lindqvist', 'POST', '/api/alerts', alert);
  const incident = String(sent.body.incident);
  const { number, excluded } = await served.house.question(incident, 'contain');
  expect(excluded).toEqual(['mara-lindqvist']);
  const own = { answer: 'approve', confirm: true };
  const vote = await served.call('mara-lindqvist', 'POST', `/api/incidents/${incident}/decisions/${number}`, own);
  expect(vote).toMatchObject({ status: 403, body: { code: 'requester' } });
});

it('inputs that do not fit are all named at once', async () => {
  const body = { playbook: 'leaking-answers', inputs: { system: 'claims', limit: 'many', extra: 1 } };
  const opened = await served.call('mara-lindqvist', 'POST', '/api/incidents', body);
  expect(opened).toMatchObject({ status: 422, body: { code: 'inputs', notDone: 'No incident was opened.' } });
  expect(opened.body.faults).toHaveLength(3);
});

describe('what joins an open incident', () => {
  beforeAll(async () => {
    await publish('watched-answers', 'alert.kind == "answers.odd"', 'alert.kind.startsWith("answers.")');
    await publish('watched-closely', 'alert.kind == "answers.awful"', 'alert.kind == "answers.awful"');
  });
  const about = (kind: string, more = {}) => ({ kind, system: 'claims-triage', ...more });

  it('is what the playbook of an incident about that system says, the newest first, before anything is opened', async () => {
    const first = await send(about('answers.odd'));
    expect(first.body.status).toBe('opened');
    expect(await send(about('answers.slow'))).toMatchObject({
      body: { status: 'joined', incident: first.body.incident },
    });
    // It would open a playbook of its own, but it is about what is going on already.
    expect(await send(about('answers.awful'))).toMatchObject({
      body: { status: 'joined', incident: first.body.incident },
    });
    expect((await send(about('answers.odd', { system: 'payout-estimator' }))).body.status).toBe('opened');
    expect((await send(about('coffee.cold'))).body.status).toBe('unmatched');
    const heard = await served.house.until(String(first.body.incident), 'both kinds', (_, events) => {
      const kinds = events.flatMap((event) => (event.type === 'alert.joined' ? [event.data.alert.kind] : []));
      return kinds.length >= 2 ? kinds : null;
    });
    expect(heard).toEqual(['answers.slow', 'answers.awful']);
  });

  it('is also what nothing matched before the incident was opened, without coming again', async () => {
    await publish('slow-fire', 'alert.kind == "fire.flames"', 'alert.kind.startsWith("fire.")');
    const sent = [
      await send(about('fire.smoke', { key: 'smoke' })),
      await send(about('fire.over', { key: 'over' })),
      await send(about('fire.elsewhere', { key: 'elsewhere', system: 'payout-estimator' })),
      await send(about('fire-drill', { key: 'drill' })),
    ];
    await send(about('fire.over', { key: 'over', status: 'resolved' }));
    expect(sent.map(({ body }) => String(body.status))).toEqual(Array(4).fill('unmatched'));
    const asked = { playbook: 'slow-fire', inputs: { system: 'claims-triage' } };
    const opened = await served.call('mara-lindqvist', 'POST', '/api/incidents', asked);
    const heard = await served.house.until(String(opened.body.incident), 'what was there before', (_, events) => {
      const kinds = events.flatMap((event) => (event.type === 'alert.joined' ? [event.data.alert.kind] : []));
      return kinds.length > 0 ? kinds : null;
    });
    expect(heard).toEqual(['fire.smoke']);
    const statuses = () =>
      Promise.all(
        sent.map(async ({ body }) => {
          const found = await served.call('mara-lindqvist', 'GET', `/api/alerts/${String(body.id)}`);
          return String(found.body.status);
        }),
      );
    // What was compared in vain is unmatched again.
    await vi.waitFor(async () => expect(await statuses()).toEqual(['joined', 'unmatched', 'unmatched', 'unmatched']), {
      timeout: 10_000,
      interval: 100,
    });
  });

  it('alerts of many kinds that come at once open one incident', async () => {
    const kinds = ['answers.odd', 'answers.odd', 'answers.a', 'answers.b', 'answers.c'];
    const all = await Promise.all(
      kinds.map((kind, i) => send({ kind, system: 'customer-assistant', key: `at-once-${i}` })),
    );
    const opened = all.filter(({ body }) => String(body.status) === 'opened');
    const incidents = new Set(all.flatMap(({ body }) => (body.incident === null ? [] : [String(body.incident)])));
    expect(opened).toHaveLength(1);
    expect(incidents.size).toBe(1);
  });

  it('what a worker or a server that died has left is matched within a moment, by one of two servers', async () => {
    const raw = JSON.stringify({ kind: 'answers.left', system: 'claims-triage' });
    const args = ['checks', 'left-behind', raw, Date.now()];
    await served.house.pool.query('SELECT receive_alert($1, $2, $3, $4)', args);
    await vi.waitFor(
      async () => {
        const { body } = await served.call('mara-lindqvist', 'GET', '/api/alerts?status=joined');
        const alerts = body.alerts as unknown as { key: string }[];
        expect(alerts.map(({ key }) => key)).toContain('left-behind');
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  it('what no longer fires is said on the timeline; it fires anew as news', async () => {
    const sent = await send(about('answers.odd', { key: 'ends' }));
    const incident = String(sent.body.incident);
    expect(await send(about('answers.odd', { key: 'ends', status: 'resolved' }))).toMatchObject({
      body: { status: 'resolved', id: sent.body.id, incident },
    });
    await served.house.until(
      incident,
      'the end of the alert',
      (view, events) => view.status === 'open' && events.some(({ type }) => type === 'alert.resolved'),
    );
    const again = await send(about('answers.odd', { key: 'ends' }));
    expect(again).toMatchObject({ body: { status: 'joined', incident, count: 1 } });
    expect(again.body.id).not.toBe(sent.body.id);
    const one = await served.call('mara-lindqvist', 'GET', `/api/alerts/${sent.body.id}`);
    expect(one).toMatchObject({ status: 200, body: { key: 'ends', source: 'test', resolvedAt: expect.any(Number) } });
    expect((await served.call('mara-lindqvist', 'GET', '/api/alerts/nonsense')).status).toBe(404);
  });
});

it('an alert that nests absurdly deep is refused, and said to be', async () => {
  const token = await served.token('sofia-mendes', 'alerts');
  const body = `{"kind":"model.leak","deep":${'['.repeat(60_000)}${']'.repeat(60_000)}}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${served.url}/api/alerts`, { method: 'POST', headers, body });
  expect(answer.status).toBe(422);
});
