import type pg from 'pg';

/** One mail of a drill to one person. */
export type DrillMailName = { drill: string; key: string; person: string };

export type DrillMails = {
  /** Those that are sent, or never will be, by key and person. */
  done(drill: string): Promise<ReadonlySet<string>>;
  /** Drills that were called off before their date, and to which people were invited. */
  calledOff(now: number): Promise<string[]>;
  /** Drills that ended since then, on the clock on the wall. After NO DUFF people have other things to do. */
  ended(since: number): Promise<string[]>;
  /**
   * The right to send it now; null when another has it, when it is done, or when it is too soon to try again. `unsure`: an earlier try may have
   * arrived, so this one says that it may be a second copy.
   */
  claim(mail: DrillMailName, now: number): Promise<{ unsure: boolean } | null>;
  sent(mail: DrillMailName): Promise<void>;
  /** `again`: it may be tried once more, a while later. */
  failed(mail: DrillMailName, failure: { why: string; again: boolean; unsure: boolean }): Promise<void>;
};

export const mailKey = ({ key, person }: Pick<DrillMailName, 'key' | 'person'>): string => `${key} ${person}`;

/** Whoever pauses a drill for longer goes on without its mail at the end. */
const STARTED_BEFORE_MS = 30 * 24 * 3_600_000;
const ENDED = `SELECT d.id FROM drills d JOIN events e ON e.incident = d.id AND e.type = 'exercise.ended'
  WHERE e.recorded_at > to_timestamp($1::double precision / 1000) AND d.started_at > $2
    AND coalesce(e.content, '') NOT LIKE '%"because":"real"%' ORDER BY d.id`;

const TRIES_MAX = 5;
const AGAIN_MS = 30_000;
/** Longer than any try takes: whoever had the right is gone. */
const ABANDONED_MS = 120_000;

export function createDrillMails(pool: pg.Pool): DrillMails {
  return {
    async done(drill) {
      const { rows } = await pool.query<{ key: string; person: string }>(
        `SELECT key, person FROM drill_mails WHERE drill = $1 AND (state IN ('sent', 'failed') OR tries >= $2)`,
        [drill, TRIES_MAX],
      );
      return new Set(rows.map(mailKey));
    },
    async ended(since) {
      const { rows } = await pool.query<{ id: string }>(ENDED, [since, since - STARTED_BEFORE_MS]);
      return rows.map(({ id }) => id);
    },
    async calledOff(now) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM drills d WHERE cancelled_at IS NOT NULL AND at > $1
           AND EXISTS (SELECT FROM drill_mails WHERE drill = d.id AND key LIKE 'invitation/%') ORDER BY id`,
        [now],
      );
      return rows.map(({ id }) => id);
    },
    async claim({ drill, key, person }, now) {
      const { rows } = await pool.query<{ unsure: boolean }>(
        `INSERT INTO drill_mails AS m (drill, key, person, state, tried_at) VALUES ($1, $2, $3, 'sending', $4)
         ON CONFLICT (drill, key, person) DO UPDATE SET
           state = 'sending', tries = m.tries + 1, unsure = m.unsure OR m.state = 'sending', tried_at = $4
         WHERE m.tries < $5
           AND ((m.state = 'waiting' AND m.tried_at <= $4 - $6) OR (m.state = 'sending' AND m.tried_at <= $4 - $7))
         RETURNING unsure`,
        [drill, key, person, now, TRIES_MAX, AGAIN_MS, ABANDONED_MS],
      );
      return rows[0] ?? null;
    },
    async sent({ drill, key, person }) {
      await pool.query(
        `UPDATE drill_mails SET state = 'sent', why = NULL WHERE drill = $1 AND key = $2 AND person = $3`,
        [drill, key, person],
      );
    },
    async failed({ drill, key, person }, { why, again, unsure }) {
      await pool.query(
        `UPDATE drill_mails SET state = $4, why = $5, unsure = unsure OR $6
         WHERE drill = $1 AND key = $2 AND person = $3`,
        [drill, key, person, again ? 'waiting' : 'failed', why, unsure],
      );
    },
  };
}
