import { SetupError } from '../embedded/failure.ts';
import { personById } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load.ts';
import { didYouMean } from '../playbook/names.ts';
import { createAccounts } from '../store/accounts.ts';
import { openPool } from '../store/pool.ts';
import { LINK_LASTS_MS, type SignInLink, signInUrl } from '../surfaces/http/account.ts';
import type { Config } from './config.ts';

/**
 * A link made in the database itself: how the first person gets in where nobody has a token yet. It gives nothing that whoever can
 * write to the database does not have already.
 */
export async function makeSignInLink(config: Config, id: string): Promise<SignInLink> {
  const inventory = loadInventory(config.inventory);
  const person = personById(inventory, id);
  if (!person) throw unknownPerson(id, config.inventory, inventory.people);
  if (config.databaseUrl === null)
    throw new SetupError('config', 'DATABASE_URL is not set', 'Run this where the server runs, with its environment');
  const pool = openPool(config.databaseUrl, { name: 'tocsin-sign-in', connectionsMax: 1, onProblem: () => undefined });
  try {
    const expiresAt = Date.now() + LINK_LASTS_MS;
    const link = await createAccounts({ pool, now: Date.now }).createLink(person.id, expiresAt);
    return { url: signInUrl(config.publicUrl, link), person: person.id, expiresAt };
  } finally {
    await pool.end();
  }
}

function unknownPerson(id: string, file: string, people: readonly { id: string }[]): SetupError {
  const known = people.map((person) => person.id);
  const meant = didYouMean(id, known);
  return new SetupError(
    'unknown-person',
    `there is no person "${id}" in ${file}${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    `People: ${known.join(', ')}`,
  );
}
