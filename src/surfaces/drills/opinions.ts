import type { Actor, EventData } from '../../incident/events.ts';
import { type ExerciseView, seatsOf, staffRolesOf } from '../../incident/exercise-view.ts';

/** Who reads what people think of a drill: evaluators of what they saw, and everybody in the hot wash. */

type Exercise = Pick<ExerciseView, 'seats' | 'staff' | 'endedAt'>;
type Names = ReadonlyMap<string, string>;
type Event = { type: string; actor: Actor; data: object };

/**
 * Until ENDEX an observation is for the staff, and for no other evaluator: opinions are worth more when nobody has heard another's. After
 * that it is for everybody, but one that names somebody who took part is for those who did, as is the hot wash.
 */
export function readsOpinion(exercise: Exercise, person: string, event: Event, names: Names): boolean {
  const { type, actor, data } = event;
  const takesPart = seatsOf(exercise, person).length + staffRolesOf(exercise, person).length > 0;
  if (type === 'hot-wash.answered') return takesPart;
  if (type !== 'observation.recorded') return true;
  if (exercise.endedAt === undefined)
    return (actor.kind === 'person' && actor.id === person) || runsOrWatches(exercise, person);
  return takesPart || !namesSomebody(exercise, (data as EventData<'observation.recorded'>).text, names);
}

const runsOrWatches = (exercise: Exercise, person: string): boolean =>
  staffRolesOf(exercise, person).some((role) => role !== 'evaluator');

/** By their id, their name or a part of it. */
function namesSomebody({ seats, staff }: Exercise, text: string, names: Names): boolean {
  const people = [...seats.filter(({ persona }) => persona === null), ...staff].map(({ person }) => person);
  const said = new Set(wordsIn(text));
  return people.some((id) => [id, ...wordsIn(names.get(id) ?? id)].some((word) => said.has(word)));
}

/** Small, without accents, ’s and initials: `Kåre’s` is `kare`; `anna-lena` is itself and its parts. */
const wordsIn = (text: string): string[] =>
  (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+(?:[-._][\p{L}\p{N}]+)*/gu) ?? []
  )
    .flatMap((word) => [word, ...word.split(/[-._]/)])
    .filter((word) => word.length > 1);
