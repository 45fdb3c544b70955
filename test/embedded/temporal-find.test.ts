import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findTemporal } from '../../src/embedded/temporal-find.ts';
import { testFolder } from '../support/folder.ts';

// tiers: temporal

/** A machine with the real Temporal in some of the places where one may be. */
async function machine(...places: ('path' | 'gopath' | 'home' | 'cache')[]) {
  const root = testFolder();
  const real = await findTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, onProgress: () => undefined });
  if (real.kind !== 'binary') throw new Error('this test needs a Temporal of its own');
  const folders = {
    path: join(root, 'bin'),
    gopath: join(root, 'gopath', 'bin'),
    home: join(root, 'home', 'go', 'bin'),
    cache: join(root, 'cache', 'tocsin'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  for (const place of places) symlinkSync(real.path, join(folders[place], 'temporal'));
  const env = {
    PATH: folders.path,
    GOPATH: join(root, 'gopath'),
    HOME: join(root, 'home'),
    XDG_CACHE_HOME: join(root, 'cache'),
  };
  return { env, folders };
}

const look = (env: NodeJS.ProcessEnv, said: string[] = []) =>
  findTemporal({ env, onProgress: (line) => said.push(line), mayFetch: false });

test('TEMPORAL_ADDRESS goes before everything', async () => {
  const { env } = await machine('path', 'cache');
  expect(await look({ ...env, TEMPORAL_ADDRESS: 'temporal.example:7233' })).toEqual({
    kind: 'address',
    address: 'temporal.example:7233',
  });
});

test('then PATH, then where Go installs, then our cache', async () => {
  const everywhere = await machine('path', 'gopath', 'home', 'cache');
  expect(await look(everywhere.env)).toMatchObject({ where: 'path', path: join(everywhere.folders.path, 'temporal') });
  const go = await machine('gopath', 'home', 'cache');
  expect(await look(go.env)).toMatchObject({ where: 'go', path: join(go.folders.gopath, 'temporal') });
  const home = await machine('home', 'cache');
  expect(await look(home.env)).toMatchObject({ where: 'go', path: join(home.folders.home, 'temporal') });
  const cache = await machine('cache');
  expect(await look(cache.env)).toMatchObject({ where: 'cache', path: join(cache.folders.cache, 'temporal') });
});

test('a program of that name that is something else is passed over, and said so', async () => {
  const { env, folders } = await machine('cache');
  const other = join(folders.path, 'temporal');
  writeFileSync(other, '#!/bin/sh\necho something else\n');
  chmodSync(other, 0o755);
  const said: string[] = [];
  expect(await look(env, said)).toMatchObject({ where: 'cache' });
  expect(said).toEqual([`Passing over ${other}: is not the Temporal CLI`]);
});

test('a server that is too old is passed over', async () => {
  const { env, folders } = await machine('cache');
  const old = join(folders.path, 'temporal');
  writeFileSync(old, '#!/bin/sh\necho "temporal version 0.10.0 (Server 1.20.0)"\n');
  chmodSync(old, 0o755);
  expect(await look(env)).toMatchObject({ where: 'cache' });
});

test('without any, and without a way to get one, the error says what to do', async () => {
  const { env } = await machine();
  const failed = await look(env).catch((error) => error);
  expect(failed).toMatchObject({ code: 'temporal-missing' });
  expect(failed.fix).toContain('put the Temporal CLI on your PATH');
  expect(failed.fix).toContain('TEMPORAL_ADDRESS=host:7233 npm start');
});
