import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIdentity } from '../../../src/surfaces/identity.ts';
import { openServed, type Served } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed({ worker: false, local: false });
}, 120_000);
afterAll(() => served?.close());

const COMMANDER = 'mara-lindqvist';
const session = async () => `tocsin=${(await served.accounts.startSession(COMMANDER)).token}`;

/** fetch does not let us choose Host. */
const withHost = (host: string) =>
  new Promise<number>((resolve, reject) => {
    request(new URL('/api/me', served.url), { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

it('answers only to names it knows, against DNS rebinding', async () => {
  expect(await withHost('rebound.example')).toBe(421);
  expect(await withHost('localhost')).toBe(401);
  expect(await withHost('127.0.0.1')).toBe(401);
});

it('a page of another site cannot use the session of whoever visits it', async () => {
  const cookie = await session();
  const body = new URLSearchParams({ text: 'forged' });
  const post = (headers: Record<string, string>) =>
    fetch(new URL('/api/incidents', served.url), { method: 'POST', body, headers: { cookie, ...headers } });
  const forged = await post({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
  expect(forged.status).toBe(403);
  expect(await forged.json()).toMatchObject({ code: 'cross-site' });
  expect((await post({})).status).toBe(403);
  // Let through, and then refused for what it says: a form is no JSON.
  expect((await post({ origin: served.url })).status).toBe(415);
});

it('a session signs in, and ends on the server when signed out', async () => {
  const cookie = await session();
  const me = () => fetch(new URL('/api/me', served.url), { headers: { cookie } });
  expect((await me()).status).toBe(200);
  await served.accounts.endSession(cookie.slice('tocsin='.length));
  expect((await me()).status).toBe(401);
});

it('a wrong token is refused, not taken for nobody', async () => {
  const answer = await served.call(null, 'GET', '/healthz', undefined, { authorization: 'Bearer tocsin_token_wrong' });
  expect(answer).toMatchObject({ status: 401, body: { code: 'unknown-token' } });
});

it('a revoked token is out at once', async () => {
  const made = await served.call(COMMANDER, 'POST', '/api/tokens', { name: 'laptop' });
  expect(made.status).toBe(201);
  const { id, token } = made.body as unknown as { id: string; token: string };
  const me = () => served.call(null, 'GET', '/api/me', undefined, { authorization: `Bearer ${token}` });
  expect((await me()).status).toBe(200);
  expect((await served.call('tomas-okafor', 'DELETE', `/api/tokens/${id}`)).status).toBe(404);
  expect((await served.call(COMMANDER, 'DELETE', `/api/tokens/${id}`)).status).toBe(204);
  expect((await me()).status).toBe(401);
});

it('only administrators make tokens for alerts: what these open has no requester', async () => {
  const body = { name: 'monitor', scope: 'alerts' };
  expect((await served.call(COMMANDER, 'POST', '/api/tokens', body)).status).toBe(403);
  expect((await served.call('sofia-mendes', 'POST', '/api/tokens', body)).status).toBe(201);
});

it('sends strict headers with every answer', async () => {
  const { headers } = await fetch(new URL('/api/nothing', served.url));
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ])
    expect(policy).toContain(part);
  expect(policy).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it('a body beyond the limit is refused', async () => {
  const big = { title: 'x'.repeat(300 * 1024) };
  expect(await served.call(COMMANDER, 'POST', '/api/incidents', big)).toMatchObject({
    status: 413,
    body: { code: 'too-large' },
  });
});

it('after five wrong passwords even the right one has to wait', async () => {
  await served.accounts.setPassword(COMMANDER, 'correct horse battery staple');
  let clock = 1_000;
  const person = { id: COMMANDER, name: 'Mara', email: 'mara@halden.example', roles: [] };
  const directory = { person: (id: string) => (id === COMMANDER ? person : null), people: () => [person] };
  const identity = createIdentity(served.accounts, directory, () => clock);
  const attempt = (password: string) => identity.signIn('Mara@halden.example', password, '203.0.113.7');
  await expect(attempt('correct horse battery staple')).resolves.toMatchObject({ person });
  for (let i = 0; i < 5; i += 1) await expect(attempt('wrong')).rejects.toMatchObject({ code: 'wrong-password' });
  await expect(attempt('correct horse battery staple')).rejects.toMatchObject({
    code: 'too-many-attempts',
    status: 429,
  });
  clock += 11 * 60_000;
  await expect(attempt('correct horse battery staple')).resolves.toMatchObject({ person });
});

it('wrong passwords from behind one proxy do not keep out whoever has a link', async () => {
  const directory = { person: (id: string) => (id === COMMANDER ? PERSON : null), people: () => [PERSON] };
  const accounts = { ...served.accounts, checkPassword: async () => false };
  const identity = createIdentity(accounts, directory, Date.now);
  const link = await served.accounts.createLink(COMMANDER, Date.now() + 60_000);
  for (let i = 0; i < 30; i += 1)
    await expect(identity.signIn(`guess-${i}`, 'wrong', '203.0.113.7')).rejects.toMatchObject({ status: 401 });
  await expect(identity.signIn('guess', 'wrong', '203.0.113.7')).rejects.toMatchObject({ code: 'too-many-attempts' });
  await expect(identity.signInByLink(link)).resolves.toMatchObject({ person: PERSON });
});
const PERSON = { id: COMMANDER, name: 'Mara', email: 'mara@halden.example', roles: [] };

it('a sign-in link works once', async () => {
  const made = await served.call('sofia-mendes', 'POST', '/api/sign-in-links', { person: COMMANDER });
  expect(made.status).toBe(201);
  const link = String(made.body.url).split('/').at(-1) ?? '';
  expect(await served.accounts.useLink(link)).toBe(COMMANDER);
  expect(await served.accounts.useLink(link)).toBeNull();
});
