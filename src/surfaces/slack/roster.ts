import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { Mentions } from './contract.ts';

/** The people of a drill. Only those on its roster are mentioned, invited or written to; the seats of bots are nobody's. */
type Roster = Pick<ExerciseView, 'seats' | 'staff'>;

/** In place of a role: all who play. */
export const EVERYBODY = 'everybody';

/** Those who play these roles, or all who play. */
export const playersMeant = ({ seats }: Pick<Roster, 'seats'>, to: readonly string[]): string[] => [
  ...new Set(
    seats.flatMap(({ role, person, persona }) =>
      persona === null && (to.includes(EVERYBODY) || to.includes(role)) ? [person] : [],
    ),
  ),
];

export const rosterOf = (roster: Roster): string[] => [
  ...new Set([...playersMeant(roster, [EVERYBODY]), ...roster.staff.map(({ person }) => person)]),
];

/** In a drill a role is whoever plays it, and nobody else is called. */
export function mentionsIn(
  { exercise, roles }: Pick<IncidentView, 'exercise' | 'roles'>,
  mentions: Mentions,
): Mentions {
  if (!exercise) return mentions;
  const roster = rosterOf(exercise);
  const person = (id: string) => (roster.includes(id) ? mentions.person(id) : null);
  return {
    person,
    role(id) {
      const assigned = roles[id];
      const people = [...playersMeant(exercise, [id]), ...(assigned === undefined ? [] : [assigned])];
      return [...new Set(people)].flatMap((one) => person(one) ?? []).join(' ') || null;
    },
  };
}
