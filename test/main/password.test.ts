import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/main/config.ts';
import { claimDataFolder } from '../../src/main/data-folder.ts';
import { databaseHere } from '../../src/main/database-here.ts';
import { readSecret } from '../../src/main/secret-input.ts';
import { testFolder } from '../support/folder.ts';

function streams(isTTY: boolean) {
  const shown: string[] = [];
  const output = new PassThrough();
  output.on('data', (chunk) => shown.push(String(chunk)));
  return { input: Object.assign(new PassThrough(), { isTTY }), output, shown: () => shown.join('') };
}

it('what a person types at a terminal is not shown', async () => {
  const { input, output, shown } = streams(true);
  const typed = readSecret(input, output, 'New password: ');
  for (const key of 'hush, now and then\r') input.write(key);
  expect(await typed).toBe('hush, now and then');
  expect(shown()).toBe('New password: \n');
});

it('Ctrl-C instead of a password ends the question', async () => {
  const { input, output } = streams(true);
  const typed = readSecret(input, output, 'New password: ');
  input.write('hush\u0003');
  await expect(typed).rejects.toThrow('Nothing was typed');
});

it('a program sends one line, and nothing is asked', async () => {
  const { input, output, shown } = streams(false);
  input.end('sent by a program\nnot this\n');
  expect(await readSecret(input, output, 'New password: ')).toBe('sent by a program');
  expect(shown()).toBe('');
  const nothing = streams(false);
  nothing.input.end();
  await expect(readSecret(nothing.input, nothing.output, '')).rejects.toThrow('Nothing was typed');
});

it('without DATABASE_URL the database is that of the Tocsin that runs on the data folder', () => {
  const dataDir = testFolder();
  const config = readConfig({ TOCSIN_DATA: dataDir });
  expect(() => databaseHere(config)).toThrow(`no Tocsin runs on ${dataDir}`);
  const claim = claimDataFolder(dataDir, 'http://127.0.0.1:7373', new Date());
  expect(() => databaseHere(config)).toThrow('cannot be read there');
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres', 'password'), 'abc');
  writeFileSync(join(dataDir, 'postgres', 'port'), '5544');
  expect(databaseHere(config)).toBe('postgresql://tocsin:abc@127.0.0.1:5544/tocsin');
  claim.release();
  expect(databaseHere(readConfig({ DATABASE_URL: 'postgresql://a@b/c' }))).toBe('postgresql://a@b/c');
});
