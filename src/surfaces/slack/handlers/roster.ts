import type { IncidentView } from '../../../incident/view.ts';
import { isOnRoster } from '../../drills/spoilers.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND } from '../contract.ts';

/** Why this person may say nothing to a drill; null for those on its roster, and for every incident. */
export function strangerTo({ id, exercise }: Pick<IncidentView, 'id' | 'exercise'>, person: Person): Problem | null {
  if (!exercise || isOnRoster(exercise, person.id)) return null;
  return new Problem({
    status: 403,
    code: 'not-on-roster',
    message: `${id} is an exercise, and you are no part of it.`,
    notDone: 'Nothing was done.',
    next: `Leave it to those who play it. Something real: ${COMMAND} report.`,
  });
}
