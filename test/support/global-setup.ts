import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../src/embedded/postgres.ts';

/** One PostgreSQL for the whole run, on a free loopback port; each test file makes its own database in it. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TOCSIN_TEST_POSTGRES) return undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-test-postgres-'));
  try {
    const postgres = await startPostgres({ dataDir, durable: false, onLog: () => {} });
    process.env.TOCSIN_TEST_POSTGRES = postgres.url;
    return async () => {
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}
