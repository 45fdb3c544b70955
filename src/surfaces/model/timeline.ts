import { isRoutine, type Topic, topicOf } from '../../incident/wording.ts';
import type { StoredEvent } from '../ports.ts';

export type TimelineRow = { kind: 'event'; event: StoredEvent } | { kind: 'fold'; events: StoredEvent[] };

export type TimelineQuery = { show: Topic | null; before: number | null; event: number | null };
export type TimelinePage = {
  rows: TimelineRow[];
  total: number;
  /** Sequence number from which older events are left out, or null. */
  older: number | null;
  /** True when newer events are left out. */
  newer: boolean;
};

const PAGE = 150;
// A single routine event says more as itself than as "1 routine event".
const FOLD_FROM = 2;

/** Newest first; runs of routine events become one row. */
export function timelinePage(events: readonly StoredEvent[], query: TimelineQuery): TimelinePage {
  const before = query.event === null ? query.before : query.event + Math.floor(PAGE / 2);
  const chosen = events.filter((event) => query.show === null || topicOf(event) === query.show);
  const upTo = before === null ? chosen : chosen.filter((event) => event.seq < before);
  const shown = upTo.slice(-PAGE);
  const first = shown[0];
  return {
    rows: foldRoutine(shown.toReversed()),
    total: events.length,
    older: first !== undefined && upTo.length > shown.length ? first.seq : null,
    newer: upTo.length < chosen.length,
  };
}

/** Runs of routine events become one row; the order stays. */
export function foldRoutine(events: readonly StoredEvent[]): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let run: StoredEvent[] = [];
  const flush = (): void => {
    if (run.length >= FOLD_FROM) rows.push({ kind: 'fold', events: run });
    else rows.push(...run.map((event): TimelineRow => ({ kind: 'event', event })));
    run = [];
  };
  for (const event of events) {
    if (isRoutine(event)) run.push(event);
    else {
      flush();
      rows.push({ kind: 'event', event });
    }
  }
  flush();
  return rows;
}

export type Density = {
  bins: number[];
  max: number;
  from: number;
  to: number;
  decisions: { at: number; percent: number }[];
};

const BINS = 24;

/** Events over the incident's life, in equal bins, with the moments at which people were asked. */
export function densityOf(events: readonly StoredEvent[], now: number): Density {
  const from = events[0]?.at ?? now;
  const last = events.at(-1)?.at ?? now;
  const over = events.findLast((event) => event.type === 'incident.closed' || event.type === 'incident.reopened');
  const to = Math.max(over?.type === 'incident.closed' ? last : Math.max(now, last), from + 60_000);
  const share = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const bins = Array.from({ length: BINS }, () => 0);
  for (const event of events) {
    const bin = Math.min(BINS - 1, Math.floor(share(event.at) * BINS));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const asked = events.filter((event) => event.type === 'decision.asked');
  const decisions = asked.map(({ at }) => ({ at, percent: Math.round(share(at) * 1000) / 10 }));
  return { bins, max: Math.max(...bins, 1), from, to, decisions };
}
