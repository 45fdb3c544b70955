import type pg from 'pg';
import { type IncidentId, incidentId } from '../incident/ids.ts';

export type IncidentNumbers = {
  /** The same key always gets the same id, whoever asks and how often. Numbers start at 1 each year and may have gaps. */
  allocateIncident(key: string, year: number): Promise<IncidentId>;
};

export function createIncidentNumbers(pool: pg.Pool): IncidentNumbers {
  return {
    async allocateIncident(key, year) {
      const { rows } = await pool.query<{ year: number; number: number }>('SELECT * FROM allocate_incident($1, $2)', [
        key,
        year,
      ]);
      const row = rows[0];
      if (!row) throw new Error(`no incident number was allocated for ${key}`);
      return incidentId(row.year, row.number);
    },
  };
}
