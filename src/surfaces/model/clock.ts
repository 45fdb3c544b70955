/** Times as the console says them. Everything is UTC: the timeline's own time. */
export { spanText } from '../../incident/phrases.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** `m:ss` under an hour, `h:mm:ss` above. */
export function clockText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** Machine-readable duration for `<time datetime>`. */
export const isoDuration = (ms: number): string => `PT${Math.max(0, Math.floor(ms / 1000))}S`;

export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** `03:22`, or `03:22:07` with seconds. */
export const hourText = (ms: number, seconds = false): string => isoTime(ms).slice(11, seconds ? 19 : 16);

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Thu 19 Nov 2026`. */
export function dayText(ms: number): string {
  const day = new Date(ms);
  return `${DAYS[day.getUTCDay()]} ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

/** The hour when it is the same day as `now`, else the day as well. */
export function whenText(ms: number, now: number, seconds = false): string {
  const sameDay = isoTime(ms).slice(0, 10) === isoTime(now).slice(0, 10);
  return sameDay ? hourText(ms, seconds) : `${dayText(ms)}, ${hourText(ms, seconds)}`;
}
