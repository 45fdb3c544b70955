import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine, isAlive } from '../../src/embedded/processes.ts';
import { settings } from '../../src/main/config.ts';
import { testFolder } from '../support/folder.ts';
import { descendants, freeSettings, type HouseProcess, startHouse } from '../support/house-process.ts';

// tiers: postgres, temporal

const LONG_MS = 120_000;
const ready = /^Tocsin runs/;

function pidOf(house: HouseProcess, mark: RegExp): number {
  const pid = descendants(house.pid).find((pid) => mark.test(commandLine(pid) ?? ''));
  if (pid === undefined) throw new Error(`no process below npm start matches ${mark}`);
  return pid;
}

async function readiness(port: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
}

test('one command brings up everything, what dies comes back, a second instance is told, and Ctrl-C leaves nothing behind', {
  timeout: LONG_MS,
}, async () => {
  const own = await freeSettings(testFolder());
  const house = startHouse({ ...own, SOME_SECRET: 'hush' });
  await house.heard(ready);
  await house.heard(/Ctrl-C stops all of it/);
  expect(house.said()).toContain(`http://127.0.0.1:${own.TOCSIN_PORT}`);
  expect(await readiness(own.TOCSIN_PORT)).toBe(200);

  const second = startHouse(own);
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.said()).toContain('Tocsin already runs');
  expect(second.said()).toContain(`process ${house.pid}`);
  expect(second.said()).toContain(`http://127.0.0.1:${own.TOCSIN_PORT}`);
  expect(await readiness(own.TOCSIN_PORT)).toBe(200);

  // Nobody waits for it, and it is told no secret.
  const drillLog = join(own.TOCSIN_DATA, 'logs', 'drill-worker.log');
  await expect.poll(() => readFileSync(drillLog, 'utf8'), { timeout: 30_000 }).toContain('the drill worker is ready');
  const secretOf = (mark: RegExp) => readFileSync(`/proc/${pidOf(house, mark)}/environ`, 'utf8').includes('hush');
  expect([secretOf(/cli\.js worker$/), secretOf(/cli\.js drill-worker$/)]).toEqual([true, false]);

  for (const [name, mark] of [
    ['drill worker', /cli\.js drill-worker$/],
    ['worker', /cli\.js worker$/],
    ['server', /cli\.js server$/],
    ['local Slack', /cli\.js local-slack$/],
    ['PostgreSQL', /postgres -D/],
    ['Temporal', /server start-dev/],
  ] as const) {
    process.kill(pidOf(house, mark), 'SIGKILL');
    await house.heard(new RegExp(`${name} ended \\(SIGKILL\\); starting it again`));
    await house.heard(new RegExp(`${name} runs again`));
  }
  await expect.poll(() => readiness(own.TOCSIN_PORT), { timeout: 30_000 }).toBe(200);

  const family = [house.pid, ...descendants(house.pid)];
  expect(family.length).toBeGreaterThan(4);
  house.child.kill('SIGINT');
  expect(await house.exited).toEqual({ code: 0, signal: null });
  expect(family.filter(isAlive)).toEqual([]);
  expect(existsSync(join(own.TOCSIN_DATA, 'running.json'))).toBe(false);
});

test('a newcomer is sent into Slack as the person whom the sample incident asks, and the link outlives a restart', {
  timeout: LONG_MS,
}, async () => {
  const own = await freeSettings(testFolder());
  const house = startHouse(own);
  await house.heard(/^Try this first: decide in Slack what waits in INC-\d{4}-0001, as Mara Lindqvist:$/);
  const link = (await house.heard(/^ +http\S+\/as\/U/)).trim();
  expect(link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${own.TOCSIN_SLACK_PORT}/as/U\\w+/c/D\\w+\\?key=`));
  await expect.poll(() => page(link), { timeout: 30_000 }).toContain('Cut traffic to Claims triage?');
  expect(await page(link)).toContain('Mara Lindqvist');

  // Who holds neither the link nor its key gets in nowhere, and no token is ever printed or logged.
  expect((await fetch(link.replace(/\?key=.*/, ''), { redirect: 'manual' })).status).toBe(401);
  const secrets = ['bot-token', 'app-token', 'signing-secret'].map((name) => join(own.TOCSIN_DATA, 'slack', name));
  const logs = readdirSync(join(own.TOCSIN_DATA, 'logs')).map((name) => join(own.TOCSIN_DATA, 'logs', name));
  const written = [house.said(), ...logs.map((file) => readFileSync(file, 'utf8'))].join('\n');
  for (const file of secrets) {
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(written).not.toContain(readFileSync(file, 'utf8').trim());
  }
  house.child.kill('SIGINT');
  await house.exited;

  const again = startHouse(own);
  await again.heard(ready);
  await expect.poll(() => page(link), { timeout: 30_000 }).toContain('Cut traffic to Claims triage?');
});

/** As a browser sees it that keeps the cookie which the key gives. */
async function page(link: string): Promise<string> {
  const first = await fetch(link, { redirect: 'manual' });
  const cookie = first.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const then = await fetch(new URL(first.headers.get('location') ?? '', link), { headers: { cookie } });
  return then.text();
}

test('the port of local Slack, when taken, is an error that names who has it; Slack can be done without', {
  timeout: LONG_MS,
}, async () => {
  const own = await freeSettings(testFolder());
  const owner = createServer().listen(Number(own.TOCSIN_SLACK_PORT), '127.0.0.1');
  await once(owner, 'listening');
  onTestFinished(() => void owner.close());
  const house = startHouse(own);
  expect(await house.exited).toEqual({ code: 1, signal: null });
  expect(house.said()).toContain(
    `port ${own.TOCSIN_SLACK_PORT}, for the local Slack, is taken by process ${process.pid}`,
  );
  expect(house.said()).toMatch(/TOCSIN_SLACK_PORT=\d+ npm start/);

  const without = startHouse({ ...own, TOCSIN_SLACK: 'off' });
  await without.heard(ready);
  await without.heard(/Try this first: sign in and decide what waits in INC-/);
  expect(without.said()).not.toContain('Slack');
  expect(descendants(without.pid).map(commandLine).join('\n')).not.toContain('local-slack');
});

test('after kill -9 of all of it the next start takes over, with the state of before', {
  timeout: LONG_MS,
}, async () => {
  const own = await freeSettings(testFolder());
  const first = startHouse(own);
  const link = await first.heard(/\/sign-in\//);
  const left = descendants(first.pid);
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const second = startHouse(own);
  await second.heard(ready);
  expect(left.filter(isAlive)).toEqual([]);
  // The link of before still signs in: the database is the same one.
  const answer = await fetch(link.trim(), { redirect: 'manual' });
  expect(answer.status).toBeLessThan(400);
  second.child.kill('SIGTERM');
  expect(await second.exited).toEqual({ code: 0, signal: null });
});

test('Ctrl-C while it still starts leaves nothing behind', { timeout: LONG_MS }, async () => {
  const own = await freeSettings(testFolder());
  const house = startHouse(own);
  await expect.poll(() => descendants(house.pid).length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(2);
  const family = [house.pid, ...descendants(house.pid)];
  house.child.kill('SIGINT');
  await house.exited;
  expect(family.filter(isAlive)).toEqual([]);
  expect(existsSync(join(own.TOCSIN_DATA, 'running.json'))).toBe(false);
});

test('a taken port is an error that names who has it and how to choose another', { timeout: LONG_MS }, async () => {
  const own = await freeSettings(testFolder());
  const owner = createServer().listen(Number(own.TOCSIN_PORT), '127.0.0.1');
  await once(owner, 'listening');
  onTestFinished(() => void owner.close());
  const house = startHouse(own);
  expect(await house.exited).toEqual({ code: 1, signal: null });
  expect(house.said()).toContain(`port ${own.TOCSIN_PORT} is taken by process ${process.pid}`);
  expect(house.said()).toContain(`TOCSIN_PORT=${Number(own.TOCSIN_PORT) + 1} npm start`);
});

// Sooner than a worker gives up waiting for keys that nobody will make.
test('an inventory that cannot be used is named at once, on the first start too', { timeout: 50_000 }, async () => {
  const house = startHouse({ ...(await freeSettings(testFolder())), TOCSIN_INVENTORY: '/nowhere/tocsin.yaml' });
  expect(await house.exited).toEqual({ code: 1, signal: null });
  expect(house.said()).toContain('the server cannot start: /nowhere/tocsin.yaml:1:1 error: there is no such file');
});

test('without Temporal, and without a way to get one, it says what to do', { timeout: LONG_MS }, async () => {
  const folder = testFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  const own = await freeSettings(folder);
  const bare = {
    PATH: bin,
    HOME: join(folder, 'home'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    GOPATH: join(folder, 'go'),
    GOPROXY: 'off',
    GOFLAGS: '-mod=mod',
    TEMPORAL_ADDRESS: '',
  };
  const house = startHouse({ ...own, ...bare });
  expect(await house.exited).toEqual({ code: 1, signal: null });
  expect(house.said()).toContain('there is no Temporal to run on');
  expect(house.said()).toContain('put the Temporal CLI on your PATH');
});

test('a misspelt setting is refused before anything starts', { timeout: LONG_MS }, async () => {
  const own = await freeSettings(testFolder());
  const house = startHouse({ ...own, TOCSIN_HSOT: '0.0.0.0' });
  expect(await house.exited).toEqual({ code: 1, signal: null });
  expect(house.said()).toContain('TOCSIN_HSOT is not a setting; did you mean TOCSIN_HOST?');
  expect(existsSync(own.TOCSIN_DATA)).toBe(false);
});

test('--help lists every setting', { timeout: LONG_MS }, () => {
  const script = join(dirname(dirname(import.meta.dirname)), 'scripts', 'start.mjs');
  const { stdout } = spawnSync(process.execPath, [script, '--help'], { encoding: 'utf8' });
  for (const name of Object.keys(settings)) expect(stdout).toContain(name);
});

test('losing its terminal does not end it', { timeout: LONG_MS }, async () => {
  const own = await freeSettings(testFolder());
  const house = startHouse(own);
  await house.heard(ready);
  house.child.stdout?.destroy();
  house.child.stderr?.destroy();
  const worker = pidOf(house, /cli\.js worker$/);
  // It would say that the worker died, and cannot.
  process.kill(worker, 'SIGKILL');
  await expect
    .poll(
      () =>
        descendants(house.pid).filter((pid) => pid !== worker && /cli\.js worker$/.test(commandLine(pid) ?? '')).length,
      { timeout: 30_000 },
    )
    .toBe(1);
  house.child.kill('SIGTERM');
  expect(await house.exited).toEqual({ code: 0, signal: null });
});
