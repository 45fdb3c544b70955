import type { IncidentView } from './view.ts';

/**
 * The clock of a scenario: what it showed when it was last set, and how fast it runs since. All in ms. Drills of bots alone have none:
 * their time leaps from event to event.
 */
export type ScenarioClock = {
  /** What it showed when it was set, scenario time. */
  at: number;
  /** When it was set, on the clock on the wall. */
  wall: number;
  /** Scenario ms that pass in one ms; 0: it stands still. */
  rate: number;
};

/** What the clock shows at a moment on the wall. */
export const scenarioAt = ({ at, wall, rate }: ScenarioClock, now: number): number =>
  Math.round(at + Math.max(0, now - wall) * rate);

/** When the clock will show `time`, as it runs now; null: never. Never before it was set. */
export const wallAt = ({ at, wall, rate }: ScenarioClock, time: number): number | null =>
  rate === 0 ? null : Math.ceil(wall + Math.max(0, time - at) / rate);

/** What time it is in this incident, or drill: the scenario's, or the wall's. At ENDEX the scenario's time stops. */
export function timeIn({ exercise }: Pick<IncidentView, 'exercise'>, now: number): number {
  if (!exercise) return now;
  if (exercise.endedAt !== undefined) return exercise.endedAt;
  return exercise.clock ? scenarioAt(exercise.clock, now) : now;
}
