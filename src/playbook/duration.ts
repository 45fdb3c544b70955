import { z } from 'zod';

const PATTERN = /^(?=\d)(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/;
const EXAMPLES = 'write a duration such as 45s, 10m, 2h30m or 7d';
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1_000];
const MS_MAX = 366 * 86_400_000;

/** `45s`, `10m`, `2h30m`, `7d`. */
export const Duration = z
  .string()
  .refine((text) => text.length < 40 && PATTERN.test(text), EXAMPLES)
  .refine(
    (text) => !PATTERN.test(text) || (milliseconds(text) > 0 && milliseconds(text) <= MS_MAX),
    'a duration is longer than nothing and at most 366d',
  )
  .meta({ description: 'a duration: 45s, 10m, 2h30m, 7d', pattern: PATTERN.source, patternErrorMessage: EXAMPLES });

/** Of a text that `Duration` has accepted. */
export function milliseconds(text: string): number {
  const parts = PATTERN.exec(text) ?? [];
  return UNITS_MS.reduce((sum, unitMs, i) => sum + Number(parts[i + 1] ?? 0) * unitMs, 0);
}

const DAY_MS = 86_400_000;

/** The days of such a text, and the rest of it: `2d4h` is two days and four hours, and `48h` no day at all. */
export function inDaysAndRest(text: string): { days: number; restMs: number } {
  const days = Number(PATTERN.exec(text)?.[1] ?? 0);
  return { days, restMs: milliseconds(text) - days * DAY_MS };
}
