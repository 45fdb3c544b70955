import type { IncidentView } from '../../incident/view.ts';
import { standingOf } from './standing.ts';

/** How fast a seat answers what it is asked. Nobody's time is scaled: while people are asked, the scenario runs with the wall. */
export type Lane = {
  role: string;
  person: string;
  bot: boolean;
  /** From asked to answered, ms. */
  answers: number[];
  /** How long the oldest question has waited for it; null: none does. */
  waitingMs: number | null;
};

export function lanesOf({ exercise, decisions }: Pick<IncidentView, 'exercise' | 'decisions'>, now: number): Lane[] {
  return (exercise?.seats ?? []).map(({ role, person, persona }) => {
    const waits = decisions
      .filter((one) => standingOf(one, { id: person, roles: [role] }, now).kind === 'asked')
      .map((one) => now - (one.escalatedAt ?? one.question.askedAt));
    const answers = decisions.flatMap(({ question, votes }) => {
      const first = votes.find((vote) => vote.person === person && vote.roles.includes(role));
      return first ? [first.at - question.askedAt] : [];
    });
    return { role, person, bot: persona !== null, answers, waitingMs: waits.length > 0 ? Math.max(...waits) : null };
  });
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** The end of the scale: whole minutes, four equal parts of them. */
export function scaleMs(lanes: readonly Lane[]): number {
  const most = Math.max(0, ...lanes.flatMap(({ answers, waitingMs }) => [...answers, waitingMs ?? 0]));
  return Math.max(1, Math.ceil(most / 4 / 60_000)) * 4 * 60_000;
}
