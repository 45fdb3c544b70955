import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Accounts, TokenInfo, TokenScope } from '../surfaces/ports.ts';
import { sha256 } from './chain.ts';
import { hashPassword, passwordMatches } from './passwords.ts';

export type AccountOptions = {
  pool: pg.Pool;
  /** Epoch ms. */
  now: () => number;
  /** A session ends when it is not used for this long. */
  sessionIdleMs?: number;
  /** And at the latest after this. */
  sessionMaxMs?: number;
};

const HOUR_MS = 3_600_000;
/** Rolling on, and noting a token's use, cost a write: once in a while is enough. */
const TOUCH_EVERY_MS = 60_000;
/**
 * What is kept of when somebody was there is no closer: beside the moment of an answer without a name it would say whose that is.
 */
const STEP_MS = 10 * 60_000;
const PREFIX_CHARS = 6;

/** 256 random bits need no salt and no slow hash: they cannot be guessed. */
const secret = (kind: string): string => `tocsin_${kind}_${randomBytes(32).toString('base64url')}`;

type TokenRow = {
  id: string;
  prefix: string;
  name: string;
  person: string;
  scope: TokenScope;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
};
const TOKEN_COLUMNS = 'id, prefix, name, person, scope, created_at, expires_at, last_used_at';

/** Local accounts. Who a person is and what they may do is the inventory's matter; here is only how they prove to be them. */
export function createAccounts(options: AccountOptions): Accounts {
  return { ...passwords(options), ...sessions(options), ...tokens(options), ...links(options) };
}

function passwords({ pool, now }: AccountOptions): Pick<Accounts, 'setPassword' | 'checkPassword'> {
  return {
    async setPassword(person, password) {
      const hash = await hashPassword(password);
      await pool.query(
        `INSERT INTO passwords (person, hash) VALUES ($1, $2)
         ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, changed_at = clock_timestamp()`,
        [person, hash],
      );
      // Whoever knew the old password is signed out with it.
      await pool.query('DELETE FROM sessions WHERE person = $1 AND started_at <= $2', [person, now()]);
    },
    async checkPassword(person, password) {
      const { rows } = await pool.query<{ hash: string }>('SELECT hash FROM passwords WHERE person = $1', [person]);
      return passwordMatches(password, rows[0]?.hash ?? null);
    },
  };
}

function sessions({
  pool,
  now,
  sessionIdleMs = 12 * HOUR_MS,
  sessionMaxMs = 7 * 24 * HOUR_MS,
}: AccountOptions): Pick<Accounts, 'startSession' | 'session' | 'endSession'> {
  return {
    async startSession(person) {
      const token = secret('session');
      const at = now();
      const expiresAt = at + Math.min(sessionIdleMs, sessionMaxMs);
      await pool.query('DELETE FROM sessions WHERE expires_at <= $1', [at]);
      await pool.query('INSERT INTO sessions (token_hash, person, started_at, expires_at) VALUES ($1, $2, $3, $4)', [
        sha256(token),
        person,
        at,
        expiresAt,
      ]);
      return { token, expiresAt };
    },
    async session(token) {
      const { rows } = await pool.query<{ person: string; started_at: number; expires_at: number }>(
        'SELECT person, started_at, expires_at FROM sessions WHERE token_hash = $1 AND expires_at > $2',
        [sha256(token), now()],
      );
      const row = rows[0];
      if (!row) return null;
      const rolled = Math.min(Math.ceil(now() / STEP_MS) * STEP_MS + sessionIdleMs, row.started_at + sessionMaxMs);
      if (rolled - row.expires_at < TOUCH_EVERY_MS) return { person: row.person, expiresAt: row.expires_at };
      await pool.query('UPDATE sessions SET expires_at = greatest(expires_at, $2) WHERE token_hash = $1', [
        sha256(token),
        rolled,
      ]);
      return { person: row.person, expiresAt: rolled };
    },
    async endSession(token) {
      await pool.query('DELETE FROM sessions WHERE token_hash = $1', [sha256(token)]);
    },
  };
}

function tokens({ pool, now }: AccountOptions): Pick<Accounts, 'createToken' | 'token' | 'tokens' | 'revokeToken'> {
  return {
    async createToken({ person, name, scope, expiresAt }) {
      const token = secret('token');
      // What all tokens share is no help in telling them apart.
      const random = token.slice('tocsin_token_'.length);
      const info: TokenInfo = {
        id: randomBytes(8).toString('hex'),
        prefix: `tocsin_token_${random.slice(0, PREFIX_CHARS)}`,
        name,
        person,
        scope,
        createdAt: now(),
        expiresAt,
        lastUsedAt: null,
      };
      await pool.query(
        `INSERT INTO tokens (id, token_hash, prefix, name, person, scope, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [info.id, sha256(token), info.prefix, name, person, scope, info.createdAt, expiresAt],
      );
      return { info, token };
    },
    async token(token) {
      const { rows } = await pool.query<TokenRow>(
        `SELECT ${TOKEN_COLUMNS} FROM tokens WHERE token_hash = $1 AND (expires_at IS NULL OR expires_at > $2)`,
        [sha256(token), now()],
      );
      const row = rows[0];
      if (!row) return null;
      if (row.last_used_at === null || now() - row.last_used_at >= STEP_MS)
        await pool.query('UPDATE tokens SET last_used_at = $2 WHERE id = $1', [
          row.id,
          Math.floor(now() / STEP_MS) * STEP_MS,
        ]);
      return tokenInfo(row);
    },
    async tokens(person) {
      const { rows } = await pool.query<TokenRow>(
        `SELECT ${TOKEN_COLUMNS} FROM tokens WHERE $1::text IS NULL OR person = $1 ORDER BY created_at DESC, id`,
        [person],
      );
      return rows.map(tokenInfo);
    },
    async revokeToken(id) {
      const { rowCount } = await pool.query('DELETE FROM tokens WHERE id = $1', [id]);
      return rowCount === 1;
    },
  };
}

function links({ pool, now }: AccountOptions): Pick<Accounts, 'createLink' | 'peekLink' | 'useLink'> {
  return {
    async createLink(person, expiresAt) {
      const token = secret('link');
      await pool.query('DELETE FROM sign_in_links WHERE expires_at <= $1', [now()]);
      await pool.query('INSERT INTO sign_in_links (token_hash, person, expires_at) VALUES ($1, $2, $3)', [
        sha256(token),
        person,
        expiresAt,
      ]);
      return token;
    },
    async peekLink(token) {
      const { rows } = await pool.query<{ person: string }>(
        'SELECT person FROM sign_in_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2',
        [sha256(token), now()],
      );
      return rows[0]?.person ?? null;
    },
    async useLink(token) {
      // One statement: of two clicks only one finds it unused.
      const { rows } = await pool.query<{ person: string }>(
        `UPDATE sign_in_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         RETURNING person`,
        [sha256(token), now()],
      );
      return rows[0]?.person ?? null;
    },
  };
}

const tokenInfo = (row: TokenRow): TokenInfo => ({
  id: row.id,
  prefix: row.prefix,
  name: row.name,
  person: row.person,
  scope: row.scope,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});
