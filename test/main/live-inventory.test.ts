import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLiveInventory } from '../../src/main/live-inventory.ts';
import { createLog } from '../../src/main/log.ts';
import { packageRoot } from '../../src/main/package-root.ts';

const good = readFileSync(join(packageRoot, 'tocsin.yaml'), 'utf8');
const log = createLog({ name: 'test', level: 'error', destination: new PassThrough() });
let folder: string;
let file: string;
let clock = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-inventory-'));
  file = join(folder, 'tocsin.yaml');
  writeFileSync(file, good);
});
afterEach(() => rmSync(folder, { recursive: true }));

it('whoever is taken out of the inventory is out within a second', () => {
  const inventory = createLiveInventory(file, () => clock, log);
  const names = () => inventory.current().people.map(({ id }) => id);
  expect(names()).toContain('jonas-weber');
  writeFileSync(file, good.replace(/ {2}jonas-weber:\n(?: {4}.*\n)+/, ''));
  clock += 1_001;
  expect(names()).not.toContain('jonas-weber');
});

it('a file with mistakes is not used: the last good one stays, and the mistakes are said', () => {
  const inventory = createLiveInventory(file, () => clock, log);
  writeFileSync(file, good.replace('roles: [ml-on-call]', 'roles: [ml-oncall]'));
  clock += 1_001;
  expect(inventory.current().people.map(({ id }) => id)).toContain('tomas-okafor');
  expect(inventory.problem()).toContain('unknown role "ml-oncall"; did you mean "ml-on-call"?');
  writeFileSync(file, good);
  clock += 1_001;
  expect(inventory.problem()).toBeNull();
});
