import type { EventData, NumberedEvent } from '../../incident/events.ts';
import { type ScenarioClock, wallAt } from '../../incident/exercise-clock.ts';

/**
 * When things were on the clock on the wall, told by `exercise.clock`. `active`: the same with the time left out in which the clock stood
 * still; only differences of it mean something. Both are null where bots play by themselves, and before STARTEX.
 */
export type WallClock = {
  wallOf: (event: Pick<NumberedEvent, 'seq' | 'at'>) => number | null;
  /** When people could know of it: a clock that was set back to this moment, or that was read late, shows it from then on. */
  shownAt: (event: Pick<NumberedEvent, 'seq' | 'at'>) => number | null;
  activeOf: (event: Pick<NumberedEvent, 'seq' | 'at'>) => number | null;
  shownActive: (event: Pick<NumberedEvent, 'seq' | 'at'>) => number | null;
  /** Somebody let time pass faster, or jumped: scenario time is not what passed on the wall. */
  compressed: boolean;
};

type Setting = ScenarioClock & { seq: number; active: number; because: EventData<'exercise.clock'>['because'] };

export function wallClockOf(events: readonly NumberedEvent[]): WallClock {
  const settings: Setting[] = [];
  let compressed = false;
  for (const { seq, at, type, data } of events) {
    if (type !== 'exercise.clock') continue;
    const { wall, rate, because } = data;
    const last = settings.at(-1);
    const active = last ? last.active + (last.rate > 0 ? Math.max(0, wall - last.wall) : 0) : 0;
    settings.push({ seq, at, wall, rate, active, because });
    compressed ||= rate > 1 || because === 'jumped';
  }
  const before = (seq: number): number => lastBefore(settings, seq);
  /** The setting after it that shows no later moment: until then it lay in what the clock had passed over. */
  const shown = ({ seq, at }: Pick<NumberedEvent, 'seq' | 'at'>): number => {
    let index = before(seq);
    for (let next = settings[index + 1]; next && next.at <= at && next.because === 'people'; next = settings[index + 1])
      index++;
    return index;
  };
  const wallBy = (index: number, at: number): number | null => {
    const clock = settings[index];
    return clock ? (wallAt(clock, at) ?? clock.wall) : null;
  };
  const activeBy = (index: number, at: number): number | null => {
    const clock = settings[index];
    if (!clock) return null;
    return clock.active + (clock.rate > 0 ? Math.max(0, at - clock.at) / clock.rate : 0);
  };
  return {
    wallOf: ({ seq, at }) => wallBy(before(seq), at),
    shownAt: (event) => wallBy(shown(event), event.at),
    activeOf: ({ seq, at }) => activeBy(before(seq), at),
    shownActive: (event) => activeBy(shown(event), event.at),
    compressed,
  };
}

/** Index of the last setting that stands before an event, or is it; -1: none. */
function lastBefore(settings: readonly { seq: number }[], seq: number): number {
  let [low, high] = [0, settings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((settings[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
