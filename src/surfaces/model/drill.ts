import type { Actor, StaffRole } from '../../incident/events.ts';
import { type ExerciseView, mayRun } from '../../incident/exercise-view.ts';
import { type IncidentView, openDecisions } from '../../incident/view.ts';
import type { Drill } from '../drills/contract.ts';
import { clockText } from './clock.ts';
import { standingOf } from './standing.ts';

/** Where somebody stands in a drill. `runs`: may set its clock and end it. */
export type Place = { seats: string[]; staff: StaffRole[]; runs: boolean; facilitates: boolean; onRoster: boolean };

export function placeIn({ players, staff }: Pick<Drill, 'players' | 'staff'>, person: string): Place {
  const seats = players.filter((one) => one.person === person).map(({ role }) => role);
  const roles = staff.filter((one) => one.person === person).map(({ role }) => role);
  return {
    seats,
    staff: roles,
    runs: mayRun({ seats: players.map((one) => ({ ...one, persona: null })), staff: [...staff] }, person),
    facilitates: roles.includes('facilitator'),
    onRoster: seats.length + roles.length > 0,
  };
}

/** `T+27:40`: since STARTEX, on the scenario's clock. */
export const scenarioText = (ms: number): string => `T+${clockText(ms)}`;

const isFor = (to: readonly string[], seats: readonly string[]): boolean =>
  to.includes('everybody') || to.some((role) => seats.includes(role));

type Voice = ExerciseView['voices'][number];
export type Arrived = ExerciseView['injects'][number] & { mine: boolean; seenAt: number | null; said: Voice[] };

/** What has reached the players, the newest first. `mine`: this person is among those it went to. */
export const arrivedFor = (
  { injects, seen, voices }: Pick<ExerciseView, 'injects' | 'seen' | 'voices'>,
  { seats }: Place,
  person: string,
): Arrived[] =>
  injects
    .map((inject) => ({
      ...inject,
      mine: isFor(inject.to, seats),
      seenAt: seen[inject.id]?.find((one) => one.person === person)?.at ?? null,
      said: voices.filter((voice) => !voice.said && voice.about === inject.id),
    }))
    .toReversed();

export const hintsFor = ({ hints }: Pick<ExerciseView, 'hints'>, { seats }: Place): ExerciseView['hints'] =>
  hints.filter(({ to }) => isFor(to, seats)).toReversed();

export type Thread = { name: string; voices: Voice[] };

/** Talks with the outside world, by whom with: whoever was heard last comes first. `place`: only those that concern this player. */
export function threadsOf({ voices }: Pick<ExerciseView, 'voices'>, place: Place | null): Thread[] {
  const byName = new Map<string, Voice[]>();
  for (const voice of voices) {
    const name = voice.said ? voice.as : voice.to;
    byName.set(name, [...(byName.get(name) ?? []), voice]);
  }
  return [...byName]
    .filter(([, said]) => place === null || said.some((voice) => !voice.said || isFor(voice.to, place.seats)))
    .map(([name, said]) => ({ name, voices: said }))
    .toSorted((a, b) => (b.voices.at(-1)?.seq ?? 0) - (a.voices.at(-1)?.seq ?? 0));
}

/** Whether a player who is a person is asked something now: the scenario runs with the wall until they have answered. */
export const isAsked = (view: IncidentView, now: number): boolean =>
  openDecisions(view).some((decision) =>
    (view.exercise?.seats ?? []).some(
      ({ role, person, persona }) =>
        persona === null && standingOf(decision, { id: person, roles: [role] }, now).kind === 'asked',
    ),
  );

export const personOf = (actor: Actor): string | null => (actor.kind === 'person' ? actor.id : null);
