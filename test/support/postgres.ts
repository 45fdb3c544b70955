import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = { url: string; drop(): Promise<void> };

/** A fresh, empty database on the PostgreSQL of this test run (`TOCSIN_TEST_POSTGRES`, set by global-setup.ts). */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.TOCSIN_TEST_POSTGRES;
  if (!server)
    throw new Error('no PostgreSQL for tests: run them through vitest, or set TOCSIN_TEST_POSTGRES to a URL');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await command(server, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => command(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function command(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
