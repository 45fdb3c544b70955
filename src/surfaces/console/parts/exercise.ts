import type { IncidentView } from '../../../incident/view.ts';
import { hasPeople, isOnRoster } from '../../drills/spoilers.ts';
import type { Exercise } from './layout.tsx';

/** What the band over a page of this incident says; null: it is real. */
export function exerciseOf({ id, mode, exercise }: IncidentView, person: string): Exercise | null {
  if (!exercise) return mode === 'exercise' ? { drill: null, noDuff: false } : null;
  const played = hasPeople(exercise);
  const running = exercise.endedAt === undefined;
  return { drill: played ? id : null, noDuff: played && running && isOnRoster(exercise, person) };
}
