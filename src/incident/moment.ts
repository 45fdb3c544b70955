/** `2026-11-19T03:22Z`, seconds and parts of them if need be: a moment, never a local time. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** The moment that a text gives, epoch ms, or null where it gives none. */
export function moment(text: string): number | null {
  const ms = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** The shortest ISO 8601 of a moment, in UTC: `2026-11-19T03:22Z`. */
export const momentText = (ms: number): string => new Date(ms).toISOString().replace(/(?::00)?\.000Z$/, 'Z');

/** By so much a moment that somebody gives may be off: people round to minutes, and clocks differ a little. */
export const AHEAD_MS_MAX = 60_000;
