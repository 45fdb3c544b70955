import type { Config } from './config.ts';
import { createLog, type Log } from './log.ts';

/** Says on standard error what a command did to an account in the database, where no server could note it. */
export function noteAccount(
  config: Pick<Config, 'logLevel'>,
  done: string,
  person: string,
  log: Log = createLog({ name: 'cli', level: config.logLevel }),
): void {
  // A container may run as a user without a name.
  log.warn({ by: `system user ${process.getuid?.() ?? 'unknown'}`, for: person, surface: 'database' }, done);
}
