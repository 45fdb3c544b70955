import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SetupError } from './failure.ts';

/** Whom PostgreSQL runs as. It refuses to run as root, so root lends it another user of the machine. */
export type PostgresUser = { uid: number; gid: number } | null;

export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new SetupError(
    'postgres-root',
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody"',
    'Run Tocsin as an ordinary user, or use a PostgreSQL of your own: DATABASE_URL=postgresql://… npm start',
  );
}

/** The command that starts a PostgreSQL program as `user`, given the paths it has to reach. */
export function asUser(
  user: PostgresUser,
  reaches: readonly string[],
  program: string,
  args: readonly string[],
): { command: string; args: string[]; options: { uid?: number; gid?: number } } {
  if (user === null) return { command: program, args: [...args], options: {} };
  if (reaches.every((path) => canEnter(user, path))) {
    return { command: program, args: [...args], options: { uid: user.uid, gid: user.gid } };
  }
  // A clone below /root (0700) cannot be entered by another user. Rather than open that folder up, the database may pass
  // through folders it does not own, and nothing else of what root may.
  return {
    command: setpriv(),
    args: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      `--inh-caps=-all,+${passage()}`,
      `--ambient-caps=-all,+${passage()}`,
      `--bounding-set=-all,+${passage()}`,
      '--',
      program,
      ...args,
    ],
    options: {},
  };
}

/** Whether this user may pass through every folder on the way to `path`. */
export function canEnter(user: { uid: number; gid: number }, path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat !== undefined) {
      const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return false;
    }
    if (dirname(folder) === folder) return true;
  }
}

const CAP_DAC_OVERRIDE = 1n;
const CAP_DAC_READ_SEARCH = 2n;

// Containers usually drop the weaker capability and keep the stronger one.
function passage(): 'dac_read_search' | 'dac_override' {
  const held = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const has = (capability: bigint) => ((BigInt(`0x${held}`) >> capability) & 1n) === 1n;
  if (has(CAP_DAC_READ_SEARCH)) return 'dac_read_search';
  if (has(CAP_DAC_OVERRIDE)) return 'dac_override';
  throw cannotEnter();
}

function setpriv(): string {
  for (const path of ['/usr/bin/setpriv', '/bin/setpriv']) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next one, or the error below.
    }
  }
  throw cannotEnter();
}

function cannotEnter(): SetupError {
  return new SetupError(
    'postgres-cannot-enter',
    'PostgreSQL does not run as root, and no other user may enter this folder',
    'Run Tocsin as an ordinary user, move the checkout out of /root, or use a PostgreSQL of your own: DATABASE_URL=postgresql://… npm start',
  );
}
