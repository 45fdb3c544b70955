import type pg from 'pg';
import { JsonObject } from '../incident/json.ts';

/** Where the engine of a closed incident left off, for reopening and amending it under the same id. */
export type Snapshots = {
  saveSnapshot(incident: string, snapshot: JsonObject): Promise<void>;
  loadSnapshot(incident: string): Promise<JsonObject | null>;
};

export function createSnapshots(pool: pg.Pool): Snapshots {
  return {
    async saveSnapshot(incident, snapshot) {
      await pool.query(
        `INSERT INTO snapshots (incident, body) VALUES ($1, $2)
         ON CONFLICT (incident) DO UPDATE SET body = excluded.body, saved_at = clock_timestamp()`,
        [incident, JSON.stringify(snapshot)],
      );
    },
    async loadSnapshot(incident) {
      const { rows } = await pool.query<{ body: string }>('SELECT body FROM snapshots WHERE incident = $1', [incident]);
      return rows[0] ? JsonObject.parse(JSON.parse(rows[0].body)) : null;
    },
  };
}
