import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/postgres.ts';
import { testTemporal } from '../support/temporal.ts';

test('a test gets an empty database of its own', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  expect(one.url).not.toBe(two.url);
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  const { rows } = await client.query("SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'");
  await client.end();
  await Promise.all([one.drop(), two.drop()]);
  expect(rows).toEqual([{ tables: 0 }]);
});

test('a test gets a Temporal on which a workflow can start', async () => {
  const { address } = await testTemporal();
  const connection = await Connection.connect({ address });
  const handle = await new Client({ connection }).workflow.start('nobody', {
    taskQueue: 'embedded-shared',
    workflowId: 'embedded-shared',
  });
  await handle.terminate();
  expect((await handle.describe()).status.name).toBe('TERMINATED');
  await connection.close();
});
