import { clock } from '../../incident/phrases.ts';
import type { PlayerSight } from './player-sight.ts';
import type { Reading } from './reading.ts';

const SPOKEN: readonly string[] = ['mail', 'phone', 'news', 'social', 'letter'];

/** Whoever is outside and has come to us, or calls or writes and wants to know something. */
export const isForAnswer = ({ heard, outside }: Reading): boolean =>
  heard.readers.length > 0 && SPOKEN.includes(heard.by) && (outside || heard.text.includes('?'));

const HOUR_MS = 60 * 60_000;

/** Says nothing that is not established: no cause, no number, no promise but to come back. */
export function holdingStatement({ heard, outside }: Reading, { now }: PlayerSight): string {
  const when = clock(now + HOUR_MS, now);
  if (!outside)
    return `Thank you, ${heard.from}. It is noted and we look into it. Please keep what you have and change nothing; you hear from us by ${when}.`;
  return `We have your message and take it seriously. We are looking into it and cannot name causes or figures before they are established. You hear from us by ${when}.`;
}
