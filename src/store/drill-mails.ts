import type pg from 'pg';
import { createMailClaims, type MailClaims, type MailName } from './mail-claims.ts';

/** One mail of a drill to one person. */
export type DrillMailName = { drill: string } & Pick<MailName, 'key' | 'person'>;

export type DrillMails = Pick<MailClaims, 'done'> & {
  /** Drills that were called off before their date, and to which people were invited. */
  calledOff(now: number): Promise<string[]>;
  /** Drills that ended since then, on the clock on the wall. After NO DUFF people have other things to do. */
  ended(since: number): Promise<string[]>;
  claim(mail: DrillMailName, now: number): ReturnType<MailClaims['claim']>;
  sent(mail: DrillMailName): Promise<void>;
  failed(mail: DrillMailName, failure: Parameters<MailClaims['failed']>[1]): Promise<void>;
};

/** Whoever pauses a drill for longer goes on without its mail at the end. */
const STARTED_BEFORE_MS = 30 * 24 * 3_600_000;
const ENDED = `SELECT d.id FROM drills d JOIN events e ON e.incident = d.id AND e.type = 'exercise.ended'
  WHERE e.recorded_at > to_timestamp($1::double precision / 1000) AND d.started_at > $2
    AND coalesce(e.content, '') NOT LIKE '%"because":"real"%' ORDER BY d.id`;

const TRIES_MAX = 5;

export function createDrillMails(pool: pg.Pool): DrillMails {
  const claims = createMailClaims(pool, { table: 'drill_mails', of: 'drill' }, TRIES_MAX);
  const named = ({ drill, key, person }: DrillMailName): MailName => ({ of: drill, key, person });
  return {
    done: claims.done,
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
    claim: (mail, now) => claims.claim(named(mail), now),
    sent: (mail) => claims.sent(named(mail)),
    failed: (mail, failure) => claims.failed(named(mail), failure),
  };
}
