import { plainText } from '../../../incident/wording.ts';
import { clockText, isoDuration, isoTime, whenText } from '../../model/clock.ts';

/**
 * Text from outside: titles, reasons, names, alerts. JSX escapes it; `bdi` keeps its direction to itself; characters that hide
 * or reorder are shown as what they are.
 */
export const Words = ({ of }: { of: string }) => <bdi>{plainText(of)}</bdi>;

/** The same for places that take no markup: titles of pages, labels. */
export const flat = (words: string, lengthMax = 120): string => {
  const line = plainText(words).replace(/\s+/g, ' ').trim();
  return line.length > lengthMax ? `${line.slice(0, lengthMax - 1)}…` : line;
};

/** A clock that the page's script keeps moving. Without the script it stands as it was when the page was made. */
export function Countdown({ until, now, from, big }: { until: number; now: number; from?: number; big?: boolean }) {
  const left = until - now;
  // Amber in the last quarter, red when late; a clock that only says when has no colour.
  const tone = from === undefined ? '' : left <= 0 ? ' c-act' : left <= (until - from) / 4 ? ' c-soon' : '';
  return (
    <time
      class={`clock${big ? ' big' : ''}${tone}`}
      datetime={isoDuration(Math.abs(left))}
      data-until={String(until)}
      data-from={from === undefined ? undefined : String(from)}
    >
      {left <= 0 && from !== undefined ? `late ${clockText(-left)}` : clockText(left)}
    </time>
  );
}

export function OpenFor({ since, now, big = true }: { since: number; now: number; big?: boolean }) {
  return (
    <time class={big ? 'value big' : undefined} datetime={isoDuration(now - since)} data-since={String(since)}>
      {clockText(now - since)}
    </time>
  );
}

export function When({ at, now, seconds = true }: { at: number; now: number; seconds?: boolean }) {
  return <time datetime={isoTime(at)}>{whenText(at, now, seconds)}</time>;
}

/** `7c1f 09ae`: enough of a hash to compare by eye; the whole one is in the title. */
export const Hash = ({ of }: { of: string }) => (
  <code title={of}>
    {of.slice(0, 4)} {of.slice(4, 8)}
  </code>
);
