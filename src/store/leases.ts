import type pg from 'pg';
import type { LeaseKeeper } from '../activities/ports.ts';

export type Lease = { system: string; incident: string; fence: string; takenAt: Date };

/** A lease stays until its incident releases it: nothing expires while people are deciding. */
export function createLeases(pool: pg.Pool): Omit<LeaseKeeper, 'take'> & {
  take(system: string, incident: string): Promise<{ holder: string; fence: string }>;
  list(): Promise<Lease[]>;
} {
  return {
    async take(system, incident) {
      // The update changes nothing: it makes the row that won the race come back in the same statement.
      const { rows } = await pool.query<{ incident: string; fence: string }>(
        `INSERT INTO leases AS l (system, incident) VALUES ($1, $2)
         ON CONFLICT (system) DO UPDATE SET incident = l.incident RETURNING l.incident, l.fence`,
        [system, incident],
      );
      const row = rows[0];
      if (!row) throw new Error(`the lease of ${system} could not be read`);
      return { holder: row.incident, fence: row.fence };
    },
    async release(incident) {
      await pool.query('DELETE FROM leases WHERE incident = $1', [incident]);
    },
    async list() {
      const { rows } = await pool.query<{ system: string; incident: string; fence: string; taken_at: Date }>(
        'SELECT system, incident, fence, taken_at FROM leases ORDER BY system',
      );
      return rows.map(({ system, incident, fence, taken_at }) => ({ system, incident, fence, takenAt: taken_at }));
    },
  };
}
