import { createAccounts } from '../store/accounts.ts';
import type { Config } from './config.ts';
import { databaseHere, inDatabase, personHere } from './database-here.ts';

/** Whose password may be set here; refuses before anybody has typed one. Sets it in the database itself. */
export function passwordSetter(config: Config, id: string): (password: string) => Promise<void> {
  const person = personHere(config, id);
  const database = databaseHere(config);
  return (password) =>
    inDatabase(database, (pool) => createAccounts({ pool, now: Date.now }).setPassword(person.id, password));
}
