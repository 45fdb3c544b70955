import type { NumberedEvent } from '../../incident/events.ts';
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
export function eventsFor<E extends Pick<NumberedEvent, 'type'>>(
  { exercise }: Pick<IncidentView, 'exercise'>,
  person: string,
  events: readonly E[],
): readonly E[] {
  return !exercise || readsScript(exercise, person) ? events : events.filter((event) => !isForStaff(event));
}

/** What of an incident, or a drill, this person may read now. Throws Problem when it is a drill that others play. */
export function foundFor(found: FoundIncident, id: string, person: string): FoundIncident {
  const { view, events } = found;
  const { exercise } = view;
  assertMayRead(view, id, person);
  if (!exercise || readsScript(exercise, person)) return found;
  return {
    ...found,
    view: { ...view, exercise: { ...exercise, skipped: {} } },
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
