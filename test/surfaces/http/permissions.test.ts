import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppEnv, permissionGaps } from '../../../src/surfaces/http/context.ts';
import { type Permission, permissions } from '../../../src/surfaces/permissions.ts';
import { openServed, type Served } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed({ worker: false, local: false });
}, 120_000);
afterAll(() => served?.close());

/** Written out by hand: what each kind of caller may do. A change of the rules must be made here, too. */
const everybody: Permission[] = ['public', 'signed-in', 'read', 'open', 'note', 'drill', 'decide', 'alert'];
const callers: Record<string, { person: string | null; scope?: 'alerts'; may: Permission[] }> = {
  'nobody signed in': { person: null, may: ['public'] },
  'a monitor': { person: 'sofia-mendes', scope: 'alerts', may: ['public', 'alert'] },
  'an incident commander': { person: 'mara-lindqvist', may: [...everybody, 'command', 'publish'] },
  'an ML on-call': { person: 'tomas-okafor', may: everybody },
  'a security on-call': { person: 'jonas-weber', may: everybody },
  'a legal counsel': { person: 'ingrid-solheim', may: everybody },
  'a communications lead': { person: 'daniel-achterberg', may: everybody },
  'an engineering manager': { person: 'sofia-mendes', may: [...everybody, 'command', 'publish', 'admin'] },
};

/** Names of things that are not there: whoever is let through gets "not found" or "not valid", and nothing happens. */
const filled = (path: string): string =>
  path
    .replace(':id', 'INC-2020-0001')
    .replace(':number', '1')
    .replace(':name', 'no-such-playbook')
    .replace(':token', 'no-such-link')
    .replace(':hash', 'none')
    .replace(':file', 'none.css');

async function outcome(route: string, caller: (typeof callers)[string]): Promise<'allowed' | 'refused'> {
  const [method = '', path = ''] = route.split(' ');
  const token = caller.person === null ? null : await served.token(caller.person, caller.scope);
  const stop = new AbortController();
  const response = await fetch(new URL(filled(path), served.url), {
    method,
    redirect: 'manual',
    signal: stop.signal,
    headers: { origin: served.url, ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  const problem = /problem\+json/.test(response.headers.get('content-type') ?? '') ? await response.json() : null;
  // A live stream would never end.
  stop.abort();
  const { code } = (problem ?? {}) as { code?: string };
  if (response.status === 401 && ['not-signed-in', 'not-signed-by-slack', 'not-signed-by-mlflow'].includes(code ?? ''))
    return 'refused';
  if (response.status === 403 && code === 'not-entitled') return 'refused';
  expect(response.status, `${route}: ${code}`).toBeLessThan(500);
  return 'allowed';
}

describe.each(Object.entries(callers))('%s', (_, caller) => {
  it.each(Object.entries(permissions))('%s', async (route, permission) => {
    // The route itself looks at who reads metrics.
    const expected = caller.may.includes(permission) ? 'allowed' : 'refused';
    expect(await outcome(route, caller)).toBe(expected);
  });
});

it('a route without a permission keeps the server from starting', () => {
  const app = new OpenAPIHono<AppEnv>();
  app.get('/api/incidents', (c) => c.text(''));
  app.get('/api/forgotten', (c) => c.text(''));
  expect(permissionGaps(app).missing).toEqual(['GET /api/forgotten']);
});
