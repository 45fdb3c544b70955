import type { Rating } from '../../incident/events.ts';
import type { ObjectiveScore, Score } from '../../simulator/scoring/score.ts';
import type { Drill } from '../drills/contract.ts';
import type { Improvement, RedrillGoal } from './contract.ts';

/** Whether a drill shows that an item is done. Everything that speaks against it is told, in words. */

const BEST_FIRST: readonly Rating[] = ['P', 'S', 'M', 'U'];
const isAtLeast = (rating: Rating, wanted: Rating): boolean => BEST_FIRST.indexOf(rating) <= BEST_FIRST.indexOf(wanted);

export type Played = {
  drill: Drill;
  /** Null while it is not over. */
  score: Score | null;
  /** Of the drill where it was learnt, if that was one of the same simulation; null otherwise. */
  learntBy: { rubric: string | null } | null;
};

/** What keeps this drill from showing it, a sentence each; none: it does. */
export function againstClosing(
  item: Pick<Improvement, 'id' | 'createdAt'>,
  goal: RedrillGoal,
  played: Played,
): string[] {
  const { drill, score, learntBy } = played;
  const { id } = drill;
  const simulation = drill.script.simulation;
  if (simulation !== goal.simulation)
    return [`${id} was a drill of ${simulation}, and the goal is one of ${goal.simulation}.`];
  if (score === null) return [`${id} is not over, or cannot be scored.`];
  const rated = score.objectives.find((one) => one.id === goal.objective);
  return [
    ...(drill.startedAt === null || drill.startedAt <= item.createdAt
      ? [`${id} began before ${item.id} was written.`]
      : []),
    ...(score.played === 'bots' ? [`In ${id} bots played by themselves.`] : []),
    ...rubricWords(id, score, learntBy),
    ...ratingWords(id, goal, rated),
  ];
}

function rubricWords(id: string, { rubric }: Score, learntBy: Played['learntBy']): string[] {
  if (learntBy === null || learntBy.rubric === rubric) return [];
  const there = learntBy.rubric === null ? 'none was frozen then' : `rubric ${learntBy.rubric.slice(0, 12)}`;
  return [`${id} was scored by another rubric (${rubric.slice(0, 12)}) than the drill where it was learnt (${there}).`];
}

function ratingWords(id: string, goal: RedrillGoal, rated: ObjectiveScore | undefined): string[] {
  if (!rated) return [`${id} has no objective ${goal.objective}.`];
  if (rated.machine === null) return [`Nothing that could tell was observed of ${goal.objective} in ${id}.`];
  const { rating, why } = rated.machine;
  if (isAtLeast(rating, goal.atLeast)) return [];
  return [`${goal.objective} was rated ${rating} in ${id}, and the goal is ${goal.atLeast} or better: ${why}`];
}

/** How it was rated, for the record; with what evaluators thought, where they differ. */
export function reachedWords({ objective }: RedrillGoal, drill: string, score: Score): string {
  const rated = score.objectives.find(({ id }) => id === objective);
  const differing = rated?.disagreement ? rated.evaluators.map(({ person, rating }) => `${person}: ${rating}`) : [];
  const beside = differing.length > 0 ? `; evaluators differ (${differing.join(', ')})` : '';
  return `${objective} was rated ${rated?.machine?.rating ?? '?'} in ${drill}${beside}`;
}
