import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MigrationError, migrate } from '../../src/store/migrate.ts';
import { openPool } from '../../src/store/pool.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: pg.Pool;
let folder: string;
beforeEach(async () => {
  database = await testDatabase();
  pool = openPool(database.url, { name: 'test', onProblem: () => {} });
  folder = mkdtempSync(join(tmpdir(), 'tocsin-migrations-'));
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const put = (name: string, sql: string) => writeFileSync(join(folder, `${name}.sql`), sql);
const tables = async () =>
  (await pool.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 't\\_%'`)).rows
    .length;

describe('migrations', () => {
  test('are applied once, in order, also when several processes start together', async () => {
    const applied = await Promise.all([migrate(pool), migrate(pool), migrate(pool)]);
    const done = applied.filter((names) => names.length > 0);
    expect(done).toHaveLength(1);
    expect(done[0]).toEqual([...(done[0] ?? [])].sort());
    expect(done[0]?.[0]).toBe('0001-timeline');
    expect(await migrate(pool)).toEqual([]);
  });

  test('a new one is added to what is there', async () => {
    put('0001-a', 'CREATE TABLE t_a ()');
    expect(await migrate(pool, folder)).toEqual(['0001-a']);
    put('0002-b', 'CREATE TABLE t_b ()');
    expect(await migrate(pool, folder)).toEqual(['0002-b']);
    expect(await tables()).toBe(2);
  });

  test('one that was changed after it was applied is an error that names it', async () => {
    put('0001-a', 'CREATE TABLE t_a ()');
    await migrate(pool, folder);
    put('0001-a', 'CREATE TABLE t_a (b int)');
    const failure = await migrate(pool, folder).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationError);
    expect(failure).toMatchObject({ code: 'changed', message: expect.stringContaining('0001-a') });
  });

  test('a database of a newer version is left alone', async () => {
    put('0001-a', 'CREATE TABLE t_a ()');
    put('0002-b', 'CREATE TABLE t_b ()');
    await migrate(pool, folder);
    rmSync(join(folder, '0002-b.sql'));
    await expect(migrate(pool, folder)).rejects.toMatchObject({ code: 'newer' });
  });

  test('one that fails leaves nothing of itself, and the lock is free again', async () => {
    put('0001-a', 'CREATE TABLE t_a (); CREATE TABLE t_a ();');
    await expect(migrate(pool, folder)).rejects.toMatchObject({ code: 'failed' });
    expect(await tables()).toBe(0);
    put('0001-a', 'CREATE TABLE t_a ()');
    expect(await migrate(pool, folder)).toEqual(['0001-a']);
  });
});
