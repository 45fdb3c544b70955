import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../src/embedded/postgres.ts';
import { isAlive } from '../../src/embedded/processes.ts';
import { testFolder } from '../support/folder.ts';

async function start(dataDir: string, port?: number): Promise<RunningPostgres> {
  const running = await startPostgres({ dataDir, port, onLog: () => undefined });
  onTestFinished(() => running.stop());
  return running;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // The server is killed under some of these clients.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('what was committed before kill -9 is there after the next start, at the same address', async () => {
  const folder = testFolder();
  const first = await start(folder);
  await ask(first.url, 'CREATE TABLE kept (n int)');
  await ask(first.url, 'INSERT INTO kept SELECT generate_series(1, 1000)');
  process.kill(first.pid, 'SIGKILL');
  const second = await start(folder);
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 1000 }]);
});

test('a server left over by a killed Tocsin is stopped, not joined and not doubled', async () => {
  const folder = testFolder();
  const left = await start(folder);
  const next = await start(folder);
  expect(isAlive(left.pid)).toBe(false);
  expect(await left.exited).toEqual({ code: 0, signal: null });
  expect(await ask(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a lock file whose process number now belongs to a stranger does not keep it from starting', async () => {
  const folder = testFolder();
  const first = await start(folder);
  const lock = join(folder, 'cluster', 'postmaster.pid');
  const lines = readFileSync(lock, 'utf8').split('\n');
  await first.stop();
  // This very process: alive, and no PostgreSQL.
  writeFileSync(lock, [String(process.pid), ...lines.slice(1)].join('\n'), { mode: 0o600 });
  const { uid, gid } = statSync(join(folder, 'cluster'));
  chownSync(lock, uid, gid);
  const second = await start(folder);
  expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a taken port is left to its owner and another one remembered', async () => {
  const folder = testFolder();
  const first = await start(folder);
  await first.stop();
  const owner = createServer();
  await new Promise<void>((listening) => owner.listen(first.port, '127.0.0.1', listening));
  onTestFinished(() => void owner.close());
  const second = await start(folder);
  expect(second.port).not.toBe(first.port);
  await second.stop();
  await expect(startPostgres({ dataDir: folder, port: first.port, onLog: () => undefined })).rejects.toMatchObject({
    code: 'port-taken',
  });
});

test('it answers on the loopback interface only, and to its password only', async () => {
  const { url, port } = await start(testFolder());
  const settings = await ask(
    url,
    "SELECT setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories') ORDER BY name",
  );
  expect(settings).toEqual([{ setting: '127.0.0.1' }, { setting: '' }]);
  await expect(ask(`postgresql://tocsin:guess@127.0.0.1:${port}/tocsin`, 'SELECT 1')).rejects.toMatchObject({
    code: '28P01',
  });
});

test('the password can be read by its owner only', async () => {
  const folder = testFolder();
  await start(folder);
  expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600);
});
