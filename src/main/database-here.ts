import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { SetupError } from '../embedded/failure.ts';
import { postgresUrl } from '../embedded/postgres.ts';
import { personById } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load.ts';
import { didYouMean } from '../playbook/names.ts';
import { openPool } from '../store/pool.ts';
import type { Person } from '../surfaces/ports.ts';
import type { Config } from './config.ts';
import { holderOf } from './data-folder.ts';

/** The person of the inventory whom an account command is about. */
export function personHere(config: Config, id: string): Pick<Person, 'id'> {
  const inventory = loadInventory(config.inventory);
  const person = personById(inventory, id);
  if (person) return person;
  const known = inventory.people.map((one) => one.id);
  const meant = didYouMean(id, known);
  throw new SetupError(
    'unknown-person',
    `there is no person "${id}" in ${config.inventory}${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    `People: ${known.join(', ')}`,
  );
}

/** Works in the database without a server in between: for commands that only whoever can reach the database may give. */
export async function inDatabase<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = openPool(url, { name: 'tocsin-account', connectionsMax: 1, onProblem: () => undefined });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** DATABASE_URL, else the database of the `npm start` that runs on the data folder. */
export function databaseHere({ databaseUrl, dataDir }: Config): string {
  if (databaseUrl !== null) return databaseUrl;
  if (holderOf(dataDir) === null)
    throw new SetupError(
      'not-running',
      `DATABASE_URL is not set, and no Tocsin runs on ${dataDir}`,
      'Run this where the server runs, with its environment; or start one here first (npm start)',
    );
  try {
    const folder = join(dataDir, 'postgres');
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
    return postgresUrl(read('password'), Number(read('port')));
  } catch (error) {
    throw new SetupError(
      'config',
      `the database of the Tocsin that runs on ${dataDir} cannot be read there (${error instanceof Error ? error.message : String(error)})`,
      'Run this as the user who started it; where it was started with DATABASE_URL, set the same here',
    );
  }
}
