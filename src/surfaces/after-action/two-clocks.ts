import type { NumberedEvent } from '../../incident/events.ts';
import { wallAt } from '../../incident/exercise-clock.ts';
import type { EventOf } from './told.ts';

/** How the clock of the scenario ran beside the one on the wall. */
export type TwoClocks = {
  set: readonly EventOf<'exercise.clock'>[];
  /** The moment on the wall of an event; null where bots play by themselves. While the clock stands: when it was stopped. */
  wallOf(event: { seq: number; at: number }): number | null;
};

export function twoClocks(events: readonly NumberedEvent[]): TwoClocks {
  const set = events.filter((event): event is EventOf<'exercise.clock'> => event.type === 'exercise.clock');
  return {
    set,
    wallOf({ seq, at }) {
      const last = lastUpTo(set, seq);
      if (!last) return set[0]?.data.wall ?? null;
      return wallAt({ at: last.at, ...last.data }, at) ?? last.data.wall;
    },
  };
}

/** By halves: a long drill has many events, and each is asked for. */
function lastUpTo<E extends { seq: number }>(sorted: readonly E[], seq: number): E | null {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as E).seq <= seq) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1] ?? null;
}

/** How the clock ran, stood and jumped, in pieces that follow each other. Ends at ENDEX. */
export type Piece = {
  kind: 'runs' | 'stands' | 'jump';
  from: number;
  to: number;
  wallFrom: number;
  wallTo: number | null;
  rate: number;
  cites: number[];
};

export function piecesOf({ set, wallOf }: TwoClocks, ended: { seq: number; at: number }): Piece[] {
  return set.flatMap((event, i): Piece[] => {
    if (event.seq > ended.seq) return [];
    const next = set[i + 1];
    const until = next ? { at: next.data.because === 'jumped' ? next.data.from : next.at, seq: next.seq } : ended;
    const { wall, rate, from, because } = event.data;
    const wallTo = next ? next.data.wall : wallOf(ended);
    const cites = [event.seq, until.seq];
    // A jump that was stopped on the way ends there.
    const reached = Math.max(from, Math.min(event.at, until.at));
    const jump: Piece[] =
      because === 'jumped' && reached > from
        ? [{ kind: 'jump', from, to: reached, wallFrom: wall, wallTo: wall, rate: 0, cites }]
        : [];
    if (rate === 0)
      return [...jump, { kind: 'stands', from: event.at, to: event.at, wallFrom: wall, wallTo, rate, cites }];
    if (until.at <= event.at) return jump;
    return [...jump, { kind: 'runs', from: event.at, to: until.at, wallFrom: wall, wallTo, rate, cites }];
  });
}
