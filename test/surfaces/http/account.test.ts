import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../../src/main/log.ts';
import { openServed, type Served } from '../../support/served.ts';

let served: Served;
const lines: string[] = [];
const destination = new Writable({ write: (chunk, _, done) => done(void lines.push(String(chunk))) });
beforeAll(async () => {
  const log = createLog({ name: 'server', level: 'info', destination });
  served = await openServed({ worker: false, local: false, log });
}, 120_000);
afterAll(() => served?.close());

const ADMIN = 'sofia-mendes';
const OTHER = 'mara-lindqvist';
const said = (msg: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.msg === msg);

it('who lets whom in, and who shuts somebody out, is logged without the secret', async () => {
  const own = await served.call(OTHER, 'POST', '/api/tokens', { name: 'laptop' });
  const link = await served.call(ADMIN, 'POST', '/api/sign-in-links', { person: OTHER });
  const id = String(own.body.id);
  await served.call(ADMIN, 'DELETE', `/api/tokens/${id}`);
  const by = { surface: 'api', via: 'token', for: OTHER };
  expect(said('an API token was made')).toMatchObject([{ ...by, level: 30, by: OTHER, id, scope: 'person' }]);
  expect(said('a sign-in link was made')).toMatchObject([{ ...by, level: 40, by: ADMIN }]);
  expect(said('an API token was revoked')).toMatchObject([{ ...by, level: 40, by: ADMIN, id }]);
  expect(lines.join('')).not.toContain(String(own.body.token));
  expect(lines.join('')).not.toContain(String(link.body.url).split('/').at(-1));
});

it('a token cannot make one that outlives it; whoever signed in can', async () => {
  const DAY_MS = 86_400_000;
  const { token } = await served.accounts.createToken({
    person: OTHER,
    name: 'ten days',
    scope: 'person',
    expiresAt: Date.now() + 10 * DAY_MS + 60_000,
  });
  const make = (days: number | null | undefined, headers: Record<string, string>) =>
    fetch(new URL('/api/tokens', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name: 'next', days }),
    });
  const bearer = { authorization: `Bearer ${token}` };
  for (const days of [11, null, undefined]) {
    const refused = await make(days, bearer);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'outlives-token',
      next: expect.stringContaining('10 days at most'),
    });
  }
  expect((await make(10, bearer)).status).toBe(201);
  const cookie = `tocsin=${(await served.accounts.startSession(OTHER)).token}`;
  expect((await make(365, { cookie, origin: served.url })).status).toBe(201);
});
