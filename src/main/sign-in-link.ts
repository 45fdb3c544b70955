import { SetupError } from '../embedded/failure.ts';
import { createAccounts } from '../store/accounts.ts';
import { LINK_LASTS_MS, type SignInLink, signInUrl } from '../surfaces/http/account.ts';
import { noteAccount } from './account-log.ts';
import type { Config } from './config.ts';
import { inDatabase, personHere } from './database-here.ts';
import type { Log } from './log.ts';

/**
 * A link made in the database itself: how the first person gets in where nobody has a token yet. It gives nothing that whoever can
 * write to the database does not have already.
 */
export async function makeSignInLink(config: Config, id: string, log?: Log): Promise<SignInLink> {
  const person = personHere(config, id);
  if (config.databaseUrl === null)
    throw new SetupError('config', 'DATABASE_URL is not set', 'Run this where the server runs, with its environment');
  return inDatabase(config.databaseUrl, async (pool) => {
    const expiresAt = Date.now() + LINK_LASTS_MS;
    const link = await createAccounts({ pool, now: Date.now }).createLink(person.id, expiresAt);
    noteAccount(config, 'a sign-in link was made', person.id, log);
    return { url: signInUrl(config.publicUrl, link), person: person.id, expiresAt };
  });
}
