import type pg from 'pg';

/** Which mails were sent, where a table keeps one row a mail and a person: a crash neither loses a mail nor doubles it in silence. */
export type MailName = { of: string; key: string; person: string };

export type MailClaims = {
  /** Those that are sent, or never will be, by key and person. */
  done(of: string): Promise<ReadonlySet<string>>;
  /**
   * The right to send it now; null when another has it, when it is done, or when it is too soon to try again. `unsure`: an earlier try may have
   * arrived, so this one says that it may be a second copy.
   */
  claim(mail: MailName, now: number): Promise<{ unsure: boolean } | null>;
  sent(mail: MailName): Promise<void>;
  /** `again`: it may be tried once more, a while later. */
  failed(mail: MailName, failure: { why: string; again: boolean; unsure: boolean }): Promise<void>;
};

export const mailKey = ({ key, person }: Pick<MailName, 'key' | 'person'>): string => `${key} ${person}`;

const AGAIN_MS = 30_000;
/** Longer than any try takes: whoever had the right is gone. */
const ABANDONED_MS = 120_000;

/** The names of a table and of its column that says what its mails are of. Never from outside. */
export type MailTable = { table: 'drill_mails'; of: 'drill' } | { table: 'improvement_reminders'; of: 'improvement' };

export function createMailClaims(pool: pg.Pool, { table, of }: MailTable, triesMax: number): MailClaims {
  return {
    async done(id) {
      const { rows } = await pool.query<{ key: string; person: string }>(
        `SELECT key, person FROM ${table} WHERE ${of} = $1 AND (state IN ('sent', 'failed') OR tries >= $2)`,
        [id, triesMax],
      );
      return new Set(rows.map(mailKey));
    },
    async claim({ of: id, key, person }, now) {
      const { rows } = await pool.query<{ unsure: boolean }>(
        `INSERT INTO ${table} AS m (${of}, key, person, state, tried_at) VALUES ($1, $2, $3, 'sending', $4)
         ON CONFLICT (${of}, key, person) DO UPDATE SET
           state = 'sending', tries = m.tries + 1, unsure = m.unsure OR m.state = 'sending', tried_at = $4
         WHERE m.tries < $5
           AND ((m.state = 'waiting' AND m.tried_at <= $4 - $6) OR (m.state = 'sending' AND m.tried_at <= $4 - $7))
         RETURNING unsure`,
        [id, key, person, now, triesMax, AGAIN_MS, ABANDONED_MS],
      );
      return rows[0] ?? null;
    },
    async sent({ of: id, key, person }) {
      await pool.query(`UPDATE ${table} SET state = 'sent', why = NULL WHERE ${of} = $1 AND key = $2 AND person = $3`, [
        id,
        key,
        person,
      ]);
    },
    async failed({ of: id, key, person }, { why, again, unsure }) {
      await pool.query(
        `UPDATE ${table} SET state = $4, why = $5, unsure = unsure OR $6
         WHERE ${of} = $1 AND key = $2 AND person = $3`,
        [id, key, person, again ? 'waiting' : 'failed', why, unsure],
      );
    },
  };
}
