import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../src/embedded/processes.ts';
import { type RunningTemporal, startTemporal } from '../../src/embedded/temporal.ts';
import { findTemporal } from '../../src/embedded/temporal-find.ts';
import { testFolder } from '../support/folder.ts';

async function start(dataDir: string | null): Promise<RunningTemporal> {
  const found = await findTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, onProgress: () => undefined });
  if (found.kind !== 'binary') throw new Error('this test needs a Temporal of its own');
  const running = await startTemporal({ binary: found.path, dataDir, onLog: () => undefined });
  onTestFinished(() => running.stop());
  return running;
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

test('a workflow started before kill -9 is there after the next start, at the same address', async () => {
  const folder = testFolder();
  const first = await start(folder);
  await withClient(first.address, (client) =>
    client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'kept' }),
  );
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const second = await start(folder);
  expect(second.address).toBe(first.address);
  const status = await withClient(
    second.address,
    async (client) => (await client.workflow.getHandle('kept').describe()).status.name,
  );
  expect(status).toBe('RUNNING');
});

test('a server left over by a killed Tocsin is stopped before the next one opens its database', async () => {
  const folder = testFolder();
  const left = await start(folder);
  const next = await start(folder);
  expect(isAlive(left.pid)).toBe(false);
  expect(isAlive(next.pid)).toBe(true);
});

test('it listens on the loopback interface', async () => {
  const { address } = await start(null);
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
});
