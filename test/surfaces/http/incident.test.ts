import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IncidentView } from '../../../src/incident/view.ts';
import { openServed, type Served } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed();
}, 120_000);
afterAll(() => served?.close());

const COMMANDER = 'mara-lindqvist';

it('on an empty database a sample incident waits for the incident commander', async () => {
  const { incident } = served.ready;
  expect(incident).toMatch(/^INC-\d{4}-0001$/);
  const question = await served.house.question(incident ?? '', 'contain');
  expect(question.by).toEqual([{ role: 'incident-commander', count: 1 }]);
  const shown = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}`);
  expect(shown.status).toBe(200);
  expect(shown.body).toMatchObject({
    title: 'Model artefact tampered with',
    mode: 'simulated-inventory',
    requester: null,
  });
});

it('an approve of a disruptive act counts only when it is confirmed', async () => {
  const incident = served.ready.incident ?? '';
  const { number } = await served.house.question(incident, 'contain');
  const path = `/api/incidents/${incident}/decisions/${number}`;
  const unconfirmed = await served.call(COMMANDER, 'POST', path, { answer: 'approve' });
  expect(unconfirmed.status).toBe(409);
  expect(unconfirmed.type).toContain('application/problem+json');
  expect(unconfirmed.body).toMatchObject({ code: 'confirm', notDone: 'Your answer was not taken.' });
  const confirmed = await served.call(COMMANDER, 'POST', path, { answer: 'approve', confirm: true });
  expect(confirmed).toMatchObject({ status: 200, body: { status: 'accepted', outcome: 'approve' } });
  await served.house.until(incident, 'the isolation', (view) => view.steps.isolate?.status === 'done');
});

it('whoever reported an incident cannot decide on it, and the others can', async () => {
  const opened = await served.call(
    COMMANDER,
    'POST',
    '/api/incidents',
    { playbook: 'supply-chain-tampered-artifact', system: 'customer-assistant' },
    { 'idempotency-key': 'once' },
  );
  expect(opened.status).toBe(201);
  const incident = String(opened.body.incident);
  const again = await served.call(
    COMMANDER,
    'POST',
    '/api/incidents',
    { playbook: 'supply-chain-tampered-artifact', system: 'customer-assistant' },
    { 'idempotency-key': 'once' },
  );
  expect(again).toMatchObject({ status: 200, body: { incident, created: false } });
  const { number } = await served.house.question(incident, 'contain');
  const path = `/api/incidents/${incident}/decisions/${number}`;
  const own = await served.call(COMMANDER, 'POST', path, { answer: 'approve', confirm: true });
  expect(own).toMatchObject({ status: 403, body: { code: 'requester' } });
  const stranger = await served.call('daniel-achterberg', 'POST', path, { answer: 'approve', confirm: true });
  expect(stranger).toMatchObject({ status: 403, body: { code: 'not-entitled' } });
  const silent = await served.call('sofia-mendes', 'POST', path, { answer: 'deny' });
  expect(silent).toMatchObject({ status: 422, body: { code: 'reason' } });
  const other = await served.call('sofia-mendes', 'POST', path, { answer: 'deny', reason: 'Payouts run at three' });
  expect(other).toMatchObject({ status: 200, body: { outcome: 'deny' } });
});

it('people tell a running incident what happens, and it is on the timeline', async () => {
  const opened = await served.call('tomas-okafor', 'POST', '/api/incidents', {
    title: 'Odd answers',
    system: 'payout-estimator',
  });
  const incident = String(opened.body.incident);
  await served.house.until(incident, 'its opening', (view) => view.seq > 0);
  const tell = (person: string, name: string, body?: unknown) =>
    served.call(person, 'POST', `/api/incidents/${incident}/${name}`, body);
  expect((await tell('tomas-okafor', 'notes', { text: 'Seen in the logs' })).status).toBe(200);
  expect((await tell('tomas-okafor', 'severity', { severity: 'sev1', reason: 'Money' })).status).toBe(403);
  expect((await tell(COMMANDER, 'severity', { severity: 'sev1', reason: 'Money' })).status).toBe(200);
  expect(await tell(COMMANDER, 'role', { role: 'incident-commander', assignee: 'nobody' })).toMatchObject({
    status: 422,
    body: { code: 'unknown-person' },
  });
  expect((await tell(COMMANDER, 'role', { role: 'incident-commander', assignee: 'tomas-okafor' })).status).toBe(200);
  await served.house.until(incident, 'the new commander', (view: IncidentView) => view.roles['incident-commander']);
  expect((await tell('tomas-okafor', 'resolve', { summary: 'Rolled back by hand' })).status).toBe(200);
  expect((await tell('tomas-okafor', 'close')).status).toBe(200);
  await served.house.until(incident, 'its end', (view) => view.status === 'closed');
  expect(await tell(COMMANDER, 'severity', { severity: 'sev4', reason: 'Late' })).toMatchObject({
    status: 409,
    body: { code: 'closed' },
  });
  expect((await tell(COMMANDER, 'reopen', { reason: 'It came back' })).status).toBe(200);
  await served.house.until(incident, 'its second life', (view) => view.status === 'open');
  const { body } = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}/events`);
  const types = (body.events as unknown as { type: string }[]).map((event) => event.type);
  expect(types).toEqual([
    'incident.opened',
    'note.added',
    'incident.severity-changed',
    'role.assigned',
    'incident.resolved',
    'incident.closed',
    'incident.reopened',
  ]);
}, 60_000);

it('a live stream takes up where it was broken off', async () => {
  const opened = await served.call(COMMANDER, 'POST', '/api/incidents', { title: 'Streamed' });
  const incident = String(opened.body.incident);
  await served.house.until(incident, 'its opening', (view) => view.seq > 0);
  const stop = new AbortController();
  const response = await fetch(new URL(`/api/incidents/${incident}/stream`, served.url), {
    headers: { authorization: `Bearer ${await served.token(COMMANDER)}`, 'last-event-id': '1' },
    signal: stop.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  await served.call(COMMANDER, 'POST', `/api/incidents/${incident}/notes`, { text: 'live' });
  let seen = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    seen += chunk;
    if (seen.includes('note.added') && seen.endsWith('\n\n')) break;
  }
  stop.abort();
  expect(seen).not.toContain('id: 1\n');
  expect(seen).toMatch(/event: note\.added\ndata: \{.*"seq":2.*\}\nid: 2\n\n/);
});

it.each([
  ['/api/incidents/:id/stream', 'a revoked token', 'note.added'],
  ['/incidents/:id/stream', 'an ended session', 'event: grown'],
  ['/stream', 'an ended session', 'event: grown'],
] as const)(
  'a live stream of %s tells nothing more to %s',
  async (path, whose, told) => {
    const { accounts } = served;
    const opened = await served.call(COMMANDER, 'POST', '/api/incidents', { title: 'Watched' });
    const incident = String(opened.body.incident);
    const token = await accounts.createToken({ person: COMMANDER, name: 'watch', scope: 'person', expiresAt: null });
    const session = await accounts.startSession(COMMANDER);
    const byToken = whose === 'a revoked token';
    const stop = new AbortController();
    const response = await fetch(new URL(path.replace(':id', incident), served.url), {
      headers: byToken ? { authorization: `Bearer ${token.token}` } : { cookie: `tocsin=${session.token}` },
      signal: stop.signal,
    });
    expect(response.status).toBe(200);
    const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let before = '';
    while (!/(event: (grown|incident\.opened)).*\n\n$/s.test(before)) before += (await chunks.read()).value ?? '';
    if (byToken) await accounts.revokeToken(token.info.id);
    else await accounts.endSession(session.token);
    await served.call(COMMANDER, 'POST', `/api/incidents/${incident}/notes`, { text: 'for those who may read' });
    let after = '';
    const deadline = setTimeout(() => stop.abort(), 10_000);
    for (let read = await chunks.read(); !read.done; read = await chunks.read()) {
      after += read.value;
      if (after.includes(told)) break;
    }
    clearTimeout(deadline);
    stop.abort();
    expect(after.includes(told)).toBe(false);
  },
  30_000,
);

it('unknown things are named, with what is known', async () => {
  expect(await served.call(COMMANDER, 'GET', '/api/incidents/INC-2020-0001')).toMatchObject({ status: 404 });
  expect(await served.call(COMMANDER, 'POST', '/api/incidents', { playbook: 'tampered' })).toMatchObject({
    status: 422,
    body: { code: 'unknown-playbook' },
  });
  const typo = await served.call(COMMANDER, 'POST', '/api/incidents', { titel: 'x' });
  expect(typo).toMatchObject({ status: 422, body: { code: 'invalid' } });
  expect(typo.text).toContain('titel');
  expect(await served.call(COMMANDER, 'GET', '/api/playbooks/supply-chain-tampered-artefact')).toMatchObject({
    status: 404,
    body: { next: 'Did you mean "supply-chain-tampered-artifact"?' },
  });
});

it('the exported timeline verifies', async () => {
  const incident = served.ready.incident ?? '';
  const { text, type } = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}/timeline`);
  expect(type).toContain('application/x-ndjson');
  const { verifyExport } = await import('../../../src/store/verify.ts');
  expect(await verifyExport(text.split('\n').slice(0, -1))).toMatchObject({ ok: true, incident });
  const forReading = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}/timeline?format=md`);
  expect(forReading.text).toContain('Model artefact tampered with');
});

it('says that it is ready, and measures what it does', async () => {
  expect(await served.call(null, 'GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  const { text } = await served.call(null, 'GET', '/metrics');
  expect(text).toMatch(/tocsin_incidents_open\{severity="sev1"\} \d/);
  expect(text).toMatch(/tocsin_http_request_seconds_count\{route="POST \/api\/incidents",status="201"\} \d/);
  const proxied = await served.call(null, 'GET', '/metrics', undefined, { 'x-forwarded-for': '203.0.113.9' });
  expect(proxied.status).toBe(403);
});
