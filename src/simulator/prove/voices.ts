import { clock } from '../../incident/phrases.ts';
import type { PlayerSight } from './player-sight.ts';
import { openerOf, readersThere } from './policy.ts';
import type { Reading } from './reading.ts';

const SPOKEN: readonly string[] = ['mail', 'phone', 'news', 'social', 'letter'];

/** Whoever is outside and has come to us, or calls or writes and wants to know something. */
export const isForAnswer = ({ heard, outside }: Reading): boolean =>
  heard.readers.length > 0 && SPOKEN.includes(heard.by) && (outside || heard.text.includes('?'));

const HOUR_MS = 60 * 60_000;

/** Says nothing that is not established: no cause, no number, no promise but to come back. For callers from inside and outside alike. */
export function holdingStatement({ now }: Pick<PlayerSight, 'now'>): string {
  const when = clock(now + HOUR_MS, now);
  return `We have your message and take it seriously. We are looking into it and cannot name causes or figures before they are established. Keep what you have for now. You hear from us by ${when}.`;
}

const SPEAKERS = ['communications-lead', 'legal-counsel'];

/** Who answers, of those who are there. */
export function speakerFor({ heard }: Reading, sight: PlayerSight): string | null {
  const there = readersThere(sight, heard.readers);
  return SPEAKERS.find((role) => there.includes(role)) ?? there[0] ?? openerOf(sight);
}
