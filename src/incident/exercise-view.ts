import type { EventData, NumberedEvent } from './events.ts';

/** Of a drill: what is played, by whom, and what has reached the players. */
export type ExerciseView = Omit<EventData<'exercise.started'>, 'incident'> & {
  startedAt: number;
  endedAt?: number;
  because?: EventData<'exercise.ended'>['because'];
  injects: ({ seq: number; at: number } & EventData<'inject.delivered'>)[];
  skipped: Record<string, EventData<'inject.skipped'>['because']>;
  /** Roles that cannot be reached. */
  away: string[];
};

export type ExerciseEvent = Extract<NumberedEvent, { type: `${'exercise' | 'inject' | 'seat'}.${string}` }>;

/** Folds one event of the exercise itself, in place; the first gives the view. */
export function evolveExercise(view: ExerciseView | undefined, event: ExerciseEvent): ExerciseView | undefined {
  if (event.type === 'exercise.started') {
    const { incident: _, ...facts } = event.data;
    return { ...facts, startedAt: event.at, injects: [], skipped: {}, away: [] };
  }
  if (!view) return undefined;
  switch (event.type) {
    case 'exercise.ended':
      Object.assign(view, { endedAt: event.at, because: event.data.because });
      break;
    case 'inject.delivered':
      view.injects.push({ seq: event.seq, at: event.at, ...event.data });
      break;
    case 'inject.skipped':
      view.skipped[event.data.id] = event.data.because;
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
