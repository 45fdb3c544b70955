import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Cli } from './context.ts';
import { CliError, EXIT } from './io.ts';

export type Written = { file: string; data: string | Uint8Array };

/** Writes all of the files or none; over what says something else only with `force`. Gives their names. */
export function writeFiles(cli: Cli, files: readonly Written[], force: boolean): string[] {
  const targets = files.map(({ file, data }) => ({ path: resolve(cli.io.cwd, file), data: Buffer.from(data) }));
  const names = files.map(({ file }) => file);
  const other = names.filter((_, i) => saysOther(targets[i] as (typeof targets)[number]));
  if (other.length > 0 && !force)
    throw new CliError(
      EXIT.refused,
      `${other.join(', ')} already ${other.length === 1 ? 'says' : 'say'} something else.`,
      'Write elsewhere with -o, or over it with --force.',
    );
  for (const { path, data } of targets) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
  }
  return names;
}

const saysOther = ({ path, data }: { path: string; data: Buffer }): boolean =>
  existsSync(path) && !readFileSync(path).equals(data);
