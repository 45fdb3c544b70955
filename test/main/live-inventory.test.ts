import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Inventory } from '../../src/inventory/inventory.ts';
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

it('a file that may not be used here is like one with mistakes: refused at start, and later the one before stays', () => {
  const refuse = (inventory: Inventory) => {
    if (inventory.organisation.name === 'Real') throw new Error('binds real systems');
  };
  const inventory = createLiveInventory(file, () => clock, log, refuse);
  writeFileSync(file, good.replace('name: Halden Mutual', 'name: Real'));
  clock += 1_001;
  expect(inventory.current().organisation.name).toBe('Halden Mutual');
  expect(inventory.problem()).toBe('binds real systems');
  expect(() => createLiveInventory(file, () => clock, log, refuse)).toThrow('binds real systems');
});
