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
