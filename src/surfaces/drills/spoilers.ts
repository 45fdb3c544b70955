import type { EventData, NumberedEvent } from '../../incident/events.ts';
import { type ExerciseView, isForStaff, seatsOf, staffRolesOf } from '../../incident/exercise-view.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { FoundIncident } from '../ports.ts';
import { Problem } from '../problem.ts';
import { readsOpinion } from './opinions.ts';

/**
 * Who reads what of a drill while it is played. When it is over, everybody reads what happened; what was said in the hot wash, and what
 * evaluators say of single persons, is for those who took part.
 */

type Roster = Pick<ExerciseView, 'seats' | 'staff' | 'endedAt'>;

/** Drills of bots alone have nobody whose game could be spoiled. */
export const hasPeople = ({ seats, staff }: Pick<ExerciseView, 'seats' | 'staff'>): boolean =>
  staff.length > 0 || seats.some(({ persona }) => persona === null);

const isPlayed = (exercise: Roster): boolean => exercise.endedAt === undefined && hasPeople(exercise);

export const isOnRoster = (exercise: Roster, person: string): boolean =>
  seatsOf(exercise, person).length > 0 || staffRolesOf(exercise, person).length > 0;

/** Who plays, and who is not there, must not read what is to come or how it is run. */
export const readsScript = (exercise: Roster, person: string): boolean =>
  !isPlayed(exercise) || staffRolesOf(exercise, person).length > 0;

/** What of a timeline this person may read now. `names`: of people, by their ids. */
export function eventsFor<E extends Pick<NumberedEvent, 'type' | 'data' | 'actor'>>(
  { exercise }: Pick<IncidentView, 'exercise'>,
  person: string,
  events: readonly E[],
  names: Names,
): readonly E[] {
  if (!exercise) return events;
  const told = events.filter((event) => readsOpinion(exercise, person, event as E & NumberedEvent, names));
  if (readsScript(exercise, person)) return told;
  return told.filter((event) => !isForStaff(event)).map((event) => untold(exercise, event));
}

type Names = ReadonlyMap<string, string>;

/** Without the seed, which plays the bots in advance, and without the names of injects that are still to come. */
function untold<E extends Pick<NumberedEvent, 'type' | 'data'>>(exercise: Arrived, event: E): E {
  if (event.type === 'exercise.started') {
    const { seed: _, ...data } = event.data as EventData<'exercise.started'>;
    return { ...event, data };
  }
  if (event.type !== 'hint.given') return event;
  return { ...event, data: aboutWhatArrived(exercise, event.data as EventData<'hint.given'>) };
}

type Arrived = { injects: readonly Pick<ExerciseView['injects'][number], 'id'>[] };

const aboutWhatArrived = <H extends { about: string | null }>({ injects }: Arrived, hint: H): H =>
  injects.some(({ id }) => id === hint.about) ? hint : { ...hint, about: null };

/** What of an incident, or a drill, this person may read now. Throws Problem when it is a drill that others play. */
export function foundFor(found: FoundIncident, id: string, person: string, names: Names): FoundIncident {
  const { view, events } = found;
  const { exercise } = view;
  assertMayRead(view, id, person);
  if (!exercise) return found;
  return {
    ...found,
    view: { ...view, exercise: exerciseFor(exercise, person, names) },
    events: [...eventsFor(view, person, events, names)],
  };
}

/** What this person may read now of how a drill stands. */
export function exerciseFor(exercise: ExerciseView, person: string, names: Names): ExerciseView {
  const opinions = {
    observations: exercise.observations.filter((one) =>
      readsOpinion(exercise, person, { type: 'observation.recorded', actor: one.actor, data: one }, names),
    ),
    hotWash: exercise.hotWash.filter((one) =>
      readsOpinion(exercise, person, { type: 'hot-wash.answered', actor: one.actor, data: one }, names),
    ),
  };
  if (readsScript(exercise, person)) return { ...exercise, ...opinions };
  const hints = exercise.hints.map((hint) => aboutWhatArrived(exercise, hint));
  return { ...exercise, ...opinions, skipped: {}, hints };
}

/** Throws Problem while what is left out of a timeline would be missed: its signed export holds every event, or proves nothing. */
export function assertReadsAll(
  { exercise }: Pick<IncidentView, 'exercise'>,
  id: string,
  person: string,
  names: Names,
): void {
  if (!exercise) return;
  const over = exercise.endedAt !== undefined;
  const opinions = (of: ExerciseView) => of.observations.length + of.hotWash.length;
  if (readsScript(exercise, person) && opinions(exerciseFor(exercise, person, names)) === opinions(exercise)) return;
  throw new Problem({
    status: 403,
    code: over ? 'for-participants' : 'for-staff',
    message: over
      ? `The signed timeline of ${id} holds what was said in its hot wash, or of single persons: it is for those who took part.`
      : `The signed timeline of ${id} tells what its staff do: ${readsScript(exercise, person) ? 'what other evaluators wrote is for nobody who evaluates' : 'it is for the staff of this drill'} until it is over.`,
    notDone: 'It was not exported.',
    next: over
      ? 'Ask one of them, or read it as a report: --format md or html.'
      : 'Export it after ENDEX, or read it now as a report: --format md or html.',
  });
}

/** Throws Problem when it is a drill that others play. */
export function assertMayRead({ exercise }: Pick<IncidentView, 'exercise'>, id: string, person: string): void {
  if (!exercise || !isPlayed(exercise) || isOnRoster(exercise, person)) return;
  throw new Problem({
    status: 403,
    code: 'being-played',
    message: `${id} is an exercise that others play.`,
    notDone: 'Its timeline is not shown while it runs.',
    next: 'It is for everybody as soon as it is over. Who plays, and what: see Drills.',
  });
}
