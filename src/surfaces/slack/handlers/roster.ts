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
    extra: { drill: id },
  });
}

/** What a drill refuses is marked as all that is said of it: see `Replies.refusal`. */
export async function inDrill<T>(
  { id, exercise }: Pick<IncidentView, 'id' | 'exercise'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!exercise || !(error instanceof Problem)) throw error;
    const { status, code, message, notDone, next, extra } = error;
    const more = { ...(notDone === null ? {} : { notDone }), ...(next === null ? {} : { next }) };
    throw new Problem({ status, code, message, ...more, extra: { ...extra, drill: id } });
  }
}
