import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../src/embedded/processes.ts';
import { listenerOn } from '../../src/main/listener.ts';
import { keepRunning, type RunningService, spawnService } from '../../src/main/supervise.ts';
import type { Go } from '../../src/main/supervised.ts';
import { testFolder } from '../support/folder.ts';

const go: Go = { type: 'go', databaseUrl: 'postgresql://here', temporalAddress: '127.0.0.1:7233' };

function service(manner = 'well', folder = testFolder()) {
  const cli = join(import.meta.dirname, 'fixtures', 'service.mjs');
  return spawnService({
    name: 'worker',
    cli,
    env: { ...process.env, MANNER: manner },
    logFile: join(folder, 'worker.log'),
  });
}

/** Keeps a service running and hands out what is said, line by line. */
async function kept(manner = 'well') {
  const folder = testFolder();
  const said: string[] = [];
  const hear: (() => void)[] = [];
  const running = await keepRunning<RunningService>(
    'worker',
    () => service(manner, folder).go(go),
    (line) => {
      said.push(line);
      for (const wake of hear.splice(0)) wake();
    },
  );
  onTestFinished(() => running.stop());
  const heard = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const line = said.find((line) => pattern.test(line));
      if (line !== undefined) return line;
      await new Promise<void>((wake) => hear.push(wake));
    }
  };
  return { running, said, heard };
}

test('a service is told where things are when they are there, and says when it is ready', async () => {
  const running = await service().go(go);
  onTestFinished(() => running.stop());
  expect(running.ready).toEqual({ url: 'postgresql://here' });
});

test('a service that dies is started again, and one line says so', async () => {
  const { running, said, heard } = await kept();
  const { pid } = running.current();
  process.kill(pid, 'SIGKILL');
  await heard(/runs again/);
  expect(said).toEqual([
    'worker ended (SIGKILL); starting it again',
    `worker runs again (process ${running.current().pid})`,
  ]);
  expect(running.current().pid).not.toBe(pid);
  expect(isAlive(running.current().pid)).toBe(true);
});

test('a service that dies again and again is given longer and longer pauses', async () => {
  const { running, heard } = await kept();
  const { pid } = running.current();
  process.kill(pid, 'SIGKILL');
  const second = Number((await heard(/runs again/)).match(/process (\d+)/)?.[1]);
  process.kill(second, 'SIGKILL');
  await running.current().exited;
  const third = await heard(new RegExp(`runs again \\(process (?!${second}\\))`));
  process.kill(Number(third.match(/process (\d+)/)?.[1]), 'SIGKILL');
  expect(await heard(/in \d+ s$/)).toBe('worker ended (SIGKILL); starting it again in 1 s');
});

test('stopping ends the service and does not start it again', async () => {
  const { running, said } = await kept();
  const { pid } = running.current();
  await running.stop();
  expect(isAlive(pid)).toBe(false);
  expect(said).toEqual([]);
});

test('a service that cannot start says why and what to do', async () => {
  await expect(service('fails').go(go)).rejects.toMatchObject({
    code: 'wrong-password',
    message: 'the worker cannot start: the database says no',
    fix: 'Check DATABASE_URL',
  });
});

test('a service that dies without a word shows the end of its log', async () => {
  await expect(service('dies').go(go)).rejects.toMatchObject({
    code: 'service-failed',
    message: expect.stringContaining('something unheard of'),
  });
});

test('a taken port names who has it', async () => {
  const owner = createServer().listen(0, '127.0.0.1');
  await once(owner, 'listening');
  onTestFinished(() => void owner.close());
  const { port } = owner.address() as { port: number };
  expect(listenerOn(port)).toMatchObject({ pid: process.pid });
});
