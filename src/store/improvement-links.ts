import type pg from 'pg';
import type { Tracker } from '../surfaces/improvements/contract.ts';

/** Where improvement items stand outside. */
export type Place = { system: Tracker; place: string };
export type LinkState = { key: string | null; over: boolean | null; textHash: string | null };
export type Kept = { key: string; url: string; state: string; over: boolean; textHash: string; at: number };

export type ImprovementLinks = {
  /** The right to compare it now, with what is known; null: another has it. Of another place nothing is known. */
  claim(improvement: string, place: Place, now: number): Promise<LinkState | null>;
  /** What both sides are now; the right is given back. */
  keep(improvement: string, kept: Kept): Promise<void>;
  /** Why they could not be made the same; the right is given back. */
  fail(improvement: string, place: Place, problem: string): Promise<void>;
};

/** Longer than it takes to compare one item: whoever had the right is gone. */
const ABANDONED_MS = 5 * 60_000;

export function createImprovementLinks(pool: pg.Pool): ImprovementLinks {
  return {
    async claim(improvement, { system, place }, now) {
      const { rows } = await pool.query<LinkState>(
        `INSERT INTO improvement_links AS l (improvement, system, place, claimed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (improvement) DO UPDATE SET system = $2, place = $3, claimed_at = $4,
           key = CASE WHEN (l.system, l.place) = ($2, $3) THEN l.key END,
           over = CASE WHEN (l.system, l.place) = ($2, $3) THEN l.over END,
           text_hash = CASE WHEN (l.system, l.place) = ($2, $3) THEN l.text_hash END
         WHERE l.claimed_at IS NULL OR l.claimed_at <= $4 - $5
         RETURNING key, over, text_hash AS "textHash"`,
        [improvement, system, place, now, ABANDONED_MS],
      );
      return rows[0] ?? null;
    },
    async keep(improvement, { key, url, state, over, textHash, at }) {
      await pool.query(
        `UPDATE improvement_links SET key = $2, url = $3, state = $4, over = $5, text_hash = $6, synced_at = $7,
           claimed_at = NULL, problem = NULL WHERE improvement = $1`,
        [improvement, key, url, state, over, textHash, at],
      );
    },
    async fail(improvement, { system, place }, problem) {
      await pool.query(
        `INSERT INTO improvement_links (improvement, system, place, problem) VALUES ($1, $2, $3, $4)
         ON CONFLICT (improvement) DO UPDATE SET problem = $4, claimed_at = NULL`,
        [improvement, system, place, problem],
      );
    },
  };
}
