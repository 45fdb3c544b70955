import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { askFor } from './on-demand.ts';

export type TestDatabase = { url: string; drop(): Promise<void> };

/** A fresh, empty database on the PostgreSQL of this test run (started by global-setup.ts, or given by TOCSIN_TEST_POSTGRES). */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await askFor('postgres');
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
