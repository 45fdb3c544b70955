import { REQUESTER_OUT } from '../../../incident/decision.ts';
import { timeIn } from '../../../incident/exercise-clock.ts';
import type { JsonObject } from '../../../incident/json.ts';
import type { DecisionView, IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import { type Answer, decide, incidentOr404, messageId } from '../../commands.ts';
import { planFor } from '../../model/plans.ts';
import { lastVote, standingOf } from '../../model/standing.ts';
import { rolesIn } from '../../permissions.ts';
import type { Person } from '../../ports.ts';
import { notFound, Problem } from '../../problem.ts';
import { untilShown } from '../../watch.ts';
import type { SlackPerson, SlackPost } from '../contract.ts';
import { type HandlerDeps, lookerIn, storyOf } from './deps.ts';
import { strangerTo } from './roster.ts';

/** One answer of one person, however they gave it. */
export type Given = {
  incident: string;
  number: number;
  answer: string;
  reason?: string | undefined;
  outputs?: JsonObject | undefined;
  /** They have read what an approve will do, and said it again. */
  confirmed: boolean;
  /** The trigger of a click, or the modal's id: the same when Slack delivers it again. */
  gesture: string;
};

/** `taken` false: it did not count, or nobody can say whether it did. */
export type Answered = { taken: boolean; said: SlackPost };

export type Asked = { view: IncidentView; plan: Plan | null; decision: DecisionView };

export async function asked(deps: HandlerDeps, incident: string, number: number): Promise<Asked> {
  const found = await incidentOr404(deps.reader, incident);
  const { view } = found;
  const decision = view.decisions.find((one) => one.question.number === number);
  if (!decision) throw notFound(`question ${number} in ${incident}`, 'List what waits: /tocsin decide.');
  return { view, plan: planFor(found, decision.question.path), decision };
}

/** Decides as this person, who has just been resolved, and says what came of it. `before`: as it was just read. Never throws. */
export async function answerQuestion(
  deps: HandlerDeps,
  who: SlackPerson,
  given: Given,
  before: Asked,
): Promise<Answered> {
  try {
    if (saidAlready(before, who.person, given)) return { taken: true, said: taken(deps, before, who.person, given) };
    const refusal = whyNot(deps, before, who);
    if (refusal) return { taken: false, said: refused(deps, refusal, before, who.person) };
    const answer: Answer = {
      incident: given.incident,
      number: given.number,
      answer: given.answer,
      reason: given.reason,
      outputs: given.outputs,
      confirmed: given.confirmed,
      surface: 'slack',
      rolesAsOf: who.rolesAsOf,
      id: messageId(
        who.person.id,
        ['slack', who.user, given.incident, given.number, given.answer, given.gesture].join(' '),
      ),
    };
    await decide(deps, who.person, answer, before);
    await untilShown(deps.reader, given.incident, (view) => isShown(view, given, who.person));
    return { taken: true, said: taken(deps, await asked(deps, given.incident, given.number), who.person, given) };
  } catch (error) {
    return { taken: false, said: await notTaken(deps, error, given, who.person) };
  } finally {
    refresh(deps, given.incident);
  }
}

/** A second tap on what is recorded already changes nothing, and must not stand on the timeline as another answer. */
function saidAlready({ view, decision }: Asked, person: Person, given: Given): boolean {
  const mine = lastVote(decision, person.id);
  if (!mine || decision.made || decision.withdrawn || mine.answer !== given.answer) return false;
  if (given.reason !== undefined || given.outputs !== undefined) return false;
  return sameRoles(mine.roles, rolesIn(person, view));
}

const sameRoles = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((role) => b.includes(role));

/** Why this person cannot answer as things stand: said before a modal is opened in vain. The incident asks again. */
export function whyNot(deps: HandlerDeps, { view, decision }: Asked, who: SlackPerson): Problem | null {
  const stranger = strangerTo(view, who.person);
  if (stranger) return stranger;
  const standing = standingOf(decision, lookerIn(who.person, view), timeIn(view, deps.now()));
  switch (standing.kind) {
    case 'asked':
    case 'answered':
      return null;
    case 'made':
      return refusal(409, 'decided', `Already decided: ${standing.made.outcome}.`);
    case 'withdrawn':
      return refusal(409, 'decided', `No longer asked: ${standing.because}.`);
    case 'late':
      return refusal(409, 'late', 'The time to answer is over.');
    case 'requester':
      return refusal(403, 'requester', REQUESTER_OUT);
    case 'not-entitled':
      if (who.groupsUnknown) return groupsUnknown();
      return who.otherAddress ? otherAddress() : refusal(403, 'not-entitled', 'You hold none of the roles it asks.');
    default:
      return standing satisfies never;
  }
}

const refusal = (status: 403 | 409, code: string, message: string): Problem =>
  new Problem({ status, code, message, notDone: 'Your answer was not taken.', next: 'See how things stand.' });

const groupsUnknown = (): Problem =>
  new Problem({
    status: 409,
    code: 'groups-unknown',
    message: 'Slack did not say which groups you are in, and the inventory alone gives you none of the roles it asks.',
    notDone: 'Your answer was not taken.',
    next: 'Try again in a moment.',
  });

const otherAddress = (): Problem =>
  new Problem({
    status: 403,
    code: 'other-address',
    message: 'Slack knows you by another mail address than the inventory, which therefore gives you none of its roles.',
    notDone: 'Your answer was not taken.',
    next: 'Let an administrator write your member ID beside your name in tocsin.yaml (slack: U…), or use the console.',
  });

export function refused(
  deps: HandlerDeps,
  problem: Problem,
  { view, plan, decision }: Asked,
  person: Person,
): SlackPost {
  return deps.replies.refusal(problem, { story: storyOf(deps, { view, plan }), decision, me: lookerIn(person, view) });
}

/** What is recorded by now: what Slack delivers again may be older than a change of mind. */
function taken(deps: HandlerDeps, { view, plan, decision }: Asked, person: Person, given: Given): SlackPost {
  const answer = lastVote(decision, person.id)?.answer ?? given.answer;
  return deps.replies.taken({ story: storyOf(deps, { view, plan }), decision, answer, me: lookerIn(person, view) });
}

function isShown(view: IncidentView, given: Given, person: Person): boolean {
  const decision = view.decisions.find((one) => one.question.number === given.number);
  if (decision?.made) return true;
  return decision?.votes.some((vote) => vote.person === person.id && vote.answer === given.answer) ?? false;
}

/** Refused: why, as things stand now. Anything else: ours to look at, and nobody knows whether it counted. */
async function notTaken(deps: HandlerDeps, error: unknown, given: Given, person: Person): Promise<SlackPost> {
  const now = await asked(deps, given.incident, given.number).catch(() => null);
  if (isRefusal(error)) return now ? refused(deps, error, now, person) : deps.replies.refusal(error);
  logFailure(deps, error, given.incident, 'an answer from Slack was not confirmed');
  return deps.replies.notConfirmed(now ? { story: storyOf(deps, now), decision: now.decision } : undefined);
}

/** Says in its own words what was not done; all but what was sent and never answered. */
export const isRefusal = (error: unknown): error is Problem => error instanceof Problem && error.code !== 'unreachable';

export function logFailure(deps: HandlerDeps, error: unknown, incident: string | null, message: string): void {
  deps.log.error({ err: error, ...(incident === null ? {} : { incident }) }, message);
}

/** Asks for the messages to be shown as things stand; that it fails is no matter of whoever answered. */
export function refresh(deps: HandlerDeps, incident: string): void {
  background(deps, incident, async () => deps.posts.refresh(incident));
}

export function background(deps: HandlerDeps, incident: string | null, work: () => Promise<unknown>): void {
  work().catch((error: unknown) => logFailure(deps, error, incident, 'messages in Slack could not be refreshed'));
}
