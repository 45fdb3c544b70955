import type { EventData, Rating } from '../../incident/events.ts';
import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { Expectation, Script } from '../../simulator/core/script.ts';
import type { Standing } from '../../simulator/scoring/score.ts';
import { personOf } from './drill.ts';

/**
 * The exercise evaluation guide (EEG) of HSEEP: objective, capability, critical tasks, what is looked for, what was seen, rating. What the
 * machine found and what evaluators think stand side by side; where they differ is shown, and nothing is averaged.
 */

type Observation = EventData<'observation.recorded'>;
export type Kind = Observation['kind'];
export type Verdict = NonNullable<Observation['verdict']>;

export const RATINGS: Readonly<Record<Rating, { title: string; means: string }>> = {
  P: {
    title: 'Performed without challenges',
    means:
      'The critical tasks were done so that the objective was achieved; nothing else suffered, nobody was put at more risk, and plans, policies and law were kept.',
  },
  S: {
    title: 'Performed with some challenges',
    means: 'As P: achieved, without harm to anything else. But it could have been more effective or more efficient.',
  },
  M: {
    title: 'Performed with major challenges',
    means:
      'The objective was achieved, but other work suffered, somebody was put at more risk, or a plan, a policy or the law was not kept.',
  },
  U: {
    title: 'Unable to be performed',
    means: 'The critical tasks were not done so that the objective was achieved.',
  },
};
export const RATING_LETTERS = Object.keys(RATINGS) as Rating[];

export const KINDS: Readonly<Record<Kind, string>> = {
  observation: 'observation',
  strength: 'strength',
  improvement: 'area for improvement',
};

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  met: 'met',
  'met-late': 'met late',
  missed: 'missed',
  'not-observed': 'not observed',
};

export const STANDINGS: Readonly<Record<Standing, string>> = { ...VERDICTS, void: 'void' };

/** What an observation is about: an objective, or one of its tasks or expectations. */
export type About = { objective: string; task: string | null; expectation: string | null };

/** What an evaluator thinks: the last of theirs about the same thing. `earlier`: numbers of those that it took the place of. */
export type Opinion = Pick<Observation, 'kind' | 'rating' | 'verdict' | 'text' | 'about'> & {
  seq: number;
  at: number;
  person: string;
  earlier: number[];
};

/** What the machine found about an expectation. `cites`: numbers of events. `rating` is of an objective. */
export type Found = { standing: Standing; why: string; cites: readonly number[] };
export type FoundOf = {
  objectives: ReadonlyMap<string, { rating: Rating; why: string; cites: readonly number[] }>;
  expectations: ReadonlyMap<string, Found>;
};

export type GuideTask = { id: string; title: string; opinions: Opinion[]; disagreement: boolean };
export type GuideExpectation = {
  id: string;
  title: string;
  task: string | null;
  never: boolean;
  withinMs: number | null;
  /** What an evaluator judges; null: the machine finds it. */
  judged: string | null;
  machine: Found | null;
  opinions: Opinion[];
  disagreement: boolean;
};
export type GuideObjective = {
  id: string;
  title: string;
  capability: string;
  tasks: GuideTask[];
  expectations: GuideExpectation[];
  machine: { rating: Rating; why: string; cites: readonly number[] } | null;
  opinions: Opinion[];
  disagreement: boolean;
};
export type Guide = { over: boolean; objectives: GuideObjective[] };

type GuideInput = {
  script: Pick<Script, 'objectives' | 'expectations'>;
  exercise: Pick<ExerciseView, 'observations' | 'endedAt'>;
  found: FoundOf;
  /** Whoever reads it: until ENDEX they see their own opinions alone. */
  person: string;
};

export function guideOf({ script, exercise, found, person }: GuideInput): Guide {
  const over = exercise.endedAt !== undefined;
  const opinions = latest(exercise.observations).filter((one) => over || one.person === person);
  const about = ({ objective, task, expectation }: About) =>
    opinions
      .filter((one) => one.objective === objective && one.task === task && one.expectation === expectation)
      .map(({ objective: _, task: __, expectation: ___, ...opinion }) => opinion);
  const objectives = script.objectives.map(({ id, title, capability, tasks }): GuideObjective => {
    const whole = about({ objective: id, task: null, expectation: null });
    const machine = found.objectives.get(id) ?? null;
    return {
      ...{ id, title, capability, machine, opinions: whole },
      disagreement: differ([...ratingsIn(whole), ...(machine ? [machine.rating] : [])]),
      tasks: tasks.map((task) => {
        const said = about({ objective: id, task: task.id, expectation: null });
        return { ...task, opinions: said, disagreement: differ(ratingsIn(said)) };
      }),
      expectations: script.expectations
        .filter(({ objective }) => objective === id)
        .map((one) => expected(one, found, about({ objective: id, task: null, expectation: one.id }))),
    };
  });
  return { over, objectives };
}

function expected(
  { id, title, task, never, withinMs, sought }: Expectation,
  found: FoundOf,
  opinions: Opinion[],
): GuideExpectation {
  const judged = sought.what === 'judged' ? sought.text : null;
  const machine = judged === null ? (found.expectations.get(id) ?? null) : null;
  const verdicts = opinions.flatMap(({ verdict }) => verdict ?? []);
  // Who saw nothing contradicts nobody.
  const settled = [...verdicts, ...(machine ? [machine.standing] : [])].filter((one) => DECIDED.has(one));
  const disagreement = differ(settled);
  return { id, title, task, never, withinMs, judged, machine, opinions, disagreement };
}

const DECIDED: ReadonlySet<string> = new Set(['met', 'met-late', 'missed'] satisfies Standing[]);

const ratingsIn = (opinions: readonly Opinion[]): Rating[] => opinions.flatMap(({ rating }) => rating ?? []);
const differ = (all: readonly string[]): boolean => new Set(all).size > 1;

type Latest = Opinion & About;

/** The last of each evaluator about the same thing, in the order of their first. */
export function latest(observations: ExerciseView['observations']): Latest[] {
  const last = new Map<string, Latest>();
  for (const { actor, ...one } of observations) {
    const person = personOf(actor);
    if (person === null) continue;
    const { objective, task, expectation } = one;
    const key = JSON.stringify([person, objective, task, expectation]);
    const before = last.get(key);
    last.set(key, { ...one, person, earlier: before ? [...before.earlier, before.seq] : [] });
  }
  return [...last.values()];
}
