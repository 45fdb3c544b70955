import { createAccounts } from '../store/accounts.ts';
import { noteAccount } from './account-log.ts';
import type { Config } from './config.ts';
import { databaseHere, inDatabase, personHere } from './database-here.ts';
import type { Log } from './log.ts';

/** Whose password may be set here; refuses before anybody has typed one. Sets it in the database itself. */
export function passwordSetter(config: Config, id: string, log?: Log): (password: string) => Promise<void> {
  const person = personHere(config, id);
  const database = databaseHere(config);
  return (password) =>
    inDatabase(database, async (pool) => {
      await createAccounts({ pool, now: Date.now }).setPassword(person.id, password);
      noteAccount(config, 'a password was set', person.id, log);
    });
}
