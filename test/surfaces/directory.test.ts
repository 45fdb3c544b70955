import { expect, it } from 'vitest';
import { loadInventory } from '../../src/inventory/load.ts';
import { createDirectory } from '../../src/surfaces/directory.ts';

const inventory = loadInventory('tocsin.yaml');

it('calls people of Slack who are in no inventory by their name, and takes them for nobody else', () => {
  const directory = createDirectory(
    () => inventory,
    () => new Map([['slack-u0gast', 'Gast Weber']]),
  );
  expect(directory.names().get('slack-u0gast')).toBe('Gast Weber');
  expect(directory.names().get('mara-lindqvist')).toBe('Mara Lindqvist');
  expect(directory.person('slack-u0gast')).toBeNull();
  expect(directory.people().map(({ id }) => id)).not.toContain('slack-u0gast');
});

it('tells somebody of Slack who calls themselves like somebody of the inventory from them', () => {
  const directory = createDirectory(
    () => inventory,
    () => new Map([['slack-u0fake', ' MARA  Lindqvist']]),
  );
  expect(directory.names().get('slack-u0fake')).toBe(' MARA  Lindqvist (slack-u0fake)');
  expect(directory.names().get('mara-lindqvist')).toBe('Mara Lindqvist');
});

it('knows under which ids people acted before they were in the inventory', () => {
  const directory = createDirectory(
    () => inventory,
    () => new Map(),
    (id) => (id === 'mara-lindqvist' ? ['U0MARA'] : []),
  );
  expect(directory.formerIds('mara-lindqvist')).toEqual(['slack-u0mara']);
  expect(directory.formerIds('slack-u0gast')).toEqual([]);
  const named = { ...inventory, slack: { ...inventory.slack, users: { 'mara-lindqvist': 'U0OTHER' } } };
  expect(createDirectory(() => named).formerIds('mara-lindqvist')).toEqual(['slack-u0other']);
});

it('lets nobody of Slack take the name of somebody of the inventory', () => {
  const directory = createDirectory(
    () => inventory,
    () => new Map([['mara-lindqvist', 'Somebody else']]),
  );
  expect(directory.names().get('mara-lindqvist')).toBe('Mara Lindqvist');
});
