import type pg from 'pg';
import type { NumberedEvent } from '../incident/events.ts';
import { isOfExercises } from '../incident/exercise-view.ts';
import { isExercise } from '../incident/ids.ts';

/**
 * What may stand where. The timeline of an incident begins with `incident.opened`, that of an exercise (its id says that it is one) with
 * `exercise.started`; its incident is opened later, once, or never. What only happens in exercises stands in no other timeline.
 */
export function misplaced(id: string, event: NumberedEvent): { code: 'not-opened' | 'malformed'; why: string } | null {
  const { seq, type } = event;
  const exercise = isExercise(id);
  const first = exercise ? 'exercise.started' : 'incident.opened';
  if (seq === 1 && type !== first)
    return { code: 'not-opened', why: `this timeline begins with ${first}; event 1 is ${type}.` };
  if (seq !== 1 && type === first)
    return { code: 'not-opened', why: `a timeline begins with ${first}, and has no other; event ${seq} is ${type}.` };
  if (!exercise && isOfExercises(type))
    return { code: 'malformed', why: `event ${seq} is ${type}, which happens in exercises alone.` };
  if (type !== 'incident.opened' && type !== 'exercise.started') return null;
  if (event.data.incident !== id) return { code: 'malformed', why: `this is the opening of ${event.data.incident}.` };
  if (exercise && event.type === 'incident.opened' && event.data.mode !== 'exercise')
    return { code: 'malformed', why: `an incident of an exercise is opened as one, not as ${event.data.mode}.` };
  return null;
}

type Stored = { seq: number; type: string };

/** Which of these events opens the incident of an exercise a second time. Asks the database only when one of them opens it. */
export async function openedAgain(
  pool: pg.Pool,
  id: string,
  head: number,
  fresh: readonly Stored[],
): Promise<Stored | null> {
  const openings = isExercise(id) ? fresh.filter(({ type }) => type === 'incident.opened') : [];
  if (openings.length === 0) return null;
  const { rowCount } = await pool.query(
    `SELECT FROM events WHERE incident = $1 AND seq <= $2 AND type = 'incident.opened' LIMIT 1`,
    [id, head],
  );
  return openings[rowCount === 0 ? 1 : 0] ?? null;
}
