import type { Actor, EventData, EventType, NumberedEvent } from './events.ts';
import type { ScenarioClock } from './exercise-clock.ts';

type Said<T extends 'voice.said' | 'voice.answered' | 'hint.given' | 'observation.recorded' | 'hot-wash.answered'> = {
  seq: number;
  at: number;
  actor: Actor;
} & EventData<T>;

/** Of a drill: what is played, by whom, and what has reached the players. */
export type ExerciseView = Omit<EventData<'exercise.started'>, 'incident' | 'staff' | 'seed'> & {
  staff: NonNullable<EventData<'exercise.started'>['staff']>;
  startedAt: number;
  /** Absent where bots play by themselves. */
  clock?: ScenarioClock;
  /** Somebody has stopped the clock. */
  paused: boolean;
  /** What its jumps passed over, which took nobody's time: scenario time. One that was stopped on the way ends there. */
  jumps: { from: number; to: number }[];
  endedAt?: number;
  because?: EventData<'exercise.ended'>['because'];
  injects: ({ seq: number; at: number } & EventData<'inject.delivered'>)[];
  skipped: Record<string, EventData<'inject.skipped'>['because']>;
  /** By inject: who has looked at it, and when. */
  seen: Record<string, { person: string; at: number }[]>;
  hints: Said<'hint.given'>[];
  /** What was said with the outside world, in order. */
  voices: (({ said: true } & Said<'voice.said'>) | ({ said: false } & Said<'voice.answered'>))[];
  /** What evaluators wrote down, in order. */
  observations: Said<'observation.recorded'>[];
  hotWash: Said<'hot-wash.answered'>[];
  /** Roles that cannot be reached. */
  away: string[];
};

export type ExerciseEvent = Extract<
  NumberedEvent,
  { type: `${'exercise' | 'inject' | 'seat' | 'hint' | 'voice' | 'observation' | 'hot-wash'}.${string}` }
>;

const OF_EXERCISES = /^(exercise|inject|seat|hint|voice|observation|hot-wash)\./;
export const isOfExercises = (type: EventType): type is ExerciseEvent['type'] => OF_EXERCISES.test(type);
export const isExerciseEvent = (event: NumberedEvent): event is ExerciseEvent => isOfExercises(event.type);

/** Folds one event of the exercise itself, in place; the first gives the view. */
export function evolveExercise(view: ExerciseView | undefined, event: ExerciseEvent): ExerciseView | undefined {
  const { seq, at, actor } = event;
  if (event.type === 'exercise.started') {
    const { incident: _, seed: __, staff = [], ...facts } = event.data;
    const empty = { paused: false, jumps: [], injects: [], skipped: {}, seen: {}, hints: [], voices: [], away: [] };
    const written = { observations: [], hotWash: [] };
    return { ...facts, staff, startedAt: at, ...empty, ...written };
  }
  if (!view) return undefined;
  switch (event.type) {
    case 'exercise.ended':
      Object.assign(view, { endedAt: at, because: event.data.because });
      break;
    case 'exercise.clock': {
      const { wall, rate, from, because } = event.data;
      const last = view.jumps.at(-1);
      if (last) last.to = Math.min(last.to, Math.max(last.from, at));
      if (because === 'jumped') view.jumps.push({ from, to: at });
      view.clock = { at, wall, rate };
      view.paused = rate === 0 && (view.paused || because === 'paused');
      break;
    }
    case 'inject.delivered':
      view.injects.push({ seq, at, ...event.data });
      break;
    case 'inject.skipped':
      view.skipped[event.data.id] = event.data.because;
      break;
    case 'inject.seen':
      if (actor.kind === 'person') (view.seen[event.data.id] ??= []).push({ person: actor.id, at });
      break;
    case 'inject.edited':
    case 'inject.added':
      break;
    case 'hint.given':
      view.hints.push({ seq, at, actor, ...event.data });
      break;
    case 'voice.said':
      view.voices.push({ said: true, seq, at, actor, ...event.data });
      break;
    case 'voice.answered':
      view.voices.push({ said: false, seq, at, actor, ...event.data });
      break;
    case 'observation.recorded':
      view.observations.push({ seq, at, actor, ...event.data });
      break;
    case 'hot-wash.answered':
      view.hotWash.push({ seq, at, actor, ...event.data });
      break;
    case 'seat.away':
      view.away.push(event.data.role);
      break;
    case 'seat.back':
      view.away = view.away.filter((role) => role !== event.data.role);
      break;
    default:
      event satisfies never;
  }
  return view;
}

/** The roles that a person plays in a drill, and those in which they run or watch it. */
export const seatsOf = ({ seats }: Pick<ExerciseView, 'seats'>, person: string): string[] =>
  seats.filter((seat) => seat.person === person).map(({ role }) => role);
export const staffRolesOf = ({ staff }: Pick<ExerciseView, 'staff'>, person: string): string[] =>
  staff.filter((one) => one.person === person).map(({ role }) => role);

/** Whoever runs the drill; where nobody does, everybody who plays may stop its clock and end it. */
export function mayRun(exercise: Pick<ExerciseView, 'seats' | 'staff'>, person: string): boolean {
  const facilitated = exercise.staff.some(({ role }) => role === 'facilitator');
  return facilitated ? staffRolesOf(exercise, person).includes('facilitator') : seatsOf(exercise, person).length > 0;
}

/** What would give away what is to come, or how the drill is run: for staff alone until it is over. */
export const isForStaff = (event: Pick<NumberedEvent, 'type'>): boolean =>
  event.type === 'inject.skipped' ||
  event.type === 'inject.edited' ||
  event.type === 'inject.added' ||
  event.type === 'observation.recorded';
