import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';

export class MigrationError extends Error {
  readonly code: 'changed' | 'newer' | 'failed';
  constructor(code: MigrationError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
    this.code = code;
  }
}

// Any number will do as long as nothing else in this database locks on it.
const LOCK = 7_463_017;

type Migration = { name: string; sql: string; checksum: string };

/** Brings the database up to date. Safe when several processes start at once. Answers with what it applied. */
export async function migrate(pool: pg.Pool, folder = migrationsFolder()): Promise<string[]> {
  const wanted = readMigrations(folder);
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      return await applyMissing(client, wanted);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}

async function applyMissing(client: pg.PoolClient, wanted: readonly Migration[]): Promise<string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS migrations (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
  const { rows } = await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM migrations');
  refuseStrangers(rows, wanted);
  const applied = new Set(rows.map((row) => row.name));
  const missing = wanted.filter((migration) => !applied.has(migration.name));
  for (const migration of missing) await apply(client, migration);
  return missing.map((migration) => migration.name);
}

function refuseStrangers(applied: readonly { name: string; checksum: string }[], wanted: readonly Migration[]): void {
  for (const { name, checksum } of applied) {
    const ours = wanted.find((migration) => migration.name === name);
    if (!ours)
      throw new MigrationError(
        'newer',
        `The database has the migration ${name}, which this Tocsin does not know: it was set up by a newer version. Run that version, or restore a backup from before it.`,
      );
    if (ours.checksum !== checksum)
      throw new MigrationError(
        'changed',
        `The migration ${name} is not the one that was applied to this database. Applied migrations never change: restore the file, and put the change into a new one.`,
      );
  }
}

async function apply(client: pg.PoolClient, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const why = error instanceof Error ? error.message : String(error);
    throw new MigrationError('failed', `The migration ${name} failed and was undone: ${why}`, { cause: error });
  }
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8');
      return { name: file.slice(0, -'.sql'.length), sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** The compiler copies no SQL: from dist/ the files are found in the package's sources. */
function migrationsFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const candidate of [join(folder, 'migrations'), join(folder, 'src', 'store', 'migrations')])
      if (existsSync(join(candidate, '0001-timeline.sql'))) return candidate;
    if (dirname(folder) === folder)
      throw new Error('src/store/migrations is missing from the package: install it again.');
  }
}
