import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMlflow } from '../../src/demo/mlflow.ts';
import { startPostgres } from '../../src/embedded/postgres.ts';
import { startTemporal } from '../../src/embedded/temporal.ts';
import { findTemporal } from '../../src/embedded/temporal-find.ts';
import { type SharedServer, serveOnDemand } from './on-demand.ts';

/** One PostgreSQL, one Temporal and one MLflow for the whole run, on free loopback ports, started when the first test asks. */
export default async function setup(): Promise<() => Promise<void>> {
  const desk = await serveOnDemand({ postgres, temporal, mlflow });
  process.env.TOCSIN_TEST_SERVERS = desk.url;
  return desk.stop;
}

async function postgres(): Promise<SharedServer> {
  const given = process.env.TOCSIN_TEST_POSTGRES;
  if (given) return { address: given, stop: async () => {} };
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-test-postgres-'));
  const clear = (): void => rmSync(dataDir, { recursive: true, force: true });
  try {
    const server = await startPostgres({ dataDir, durable: false, onLog: () => {} });
    const stop = async (): Promise<void> => {
      await server.stop();
      clear();
    };
    return { address: server.url, stop };
  } catch (error) {
    clear();
    throw error;
  }
}

async function temporal(): Promise<SharedServer> {
  const found = await findTemporal({ env: process.env, onProgress: (line) => console.log(line) });
  if (found.kind === 'address') return { address: found.address, stop: async () => {} };
  return startTemporal({
    binary: found.path,
    dataDir: null,
    // A workflow id may be used again at once: tests reopen, and repeat themselves.
    dynamicConfig: { 'history.workflowIdReuseMinimalInterval': '"1ms"' },
    onLog: () => {},
  });
}

async function mlflow(): Promise<SharedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-test-mlflow-'));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await startMlflow({ folder, env: process.env });
    const stop = async (): Promise<void> => {
      await server.stop();
      clear();
    };
    return { address: server.url, stop };
  } catch (error) {
    clear();
    throw error;
  }
}
