import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { IncidentView } from '../../../incident/view.ts';
import type { StoredEvent } from '../../ports.ts';
import type { DrillSaying, ExerciseTurn } from '../contract.ts';
import { playersMeant, rosterOf } from '../roster.ts';
import { type Audience, type Place, questionPosts, type Wanted } from './wanted.ts';

export type WantedDrillInput = {
  view: IncidentView;
  events: readonly StoredEvent[];
  /** Whether it has a channel of its own, or gets one; else it is told in that of drills. */
  own: boolean;
  audience: Audience;
};

/**
 * Every message that should stand in Slack for a drill as it is now, the most urgent first. Its questions, duties and status are those of any
 * incident; besides, what its players get. Nothing of a drill that bots play alone.
 */
export function wantedDrillPosts({ view, events, own, audience }: WantedDrillInput): Wanted[] {
  const { exercise } = view;
  if (!exercise?.clock) return [];
  const place: Place = { in: own ? 'own' : 'drills' };
  const say = (key: string, saying: DrillSaying, more: Partial<Wanted> = {}): Wanted => ({
    ...{ key, place, thread: null, urgency: 'status', saying, current: false },
    ...more,
  });
  const opened = events.some(({ type }) => type === 'incident.opened');
  const status: Wanted = { ...say('status', { kind: 'startex' }), saying: { kind: 'status' }, current: true };
  return [
    ...questionPosts(view, { place, thread: 'status' }, audience),
    say('startex', { kind: 'startex' }, { current: true }),
    ...(opened ? [status] : []),
    ...exercise.injects.map(({ id }) => say(`inject/${id}`, { kind: 'inject', id }, { current: true })),
    ...threadedVoices(exercise).map(({ seq, thread }) => say(`voice/${seq}`, { kind: 'voice', seq }, { thread })),
    ...(exercise.endedAt === undefined ? hintPosts(exercise, audience) : hotWashPosts(exercise, audience)),
    ...turns(events).map((event) => say(`turn/${event.seq}`, { kind: 'turn', event })),
  ];
}

type Heard = {
  injects: readonly Pick<ExerciseView['injects'][number], 'seq' | 'id' | 'from'>[];
  voices: readonly (
    | { said: true; seq: number; as: string }
    | { said: false; seq: number; to: string; about: string | null }
  )[];
};

/**
 * What is said with the outside world stands below the inject that it answers, or that came from the same mouth; else below what was first said
 * with it.
 */
export function threadedVoices({ injects, voices }: Heard): { seq: number; thread: string | null }[] {
  const first = new Map<string, string>();
  return voices.map((voice) => {
    const name = voice.said ? voice.as : voice.to;
    const about = voice.said ? null : voice.about;
    const inject =
      injects.find(({ id }) => id === about) ?? injects.findLast(({ from, seq }) => from === name && seq < voice.seq);
    const thread = inject ? `inject/${inject.id}` : (first.get(name) ?? null);
    if (thread === null) first.set(name, `voice/${voice.seq}`);
    return { seq: voice.seq, thread };
  });
}

/** To those for whom it is, and nobody else. */
const hintPosts = (exercise: ExerciseView, audience: Audience): Wanted[] =>
  exercise.hints.flatMap(({ seq, to }) =>
    playersMeant(exercise, to).flatMap((person): Wanted[] => {
      const user = audience.user(person);
      if (user === null) return [];
      const place: Place = { in: 'dm', user };
      const saying: DrillSaying = { kind: 'hint', seq };
      return [{ key: `hint/${seq}/dm/${user}`, place, thread: null, urgency: 'status', saying, current: false }];
    }),
  );

/** To everybody who took part: nobody need have read the channel. After NO DUFF they have other things to do. */
const hotWashPosts = (exercise: ExerciseView, audience: Audience): Wanted[] =>
  (exercise.because === 'real' ? [] : rosterOf(exercise)).flatMap((person): Wanted[] => {
    const user = audience.user(person);
    if (user === null) return [];
    const [place, saying]: [Place, DrillSaying] = [{ in: 'dm', user }, { kind: 'hot-wash' }];
    return [{ key: `hot-wash/dm/${user}`, place, thread: null, urgency: 'status', saying, current: false }];
  });

const BY_PEOPLE: readonly string[] = ['paused', 'resumed', 'paced', 'jumped'];

/** The latest time that somebody set the clock, and ENDEX: what was so before need not be told any more. */
function turns(events: readonly StoredEvent[]): ExerciseTurn[] {
  const ended = events.find((event) => event.type === 'exercise.ended');
  if (ended) return [ended];
  const set = events.flatMap((event) =>
    event.type === 'exercise.clock' && BY_PEOPLE.includes(event.data.because) ? [event] : [],
  );
  return set.slice(-1);
}
