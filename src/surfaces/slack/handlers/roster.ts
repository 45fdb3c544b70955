import { idIn, isExercise } from '../../../incident/ids.ts';
import type { IncidentView } from '../../../incident/view.ts';
import { isOnRoster } from '../../drills/spoilers.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND } from '../contract.ts';
import type { HandlerDeps } from './deps.ts';

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
  return exercise ? ofDrill(id, work) : work();
}

/** `drill`: which; null: one that is not there yet. */
export async function ofDrill<T>(drill: string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.extra.drill !== undefined) throw error;
    const { status, code, message, notDone, next, extra } = error;
    const more = { ...(notDone === null ? {} : { notDone }), ...(next === null ? {} : { next }) };
    throw new Problem({ status, code, message, ...more, extra: { ...extra, drill: drill ?? true } });
  }
}

/**
 * Whoever plays means the incident of the drill. `here`: what is told in this channel; `real`: how to say that something is real. Throws
 * Problem while it is a drill that runs.
 */
export async function assertNotPlayed(
  { reader }: Pick<HandlerDeps, 'reader'>,
  here: string | null,
  real: string,
): Promise<void> {
  if (here === null || !isExercise(here)) return;
  const exercise = (await reader.incident(here))?.view.exercise;
  if (!exercise || exercise.endedAt !== undefined) return;
  throw new Problem({
    status: 409,
    code: 'in-exercise',
    message: `This is about the exercise ${here}, and it would open a real incident.`,
    notDone: 'Nothing was opened.',
    next: `In the exercise: ${COMMAND} drill open TITLE. Something real: ${real}.`,
    extra: { drill: here },
  });
}

/** The drill that a message of ours is of; null: of none. All that is said of one begins like that. */
export const drillIn = (text: string | undefined): string | null =>
  /^EXERCISE · /.test(text ?? '') ? (idIn(text ?? '') ?? null) : null;
