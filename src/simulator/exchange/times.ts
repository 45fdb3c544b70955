/** A time as an MSEL has it: since STARTEX, by the clock, or none. */
export type Written =
  | { is: 'offset'; ms: number }
  /** Of the day, or (`dated`) of a day. `bare`: `1:30` without more, which may also be an offset. */
  | { is: 'clock'; ms: number; dated: boolean; bare: boolean }
  | { is: 'none'; words: string };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const hms = (hours: string, minutes: string, seconds: string | undefined): number =>
  Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds ?? 0) * 1_000;

/** `+0:15`, `T+1:30`, `STARTEX + 45`, `45`, `45 min`, `1h30m`, `14:05`, `2:05 pm`, `1405Z`, `2026-03-06 14:05`. */
export function readTime(given: string): Written {
  const words = given.trim();
  const none: Written = { is: 'none', words };
  if (/^(?:startex|t)(?:\s*\+?\s*0)?$/i.test(words)) return { is: 'offset', ms: 0 };
  const since = /^(?:t|startex|start)?\s*\+\s*(.+)$/i.exec(words)?.[1];
  const rest = since ?? words;
  const clock = /^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?\s*(am|pm)?\s*(?:z|utc|h|hrs?)?$/i.exec(rest);
  if (clock) {
    const [, hours = '', minutes = '', seconds, half] = clock;
    const ms = hms(hours, minutes, seconds);
    if (since !== undefined) return { is: 'offset', ms };
    if (half === undefined)
      return Number(hours) < 24 ? { is: 'clock', ms, dated: false, bare: true } : { is: 'offset', ms };
    const hour = (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
    return Number(hours) > 12
      ? none
      : { is: 'clock', ms: hms(String(hour), minutes, seconds), dated: false, bare: false };
  }
  const military = since === undefined ? /^([01]\d|2[0-3])([0-5]\d)\s*(?:z|h|hrs?|utc)?$/i.exec(rest) : null;
  if (military)
    return { is: 'clock', ms: hms(military[1] ?? '', military[2] ?? '', undefined), dated: false, bare: false };
  const spelt = /^(?:(\d{1,3})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,4}(?:\.\d+)?)\s*(?:m|min|mins|minutes?|')?)?$/i.exec(
    rest,
  );
  if (spelt && rest !== '')
    return { is: 'offset', ms: Math.round(Number(spelt[1] ?? 0) * HOUR_MS + Number(spelt[2] ?? 0) * MINUTE_MS) };
  const dated = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(?:Z|UTC)?$/i.exec(rest);
  const moment = dated ? Date.parse(`${dated[1]}T${dated[2]}Z`) : Number.NaN;
  return Number.isNaN(moment) ? none : { is: 'clock', ms: moment, dated: true, bare: false };
}

export type Placed = { ms: number | null; words: string };

/** Every row's time since STARTEX, and what was assumed to say so. `startex`: the row that is STARTEX itself, or -1. */
export function placeTimes(times: readonly Written[], startex: number): { placed: Placed[]; assumptions: string[] } {
  const clocks = times.filter((time) => time.is === 'clock');
  const bare = clocks.filter(({ bare }) => bare);
  // 0:00, 0:15, 0:40 begin at nothing: nobody begins a drill at midnight.
  const areOffsets = bare.length > 0 && bare.length === clocks.length && (bare[0]?.ms ?? HOUR_MS) < HOUR_MS;
  if (clocks.length === 0 || areOffsets) {
    const note = areOffsets
      ? ['times such as 0:15 are hours and minutes since STARTEX: the first is below an hour']
      : [];
    return {
      placed: times.map((time) => (time.is === 'none' ? nowhere(time) : { ms: time.ms, words: '' })),
      assumptions: note,
    };
  }
  const days = rolledOver(times);
  const first = days[startex] ?? Math.min(...days.filter((one): one is number => one !== null));
  const placed = times.map((time, i): Placed => {
    if (time.is === 'offset') return { ms: time.ms, words: '' };
    return time.is === 'none' ? nowhere(time) : { ms: Math.max(0, (days[i] as number) - first), words: '' };
  });
  const iso = new Date(first).toISOString().slice(11, 16);
  const what = startex >= 0 && days[startex] !== null ? 'the row that says so' : 'the first of them';
  return { placed, assumptions: [`times are by the clock; STARTEX is ${what}, ${iso}`] };
}

const nowhere = ({ words }: { words: string }): Placed => ({ ms: null, words });

/** A clock that goes back by more than half a day has passed midnight. */
function rolledOver(times: readonly Written[]): (number | null)[] {
  let day = 0;
  let before: number | null = null;
  return times.map((time) => {
    if (time.is !== 'clock') return null;
    if (time.dated) return time.ms;
    if (before !== null && before - (time.ms + day) > DAY_MS / 2) day += DAY_MS;
    before = time.ms + day;
    return before;
  });
}
