import { addedPath } from '../incident/step-path.ts';
import type { Plan, Step } from './plan.ts';

/** The steps of an `each` or a `repeat` as they stand in one of its rounds: with that round in every path that leads into it. */
export function stepsInRound(steps: readonly Step[], path: string, round: string): Step[] {
  const from = `${path}/*/`;
  const into = `${path}/${round}/`;
  return moved(steps, (at) => (at.startsWith(from) ? into + at.slice(from.length) : at)) as Step[];
}

/** A plan as it stands on the timeline of an incident that it was added to; 0: the one that the incident was opened with. */
export function planUnder(plan: Plan, number: number): Plan {
  return number === 0 ? plan : (moved(plan, (at) => `${addedPath(number)}/${at}`) as Plan);
}

/** What in a step is a path of the plan. */
const PATHS = ['path', 'coveredBy', 'covers', 'fulfils'];

function moved(part: unknown, move: (path: string) => string): unknown {
  if (Array.isArray(part)) return part.map((one) => moved(one, move));
  if (part === null || typeof part !== 'object') return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      PATHS.includes(key) ? movedPaths(value, move) : inside(key, value, move),
    ]),
  );
}

/** Only where steps can stand: an input of a capability may be called `path`. */
const BLOCKS = ['steps', 'finally', 'then', 'else', 'branches', 'onFailure', 'onDeny'];
const inside = (key: string, value: unknown, move: (path: string) => string): unknown =>
  BLOCKS.includes(key) ? moved(value, move) : value;

function movedPaths(value: unknown, move: (path: string) => string): unknown {
  if (typeof value === 'string') return move(value);
  return Array.isArray(value) ? value.map((one) => move(String(one))) : value;
}
