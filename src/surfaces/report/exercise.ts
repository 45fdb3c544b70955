import type { NumberedEvent } from '../../incident/events.ts';
import { wallAt } from '../../incident/exercise-clock.ts';
import { bothMoments } from '../model/duties.ts';

/** When a drill with people was played by the clock on the wall, and what its own clock did. Null: bots played by themselves. */
export type Played = { wall: string; pace: string };

export function playedIn(events: readonly NumberedEvent[], timezone: string): Played | null {
  const set = events.filter((event) => event.type === 'exercise.clock');
  const [first] = set;
  const last = set.at(-1);
  if (!first || !last) return null;
  const ended = events.find((event) => event.type === 'exercise.ended');
  const until = ended ? wallAt({ at: last.at, ...last.data }, ended.at) : null;
  const from = bothMoments(first.data.wall, timezone);
  return {
    wall: until === null ? `From ${from}` : `${from}, to ${bothMoments(until, timezone)}`,
    pace: paceWords(set.map(({ data }) => data)),
  };
}

function paceWords(set: readonly { because: string; rate: number }[]): string {
  const times = (because: string): number => set.filter((one) => one.because === because).length;
  const fastest = Math.max(...set.map(({ rate }) => rate));
  const words = [
    fastest > 1 ? `ran up to ${fastest} times as fast as the wall’s` : 'ran as fast as the wall’s',
    ...(times('jumped') > 0 ? [`was set forward ${often(times('jumped'))}`] : []),
    ...(times('paused') > 0 ? [`was stopped ${often(times('paused'))}`] : []),
  ];
  return `The scenario’s clock ${words.join(', ')}. People’s time to answer was never cut.`;
}

const often = (times: number): string => (times === 1 ? 'once' : `${times} times`);
