import type { NumberedEvent } from '../../incident/events.ts';
import type { Script } from '../../simulator/core/script.ts';
import type { Score } from '../../simulator/scoring/score.ts';
import { NotScorable } from '../../simulator/scoring/score-of.ts';
import type { Drill, DrillDesk } from '../drills/contract.ts';
import { readable } from '../drills/readable.ts';
import type { Reader } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { Improvement, Reached, RedrillGoal } from './contract.ts';
import { againstClosing, type Played, reachedWords } from './goal.ts';

export type Scoring = (script: Script, events: readonly NumberedEvent[]) => Score;

export type ProofDeps = {
  drills: Pick<DrillDesk, 'find' | 'list'>;
  reader: Pick<Reader, 'incident'>;
  score: Scoring;
};

/** Drills that a goal could have been reached in, in one look. */
const LOOKED_AT_MAX = 500;
const SCORES_KEPT_MAX = 200;

/** The first drill that reached its goal since it was written; null for one that is closed, too. */
export type Look = (item: Improvement) => Promise<Reached | null>;

export type Proof = {
  /** For one look at several items: the drills are read once, when the first of them needs them. */
  look(): Look;
  /** Throws Problem unless this drill shows it, and says what speaks against it. Answers in words. */
  shows(item: Improvement, drill: string): Promise<string>;
  /** Whether this drill is scored as the one where it was learnt: no other can show it. */
  fits(item: Improvement, drill: Drill): Promise<boolean>;
};

/** Null where the timeline does not begin as that of this script does: its first event was redacted, or it is another's. */
function scored(score: Scoring, { script }: Drill, events: readonly NumberedEvent[]): Score | null {
  try {
    return score(script, events);
  } catch (error) {
    if (error instanceof NotScorable) return null;
    throw error;
  }
}

/** What drills show of improvement items. A drill is scored once for each event that it grows by. */
export function createProof({ drills, reader, score }: ProofDeps): Proof {
  const kept = new Map<string, { seq: number; score: Score }>();

  const scoreOf = async (drill: Drill): Promise<Score | null> => {
    const found = drill.status === 'ended' ? await reader.incident(drill.id) : null;
    if (!found?.view.exercise) return null;
    const before = kept.get(drill.id);
    if (before?.seq === found.view.seq) return before.score;
    const made = scored(score, drill, readable(found.events));
    if (made === null) return null;
    kept.delete(drill.id);
    kept.set(drill.id, { seq: found.view.seq, score: made });
    for (const oldest of kept.keys()) if (kept.size > SCORES_KEPT_MAX) kept.delete(oldest);
    return made;
  };

  const learntBy = async ({ from, goal }: Improvement): Promise<Played['learntBy']> => {
    const exercise = from.startsWith('EX-') ? (await reader.incident(from))?.view.exercise : undefined;
    return exercise?.simulation === goal?.simulation && exercise ? { rubric: exercise.rubric ?? null } : null;
  };

  const reached = async (item: Improvement, goal: RedrillGoal, ended: readonly Drill[]): Promise<Reached | null> => {
    const later = ended
      .filter(({ script, players }) => script.simulation === goal.simulation && players.length > 0)
      .filter(({ startedAt }) => (startedAt ?? 0) > item.createdAt)
      .sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    if (later.length === 0) return null;
    const from = await learntBy(item);
    for (const drill of later) {
      const made = await scoreOf(drill);
      if (againstClosing(item, goal, { drill, score: made, learntBy: from }).length > 0) continue;
      const rating = made?.objectives.find(({ id }) => id === goal.objective)?.machine?.rating;
      if (rating) return { drill: drill.id, rating };
    }
    return null;
  };

  return {
    async fits(item, { script }) {
      const from = await learntBy(item);
      return from === null || from.rubric === (script.rubric ?? script.hash);
    },
    look() {
      let ended: Promise<Drill[]> | null = null;
      return async (item) => {
        const { goal } = item;
        if (goal === null || item.status === 'closed') return null;
        ended ??= drills.list({ status: ['ended'], limit: LOOKED_AT_MAX });
        return reached(item, goal, await ended);
      };
    },
    async shows(item, id) {
      const { goal } = item;
      const refuse = (code: string, message: string): Problem =>
        new Problem({
          status: 409,
          code,
          message,
          notDone: 'It was not closed.',
          next: `Plan a drill for it, or close it for a reason: tocsin improvement close ${item.id} --because "…".`,
        });
      if (goal === null) throw refuse('no-goal', `${item.id} does not say which drill would show that it is done.`);
      const drill = await drills.find(id);
      const made = await scoreOf(drill);
      const against = againstClosing(item, goal, { drill, score: made, learntBy: await learntBy(item) });
      if (against.length > 0 || made === null)
        throw refuse('not-shown', `${id} does not show it. ${against.join(' ')}`);
      return reachedWords(goal, id, made);
    },
  };
}
