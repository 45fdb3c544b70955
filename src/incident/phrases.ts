import type { JsonObject } from './json.ts';

/** Small pieces of wording. */
export const quoted = (words: string): string => `“${words}”`;
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
export const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
export const sentenceEnd = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);

export function listed(items: readonly string[]): string {
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${items.at(-1)}` : (items[0] ?? '');
}

/** A text in an object from outside, unless it is missing or empty. */
export function text(object: JsonObject, key: string): string | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `03:22 UTC`; with the date when it is another day than `now`. */
export function clock(ms: number, now: number, seconds = false): string {
  if (!(Math.abs(ms) <= 8.64e15)) return 'an unknown time';
  const iso = new Date(ms).toISOString();
  const time = `${iso.slice(11, seconds ? 19 : 16)} UTC`;
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}

/** `3 min`, `2 h 05 min`, `45 s`: how long something took, in words. */
export function spanText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.floor((s % 3600) / 60);
  return minutes === 0
    ? `${Math.floor(s / 3600)} h`
    : `${Math.floor(s / 3600)} h ${String(minutes).padStart(2, '0')} min`;
}

// Controls (but newline and tab), zero-width and direction-changing characters: they can hide or reorder what is read.
const RISKY = /(?![\n\t])\p{Cc}|\p{Bidi_Control}|[\u200b\u2028\u2029\u2060-\u2064\ufeff]/gu;

/** Text from outside with risky characters made visible as `\u202e`. */
export function plainText(words: string): string {
  return words.replace(RISKY, (char) =>
    char === '\r' ? '' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export const oneLine = (words: string): string => plainText(words.replace(/\s*[\r\n]+\s*/g, ' '));
