/**
 * Where a step stands. In the plan, the steps of an `each` or a `repeat` stand under `<path>/*`; on the timeline, those of its
 * second round under `<path>/002`. Names begin with a letter, so that a round cannot be mistaken for one. Rounds sort as texts.
 */
const ROUND = /\/\d{3}(?:-\d+)?(?=\/)/g;

export const roundName = (round: number, humanRetries = 0): string =>
  `${String(round).padStart(3, '0')}${humanRetries > 0 ? `-${humanRetries}` : ''}`;

/** The path in the plan of a path on the timeline. */
export const planPath = (path: string): string => path.replace(ROUND, '/*');

/** A path of the plan in the same rounds as `like`, as far as it stands in them. */
export function inSameRounds(path: string, like: string): string {
  const rounds = like.split('/');
  return path
    .split('/')
    .map((part, i) => (part === '*' ? (rounds[i] ?? part) : part))
    .join('/');
}

/** The rounds of a path as people count them: `2`, or `2.1` for one inside another. Empty: it stands in none. */
export const roundsOf = (path: string): string =>
  [...path.matchAll(ROUND)].map(([part]) => String(Number.parseInt(part.slice(1), 10))).join('.');
