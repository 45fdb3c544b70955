import type { DecisionView, IncidentView } from '../../incident/view.ts';
import { standingOf } from './standing.ts';

/**
 * How fast a seat answers what it is asked. Nobody's time is scaled: while people are asked, the scenario runs with the wall. What a jump
 * passes over is no time of theirs, and whoever a question is escalated to is asked since then.
 */
export type Lane = {
  role: string;
  person: string;
  bot: boolean;
  /** From asked to answered, ms. */
  answers: number[];
  /** How long the oldest question has waited for it; null: none does. */
  waitingMs: number | null;
};

/** An answer that counts for a seat: the first of its person in this role. `since`: when they were asked, and `ms` how long they took. */
export type Answered = { number: number; since: number; at: number; ms: number };

type Seat = { role: string; person: string; persona: string | null };
type Asked = Pick<IncidentView, 'exercise' | 'decisions'>;

/** How long a question has been with a seat: what jumps passed over is not counted, but for bots, who live by the clock of the scenario. */
function tookMs({ exercise }: Asked, { role, persona }: Seat, one: DecisionView, until: number): number {
  const since = askedSince(one, role);
  return until - since - jumped(persona === null ? (exercise?.jumps ?? []) : [], since, until);
}

export function answersOf(view: Asked, seat: Seat): Answered[] {
  const { role, person } = seat;
  return view.decisions.flatMap((one) => {
    const first = one.votes.find((vote) => vote.person === person && vote.roles.includes(role));
    if (!first) return [];
    const { at } = first;
    return [{ number: one.question.number, since: askedSince(one, role), at, ms: tookMs(view, seat, one, at) }];
  });
}

export function lanesOf(view: Asked, now: number): Lane[] {
  return (view.exercise?.seats ?? []).map((seat) => {
    const { role, person, persona } = seat;
    const waits = view.decisions
      .filter((one) => standingOf(one, { id: person, roles: [role] }, now).kind === 'asked')
      .map((one) => tookMs(view, seat, one, now));
    const answers = answersOf(view, seat).map(({ ms }) => ms);
    return { role, person, bot: persona !== null, answers, waitingMs: waits.length > 0 ? Math.max(...waits) : null };
  });
}

const askedSince = ({ question, escalatedAt }: DecisionView, role: string): number =>
  question.by.some((seat) => seat.role === role) ? question.askedAt : (escalatedAt ?? question.askedAt);

/** How much of the time between two moments jumps passed over. */
const jumped = (jumps: readonly { from: number; to: number }[], since: number, until: number): number =>
  jumps.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, until) - Math.max(from, since)), 0);

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
