import { generateKeyPairSync } from 'node:crypto';
import type pg from 'pg';
import type { TimelineWriter } from '../../src/activities/ports.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPool } from '../../src/store/pool.ts';
import { createTimeline } from '../../src/store/timeline.ts';
import { testDatabase } from './postgres.ts';

export const headKeys = generateKeyPairSync('ed25519');

export type TestStore = {
  url: string;
  pool: pg.Pool;
  /** A writer with a memory of its own, as another process would have. */
  writer(): TimelineWriter;
  close(): Promise<void>;
};

/** A migrated database of its own. */
export async function testStore(): Promise<TestStore> {
  const database = await testDatabase();
  // Idle connections are cut when the database is dropped; what a query meets, the query throws.
  const pool = openPool(database.url, { name: 'test', onProblem: () => {} });
  await migrate(pool);
  let clock = 1_790_000_000_000;
  return {
    url: database.url,
    pool,
    writer: () => createTimeline({ pool, headKey: headKeys.privateKey, now: () => (clock += 1) }),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}
