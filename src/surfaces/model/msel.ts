import type { Board } from '../../../workflows/messages.ts';
import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { Script } from '../../simulator/core/script.ts';
import { type MselRow, mselOf } from '../../simulator/exchange/msel.ts';
import { personOf, scenarioText } from './drill.ts';

type Seen = { person: string; at: number };

export type InjectState =
  | { kind: 'delivered'; at: number; seen: readonly Seen[]; answered: Seen | null; met: boolean }
  | { kind: 'skipped'; because: ExerciseView['skipped'][string] }
  /** Set: it comes by itself at this scenario time. `due`: that is now. */
  | { kind: 'due' | 'next' | 'planned'; at: number }
  /** The facilitator sets it off; `turn`: everything that was planned before it has come. */
  | { kind: 'by-hand'; turn: boolean }
  /** It waits for a condition, or for another inject. */
  | { kind: 'armed' }
  /** The drill ended before it. */
  | { kind: 'never' };

export type BoardRow = MselRow & { state: InjectState };

type Stand = { script: Script; board: Board | null; exercise: ExerciseView; now: number };

/** The master scenario events list as it stands: what has come, in that order; then what is to come, the next first. */
export function boardRows(stand: Stand): { past: BoardRow[]; ahead: BoardRow[] } {
  const { script, board, exercise } = stand;
  const listed = mselOf({ ...script, injects: board?.injects ?? script.injects });
  const next = Math.min(...Object.values(board?.due ?? {}));
  const rows = listed.map((row): BoardRow => ({ ...row, state: stateOf(stand, row, next, listed) }));
  const order = new Map(exercise.injects.map(({ id }, i) => [id, i]));
  const isPast = ({ state }: BoardRow) => state.kind === 'delivered' || state.kind === 'skipped';
  const place = ({ inject, number }: BoardRow) => order.get(inject.id) ?? number;
  const ahead = rows.filter((row) => !isPast(row));
  return {
    past: rows.filter(isPast).toSorted((a, b) => place(a) - place(b) || a.number - b.number),
    ahead: ahead.toSorted((a, b) => rank(a.state) - rank(b.state) || a.number - b.number),
  };
}

const rank = (state: InjectState): number => {
  switch (state.kind) {
    case 'by-hand':
      return state.turn ? 0 : Number.MAX_SAFE_INTEGER;
    case 'due':
    case 'next':
    case 'planned':
      return state.at;
    default:
      return Number.MAX_SAFE_INTEGER;
  }
};

function stateOf({ board, exercise, now }: Stand, row: MselRow, next: number, listed: readonly MselRow[]): InjectState {
  const { id, expects, trigger } = row.inject;
  const delivered = exercise.injects.find((one) => one.id === id);
  if (delivered) {
    const answer = exercise.voices.find((voice) => !voice.said && voice.about === id);
    const person = answer && personOf(answer.actor);
    return {
      kind: 'delivered',
      at: delivered.at,
      seen: exercise.seen[id] ?? [],
      answered: answer && person ? { person, at: answer.at } : null,
      met: expects.length > 0 && expects.every((one) => board?.met.includes(one) ?? false),
    };
  }
  const skipped = exercise.skipped[id];
  if (skipped !== undefined) return { kind: 'skipped', because: skipped };
  if (exercise.endedAt !== undefined) return { kind: 'never' };
  const at = board?.due[id];
  if (at !== undefined) return { kind: at <= now ? 'due' : at === next ? 'next' : 'planned', at };
  if (trigger.on !== 'hand') return { kind: 'armed' };
  const before = listed.filter((one) => one.number < row.number);
  return { kind: 'by-hand', turn: !before.some(({ inject }) => board?.due[inject.id] !== undefined) };
}

/** When it comes, or was planned to: on the same clock as all that has come. */
export const plannedText = ({ atMs, time }: BoardRow): string => (atMs === null ? time : scenarioText(atMs));

/** The row that waits for the facilitator now, if any. */
export const turnOf = (ahead: readonly BoardRow[]): BoardRow | null =>
  ahead.find(({ state }) => state.kind === 'due' || (state.kind === 'by-hand' && state.turn)) ?? null;
