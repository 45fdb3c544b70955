import type { EventData, NumberedEvent } from '../../incident/events.ts';
import { type ExerciseView, isForStaff, seatsOf, staffRolesOf } from '../../incident/exercise-view.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { FoundIncident } from '../ports.ts';
import { Problem } from '../problem.ts';

/** Who reads what of a drill while it is played. When it is over, everybody reads everything. */

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

/** What of a timeline this person may read now. */
export function eventsFor<E extends Pick<NumberedEvent, 'type' | 'data'>>(
  { exercise }: Pick<IncidentView, 'exercise'>,
  person: string,
  events: readonly E[],
): readonly E[] {
  if (!exercise || readsScript(exercise, person)) return events;
  return events.filter((event) => !isForStaff(event)).map((event) => untold(exercise, event));
}

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
export function foundFor(found: FoundIncident, id: string, person: string): FoundIncident {
  const { view, events } = found;
  const { exercise } = view;
  assertMayRead(view, id, person);
  if (!exercise || readsScript(exercise, person)) return found;
  return {
    ...found,
    view: {
      ...view,
      exercise: { ...exercise, skipped: {}, hints: exercise.hints.map((hint) => aboutWhatArrived(exercise, hint)) },
    },
    events: [...eventsFor(view, person, events)],
  };
}

/** Throws Problem while what is left out of a timeline would be missed: its signed export holds every event, or proves nothing. */
export function assertReadsAll({ exercise }: Pick<IncidentView, 'exercise'>, id: string, person: string): void {
  if (!exercise || readsScript(exercise, person)) return;
  throw new Problem({
    status: 403,
    code: 'for-staff',
    message: `The signed timeline of ${id} tells what its facilitator does: it is for the staff of this drill until it is over.`,
    notDone: 'It was not exported.',
    next: 'Export it after ENDEX, or read it now as a report: --format md or html.',
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
