import type pg from 'pg';

/** Something the watchdog noticed about the running of Tocsin. `key` names it across looks. */
export type Finding = {
  key: string;
  incident: string | null;
  code: string;
  message: string;
  firstAt: number;
  lastAt: number;
  resolvedAt: number | null;
};

export type Findings = {
  /** Notes that it is (still) so. `fresh`: it was not so at the last look, so people must be told. */
  report(finding: { key: string; incident: string | null; code: string; message: string; at: number }): Promise<{
    fresh: boolean;
  }>;
  /** All open findings whose key is not among `still` are over. Answers with them. */
  resolveOthers(still: readonly string[], at: number): Promise<Finding[]>;
  /** The open ones, oldest first. */
  open(): Promise<Finding[]>;
};

type Row = {
  key: string;
  incident: string | null;
  code: string;
  message: string;
  first_at: number;
  last_at: number;
  resolved_at: number | null;
};
const COLUMNS = 'key, incident, code, message, first_at, last_at, resolved_at';

export function createFindings(pool: pg.Pool): Findings {
  return {
    async report({ key, incident, code, message, at }) {
      const { rows } = await pool.query<{ first_at: number }>(
        `INSERT INTO findings AS f (key, incident, code, message, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (key) DO UPDATE SET
           message = excluded.message, last_at = excluded.last_at,
           first_at = CASE WHEN f.resolved_at IS NULL THEN f.first_at ELSE excluded.first_at END, resolved_at = NULL
         RETURNING first_at`,
        [key, incident, code, message, at],
      );
      return { fresh: rows[0]?.first_at === at };
    },
    async resolveOthers(still, at) {
      const { rows } = await pool.query<Row>(
        `UPDATE findings SET resolved_at = $2 WHERE resolved_at IS NULL AND key <> ALL($1) RETURNING ${COLUMNS}`,
        [still, at],
      );
      return rows.map(findingOf);
    },
    async open() {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM findings WHERE resolved_at IS NULL ORDER BY first_at, key`,
      );
      return rows.map(findingOf);
    },
  };
}

const findingOf = (row: Row): Finding => ({
  key: row.key,
  incident: row.incident,
  code: row.code,
  message: row.message,
  firstAt: row.first_at,
  lastAt: row.last_at,
  resolvedAt: row.resolved_at,
});
