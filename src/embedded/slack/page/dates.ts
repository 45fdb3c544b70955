/** Dates as Slack shows them: in the reader's own time zone. */

const cached = new Map<string, Intl.DateTimeFormat>();

function format(tz: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tz} ${JSON.stringify(options)}`;
  let found = cached.get(key);
  if (found === undefined) cached.set(key, (found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: tz })));
  return found;
}

/** Users' time zones come from outside. */
export function knownZone(tz: string): string {
  try {
    return format(tz, {}).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return 'UTC';
    throw error;
  }
}

const TIME = { hour: '2-digit', minute: '2-digit', hour12: false } as const;
const DAY_MS = 86_400_000;

export const timeText = (ms: number, tz: string): string => format(tz, TIME).format(ms);
/** `2026-03-18`, which also tells days apart. */
export const dayOf = (ms: number, tz: string): string =>
  format(tz, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms).split('/').reverse().join('-');

const nearDay = (ms: number, now: number, tz: string): string | null => {
  const day = dayOf(ms, tz);
  if (day === dayOf(now, tz)) return 'today';
  if (day === dayOf(now - DAY_MS, tz)) return 'yesterday';
  return day === dayOf(now + DAY_MS, tz) ? 'tomorrow' : null;
};

export function dayText(ms: number, now: number, tz: string): string {
  const near = nearDay(ms, now, tz);
  const long = format(tz, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(ms);
  return near === null ? long : `${near.charAt(0).toUpperCase()}${near.slice(1)}`;
}

export const stampMs = (ts: string): number => Math.floor(Number(ts) * 1000);

/** Fills in `{date_short} {time}` and the like; null where the format or the time is not one. */
export function slackDate(pattern: string, epochS: number, now: number, tz: string): string | null {
  const ms = epochS * 1000;
  // Beyond this there is no date.
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  const date = (options: Intl.DateTimeFormatOptions) => format(tz, options).format(ms);
  const forms: Record<string, string> = {
    date_num: dayOf(ms, tz),
    date_slash: date({ day: '2-digit', month: '2-digit', year: 'numeric' }),
    date: date({ day: 'numeric', month: 'long', year: 'numeric' }),
    date_short: date({ day: 'numeric', month: 'short', year: 'numeric' }),
    date_long: date({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    time: timeText(ms, tz),
    time_secs: date({ ...TIME, second: '2-digit' }),
    ago: agoText(ms, now),
  };
  const near = nearDay(ms, now, tz);
  for (const name of ['date', 'date_short', 'date_long']) forms[`${name}_pretty`] = near ?? forms[name]!;
  forms.day_divider_pretty = near ?? forms.date_long!;
  let known = true;
  const text = pattern.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    if (!Object.hasOwn(forms, name)) known = false;
    return forms[name] ?? '';
  });
  return known ? text : null;
}

function agoText(ms: number, now: number): string {
  const minutes = Math.round((ms - now) / 60_000);
  const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
  if (Math.abs(minutes) < 48 * 60) return relative.format(Math.round(minutes / 60), 'hour');
  return relative.format(Math.round(minutes / (24 * 60)), 'day');
}

/** `2026-03-18T09:30` as a browser's field says it, in this zone; null if it is no time. */
export function epochOf(local: string, tz: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(local);
  if (match === null) return null;
  const wanted = Date.parse(`${match[0]}Z`);
  if (Number.isNaN(wanted)) return null;
  // The zone's offset at that time, found in two steps because it may change close by.
  let guess = wanted;
  for (let step = 0; step < 2; step++) guess += wanted - Date.parse(`${localOf(guess / 1000, tz)}Z`);
  return Math.floor(guess / 1000);
}

/** The other way round. */
export function localOf(epochS: number, tz: string): string {
  const ms = epochS * 1000;
  return `${dayOf(ms, tz)}T${timeText(ms, tz)}`;
}
