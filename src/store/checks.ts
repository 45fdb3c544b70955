import type pg from 'pg';
import type { CheckBook } from '../activities/ports.ts';
import type { CheckedRun, CheckName, CheckOutcome } from '../incident/check.ts';
import type { CheckState } from '../surfaces/ports.ts';
import { transaction } from './pool.ts';

/** For workers. */
export function createCheckBook(pool: pg.Pool): CheckBook {
  return {
    note: (run, at, newsOf) =>
      transaction(pool, async (client) => {
        const { system, check, startedAt, outcome } = run;
        const { rows } = await client.query<{ failures: number }>(NOTE, [
          system,
          check,
          run.run,
          startedAt,
          at,
          outcome.status,
          versionOf(outcome),
          outcome.status === 'failed' ? outcome.code : null,
          outcome.detail,
        ]);
        const noted = rows[0];
        // A run that began earlier ends nothing that a later one found. What it found itself was so all the same.
        if (!noted && (outcome.status !== 'found' || (await isNoted(client, run)))) return;
        const { raise, over } = noted ? newsOf(run, noted.failures) : { ...newsOf(run, 0), over: [] };
        if (raise)
          await client.query('SELECT receive_check_alert($1, $2, $3)', [raise.key, JSON.stringify(raise.alert), at]);
        if (over.length > 0)
          await client.query('SELECT resolve_check_alerts($1, $2, $3)', [over, raise?.key ?? null, at]);
      }),
  };
}

async function isNoted(client: pg.PoolClient, { system, check, run }: CheckedRun): Promise<boolean> {
  const { rows } = await client.query('SELECT FROM checks WHERE system = $1 AND name = $2 AND run = $3', [
    system,
    check,
    run,
  ]);
  return rows.length > 0;
}

const NOTE = `
  INSERT INTO checks AS c (system, name, run, started_at, noted_at, status, version, code, detail, failures, done_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ($6 = 'failed')::integer, CASE WHEN $6 <> 'failed' THEN $5::float8 END)
  ON CONFLICT (system, name) DO UPDATE SET
    run = excluded.run, started_at = excluded.started_at, noted_at = excluded.noted_at, status = excluded.status,
    version = excluded.version, code = excluded.code, detail = excluded.detail,
    failures = CASE WHEN excluded.status = 'failed' THEN c.failures + 1 ELSE 0 END,
    done_at = coalesce(excluded.done_at, c.done_at)
  WHERE c.run <> excluded.run AND c.started_at <= excluded.started_at
  RETURNING failures`;

const versionOf = (outcome: CheckOutcome): string | null => (outcome.status === 'failed' ? null : outcome.version);

type Row = {
  system: string;
  name: CheckName;
  started_at: number;
  noted_at: number;
  status: CheckState['status'];
  version: string | null;
  code: string | null;
  detail: string;
  failures: number;
  done_at: number | null;
};

/** For servers: what came of the last run of every check that there ever was. */
export function createCheckStates(pool: pg.Pool): { states(): Promise<CheckState[]> } {
  return {
    async states() {
      const { rows } = await pool.query<Row>(
        'SELECT system, name, started_at, noted_at, status, version, code, detail, failures, done_at FROM checks ORDER BY system, name',
      );
      return rows.map((row) => ({
        system: row.system,
        check: row.name,
        startedAt: row.started_at,
        at: row.noted_at,
        status: row.status,
        version: row.version,
        code: row.code,
        detail: row.detail,
        failures: row.failures,
        doneAt: row.done_at,
      }));
    },
  };
}
