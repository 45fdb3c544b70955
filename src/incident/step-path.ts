/**
 * Where a step stands. In the plan, the steps of an `each` or a `repeat` stand under `<path>/*`; on the timeline, those of its
 * second round under `<path>/002`. The steps of the second plan that was added to an incident stand under `+2/`. Names begin with
 * a letter, so that neither can be mistaken for one. Rounds sort as texts.
 */
const ROUND = /\/\d{3}(?:-\d+)?(?=\/)/g;
const ADDED = /^\+([1-9]\d?)(?:\/|$)/;

export const roundName = (round: number, humanRetries = 0): string =>
  `${String(round).padStart(3, '0')}${humanRetries > 0 ? `-${humanRetries}` : ''}`;

/** Where the n-th plan that was added stands as a whole: its beginning, its end, its unwinding. */
export const addedPath = (number: number): string => `+${number}`;

/** Which of the added plans a path of the timeline belongs to; 0 for the plan that the incident was opened with. */
export const planNumber = (path: string): number => Number(ADDED.exec(path)?.[1] ?? 0);

/** The path in its plan of a path on the timeline. */
export const planPath = (path: string): string => path.replace(ADDED, '').replace(ROUND, '/*');

/** As `planPath`, but still under its plan: different steps of several plans have different ones. */
export const placeOf = (path: string): string => path.replace(ROUND, '/*');

/** Where a path of a plan stands on the timeline beside `like`: in the same plan, and in the same rounds as far as it stands in them. */
export function besides(path: string, like: string): string {
  const [added = ''] = ADDED.exec(like) ?? [];
  return added + inSameRounds(path, like.slice(added.length));
}

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
