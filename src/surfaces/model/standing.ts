import { entitledRoles, hasForm, needsReason, type Question, type Vote } from '../../incident/decision.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../incident/view.ts';

/** Who looks, with the roles they hold in this incident. */
export type Looker = { id: string; roles: readonly string[] };

/** Where a reader stands with a question. The server asks again at the click: this only decides what is shown. */
export type Standing =
  | { kind: 'asked'; role: string }
  | { kind: 'answered'; role: string; vote: Vote }
  | { kind: 'requester' }
  | { kind: 'not-entitled' }
  | { kind: 'late' }
  | { kind: 'made'; made: NonNullable<DecisionView['made']>; mine: Vote | null }
  | { kind: 'withdrawn'; because: string; at: number };

export function standingOf(decision: DecisionView, person: Looker, now: number): Standing {
  const mine = lastVote(decision, person.id);
  if (decision.made) return { kind: 'made', made: decision.made, mine };
  if (decision.withdrawn) return { kind: 'withdrawn', ...decision.withdrawn };
  if (now >= decision.question.until) return { kind: 'late' };
  if (decision.question.excluded.includes(person.id)) return { kind: 'requester' };
  const role = entitledRoles(decision.question, person.roles, decision.escalatedAt !== undefined)[0];
  if (role === undefined) return { kind: 'not-entitled' };
  return mine ? { kind: 'answered', role, vote: mine } : { kind: 'asked', role };
}

export const lastVote = (decision: DecisionView, person: string): Vote | null =>
  decision.votes.findLast((vote) => vote.person === person) ?? null;

/** Open questions that wait for this person's answer, the most urgent first. */
export function waitingFor(view: IncidentView, person: Looker, now: number): DecisionView[] {
  return openDecisions(view)
    .filter((decision) => standingOf(decision, person, now).kind === 'asked')
    .sort((a, b) => a.question.until - b.question.until);
}

export const isRisky = (question: Question): boolean =>
  question.acts.some((act) => act.risk === 'disruptive' || act.risk === 'irreversible');

/** An answer that must be confirmed on a page of its own, or needs a reason or outputs: not one tap. */
export function needsCheck(question: Question, answer: string): boolean {
  if (question.kind === 'approval' && answer === 'approve' && isRisky(question)) return true;
  return needsReason(question, answer) || hasForm(question, answer);
}
