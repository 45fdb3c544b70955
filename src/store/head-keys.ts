import type pg from 'pg';

/** Ids of all keys that ever signed a head here. An installation that lacks one has lost it. */
export async function knownHeadKeys(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM head_keys ORDER BY first_used');
  return rows.map((row) => row.id);
}
