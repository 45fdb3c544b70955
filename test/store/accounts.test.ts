import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccounts } from '../../src/store/accounts.ts';
import type { Accounts } from '../../src/surfaces/ports.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
let accounts: Accounts;
let clock = 1_000_000;
const MINUTE_MS = 60_000;
const STEP_MS = 10 * MINUTE_MS;
beforeAll(async () => {
  store = await testStore();
  accounts = createAccounts({
    pool: store.pool,
    now: () => clock,
    sessionIdleMs: 60 * MINUTE_MS,
    sessionMaxMs: 150 * MINUTE_MS,
  });
});
afterAll(() => store.close());

describe('passwords', () => {
  test('only the right one is right, and nobody without an account gets in', async () => {
    await accounts.setPassword('ada', 'correct horse');
    expect(await accounts.checkPassword('ada', 'correct horse')).toBe(true);
    expect(await accounts.checkPassword('ada', 'Correct horse')).toBe(false);
    expect(await accounts.checkPassword('nobody', 'correct horse')).toBe(false);
    expect(await accounts.checkPassword('', '')).toBe(false);
  });

  test('a new one ends the sessions of the old', async () => {
    const { token } = await accounts.startSession('ada');
    await accounts.setPassword('ada', 'another');
    expect(await accounts.session(token)).toBeNull();
    expect(await accounts.checkPassword('ada', 'correct horse')).toBe(false);
  });
});

describe('sessions', () => {
  test('last while they are used, but not for ever', async () => {
    const { token, expiresAt } = await accounts.startSession('ben');
    expect(expiresAt).toBe(clock + 60 * MINUTE_MS);
    clock += 50 * MINUTE_MS;
    const rolled = await accounts.session(token);
    expect(rolled?.person).toBe('ben');
    expect((rolled?.expiresAt ?? 0) - clock).toBeGreaterThanOrEqual(60 * MINUTE_MS);
    expect((rolled?.expiresAt ?? 0) - clock).toBeLessThan(70 * MINUTE_MS);
    clock += 50 * MINUTE_MS;
    expect((await accounts.session(token))?.expiresAt).toBe(expiresAt + 90 * MINUTE_MS);
    clock += 50 * MINUTE_MS;
    expect(await accounts.session(token)).toBeNull();
  });

  test('end when they are not used, or when told to', async () => {
    const idle = await accounts.startSession('ben');
    clock += 60 * MINUTE_MS;
    expect(await accounts.session(idle.token)).toBeNull();
    const ended = await accounts.startSession('ben');
    await accounts.endSession(ended.token);
    expect(await accounts.session(ended.token)).toBeNull();
    expect(await accounts.session('tocsin_session_made-up')).toBeNull();
  });
});

test('when somebody was there is kept by ten minutes: no row tells the moment of what they did without a name', async () => {
  const session = await accounts.startSession('ben');
  const { info, token } = await accounts.createToken({ person: 'ben', name: 'cli', scope: 'person', expiresAt: null });
  clock += 7 * MINUTE_MS + 4_321;
  await Promise.all([accounts.session(session.token), accounts.token(token)]);
  const { rows } = await store.pool.query<{ ms: number }>(
    'SELECT expires_at AS ms FROM sessions WHERE person = $1 UNION SELECT last_used_at FROM tokens WHERE person = $1',
    ['ben'],
  );
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(rows.filter(({ ms }) => ms > clock - MINUTE_MS && ms % STEP_MS !== 0)).toEqual([]);
  await accounts.revokeToken(info.id);
});

describe('API tokens', () => {
  test('name their person until they expire or are revoked, and tell when they were used', async () => {
    const expiresAt = clock + 10 * MINUTE_MS;
    const { info, token } = await accounts.createToken({ person: 'ada', name: 'laptop', scope: 'person', expiresAt });
    expect(token.startsWith(info.prefix)).toBe(true);
    expect(info.lastUsedAt).toBeNull();
    expect(await accounts.token(token)).toMatchObject({ id: info.id, person: 'ada', scope: 'person' });
    expect(await accounts.tokens('ada')).toMatchObject([
      { id: info.id, name: 'laptop', lastUsedAt: Math.floor(clock / STEP_MS) * STEP_MS },
    ]);
    clock = expiresAt;
    expect(await accounts.token(token)).toBeNull();
    const other = await accounts.createToken({ person: 'ben', name: 'monitor', scope: 'alerts', expiresAt: null });
    expect((await accounts.tokens(null)).map((one) => one.name)).toEqual(['monitor', 'laptop']);
    expect(await accounts.revokeToken(other.info.id)).toBe(true);
    expect(await accounts.revokeToken(other.info.id)).toBe(false);
    expect(await accounts.token(other.token)).toBeNull();
  });
});

describe('one-time links', () => {
  test('work once, for one of two who click together, and not after they expire', async () => {
    const link = await accounts.createLink('ada', clock + MINUTE_MS);
    expect(await accounts.peekLink(link)).toBe('ada');
    const used = await Promise.all([accounts.useLink(link), accounts.useLink(link)]);
    expect(used.filter((person) => person === 'ada')).toHaveLength(1);
    expect(await accounts.peekLink(link)).toBeNull();
    const late = await accounts.createLink('ada', clock + MINUTE_MS);
    clock += MINUTE_MS;
    expect(await accounts.useLink(late)).toBeNull();
  });
});

test('nothing in the database is a secret that can be used', async () => {
  const secrets = [
    (await accounts.startSession('eve')).token,
    (await accounts.createToken({ person: 'eve', name: 'x', scope: 'person', expiresAt: null })).token,
    await accounts.createLink('eve', clock + MINUTE_MS),
  ];
  let stored = '';
  for (const table of ['passwords', 'sessions', 'tokens', 'sign_in_links'])
    stored += JSON.stringify((await store.pool.query(`SELECT * FROM ${table}`)).rows);
  for (const secret of secrets) expect(stored).not.toContain(secret);
  expect(stored).not.toContain('another');
});
