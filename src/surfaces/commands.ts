import { createHash, randomUUID } from 'node:crypto';
import type { Question, Vote } from '../incident/decision.ts';
import { timeIn } from '../incident/exercise-clock.ts';
import type { JsonObject } from '../incident/json.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import { type IncidentView, openDecisions, playbookAt } from '../incident/view.ts';
import type { Plan } from '../playbook/plan.ts';
import { assertMayRead } from './drills/spoilers.ts';
import { type Duty, dutyOf, maySettle } from './model/duties.ts';
import { rolesIn } from './permissions.ts';
import type { Directory, Person, Reader, Responses, VoteSigner } from './ports.ts';
import { notFound, Problem, type ProblemStatus } from './problem.ts';
import { voteExpires } from './votes.ts';

/** What people tell an incident, the same from every surface: look it up, sign it, send it, say what came of it. */
export type CommandDeps = {
  reader: Reader;
  responses: Responses;
  votes: VoteSigner;
  directory: Directory;
  now(): number;
};

export type Accepted = Extract<MessageResult, { status: 'accepted' }>;

export type Answer = {
  incident: string;
  number: number;
  answer: string;
  reason?: string | undefined;
  outputs?: JsonObject | undefined;
  /** The person has been told what an approve of a risky act will do, and said it again. */
  confirmed: boolean;
  surface: Vote['surface'];
  /** When the person's groups were last known, where whoever keeps them could not say now. */
  rolesAsOf?: number | null | undefined;
  /** Makes a repeat harmless; see `messageId`. */
  id: string;
};

/**
 * Answers a question. Throws Problem when it is not taken. `known`: the incident as it was read a moment ago; whether the answer
 * counts as things stand is asked of the incident itself.
 */
export async function decide(
  deps: CommandDeps,
  person: Person,
  answer: Answer,
  known?: { view: IncidentView; plan: Plan | null },
): Promise<Accepted> {
  const { view } = known ?? (await incidentOr404(deps.reader, answer.incident));
  assertMayRead(view, answer.incident, person.id);
  const decision = view.decisions.find((one) => one.question.number === answer.number);
  const question = decision?.question;
  if (!question) throw notFound(`question ${answer.number} in ${answer.incident}`, 'List them: tocsin incident show.');
  if (answer.answer === 'approve' && riskyActs(question).length > 0 && !answer.confirmed)
    throw unconfirmed(answer.incident, question);
  const formerly = deps.directory.formerIds(person.id);
  const at = timeIn(view, deps.now());
  const vote = deps.votes.sign({
    incident: answer.incident,
    question: question.number,
    path: question.path,
    planHash: playbookAt(view, question.path)?.hash ?? '',
    person: person.id,
    ...(formerly.length > 0 ? { formerly: [...formerly] } : {}),
    roles: rolesIn(person, view),
    answer: answer.answer,
    ...(answer.reason?.trim() ? { reason: answer.reason.trim() } : {}),
    ...(answer.outputs ? { outputs: answer.outputs } : {}),
    ...(typeof answer.rolesAsOf === 'number' ? { rolesAsOf: answer.rolesAsOf } : {}),
    at,
    expires: voteExpires(question),
    surface: answer.surface,
  });
  return deliver(deps, answer.incident, { type: 'decide', id: answer.id, person: person.id, at, vote });
}

/** Disruptive and irreversible acts that approving this question allows. */
export const riskyActs = (question: Question): Question['acts'] =>
  question.acts.filter((act) => act.risk === 'disruptive' || act.risk === 'irreversible');

/** The open question about a failed step: of this step, or the only one there is. Throws Problem. */
export async function failureQuestion(reader: Reader, incident: string, step: string | null): Promise<Question> {
  const { view } = await incidentOr404(reader, incident);
  const open = openDecisions(view).flatMap((one) => (one.question.kind === 'failure' ? [one.question] : []));
  const found = step === null ? open : open.filter((one) => one.path === step);
  const [only, ...more] = found;
  if (only && more.length === 0) return only;
  const steps = open.map((one) => one.path).join(', ');
  if (only)
    throw new Problem({
      status: 409,
      code: 'several-failed-steps',
      message: `Several steps wait for an answer: ${steps}.`,
      next: 'Name the step.',
    });
  throw new Problem({
    status: 409,
    code: 'no-failed-step',
    message:
      step === null ? `No step of ${incident} waits for an answer.` : `Step "${step}" does not wait for an answer.`,
    notDone: 'Nothing was done.',
    next: open.length > 0 ? `These do: ${steps}.` : 'Nothing is needed.',
  });
}

/** Assigning somebody a role they do not hold elsewhere is allowed (it goes on the timeline); inventing either is not. */
export function assertRoleAndPerson(directory: Directory, role: string, assignee: string): void {
  if (!directory.roles().some((one) => one.id === role))
    throw new Problem({
      status: 422,
      code: 'unknown-role',
      message: `There is no role "${role}" in the inventory.`,
      notDone: 'Nobody was assigned.',
      next: `Roles: ${directory
        .roles()
        .map((one) => one.id)
        .join(', ')}.`,
    });
  if (!directory.person(assignee))
    throw new Problem({
      status: 422,
      code: 'unknown-person',
      message: `There is no person "${assignee}" in the inventory.`,
      notDone: 'Nobody was assigned.',
      next: `People: ${directory
        .people()
        .map((one) => one.id)
        .join(', ')}.`,
    });
}

export type Settlement = {
  incident: string;
  number: number;
  /** It was given outside Tocsin, or it need not be given. */
  outcome: 'met' | 'waived';
  /** How it was given, or why it need not be. */
  text: string;
  /** When it was given; null: now. */
  givenAt: number | null;
  id: string;
};

/** Settles a duty to notify. Only whoever answers for it may, or the incident commander. Throws Problem. */
export async function settleObligation(deps: CommandDeps, person: Person, settlement: Settlement): Promise<Accepted> {
  const { incident, number, outcome, text, givenAt, id } = settlement;
  const { view } = await incidentOr404(deps.reader, incident);
  assertMayRead(view, incident, person.id);
  const found = view.obligations.find((one) => one.number === number);
  if (!found) throw notFound(`duty ${number} in ${incident}`, 'List them: tocsin incident duties.');
  const at = timeIn(view, deps.now());
  const duty = dutyOf(incident, found, at);
  if (!maySettle(duty, { roles: rolesIn(person, view) })) throw notTheirs(duty);
  const when = givenAt === null ? {} : { givenAt };
  const said = { id, person: person.id, at, number, outcome, text, ...when };
  return deliver(deps, incident, { type: 'obligation', ...said });
}

const notTheirs = ({ number, ownerWords }: Duty): Problem =>
  new Problem({
    status: 403,
    code: 'not-entitled',
    message: `Duty ${number} is answered for by ${ownerWords}.`,
    notDone: 'Nothing was changed.',
    next: `Ask somebody who is ${ownerWords}, or the incident commander.`,
  });

/** Sends any message. Throws Problem when the incident refuses it. */
export async function send(deps: CommandDeps, incident: string, message: Message): Promise<Accepted> {
  const { view } = await incidentOr404(deps.reader, incident);
  assertMayRead(view, incident, message.person);
  // In a drill it is the scenario's time.
  const at = view.exercise ? timeIn(view, deps.now()) : message.at;
  return deliver(deps, incident, { ...message, at });
}

async function deliver(deps: CommandDeps, incident: string, message: Message): Promise<Accepted> {
  const notDone = message.type === 'decide' ? 'Your answer was not taken.' : 'Nothing was changed.';
  return accepted(await deps.responses.send(incident, message), notDone, `See how things stand: ${incident}.`);
}

/** What came of it. Throws Problem when it was refused. */
export function accepted(result: MessageResult, notDone: string, next: string): Accepted {
  if (result.status === 'accepted') return result;
  const { code, message } = result;
  throw new Problem({ status: REFUSAL_STATUS[code] ?? 409, code, message, notDone, next });
}

const REFUSAL_STATUS: Readonly<Record<string, ProblemStatus>> = {
  late: 409,
  'not-entitled': 403,
  requester: 403,
  'answered-before': 403,
  'unknown-answer': 422,
  outputs: 422,
  reason: 422,
};

export async function incidentOr404(reader: Reader, id: string) {
  const found = await reader.incident(id);
  if (!found) throw notFound(`incident ${id}`, 'List them: tocsin incident list.');
  return found;
}

/** The id of a message: the same for the same person and key, so that a repeat is harmless and nobody can take another's. */
export const messageId = (person: string, key: string | undefined): string =>
  key === undefined ? randomUUID() : createHash('sha256').update(`${person}\n${key}`).digest('hex').slice(0, 40);

function unconfirmed(incident: string, question: Question): Problem {
  const acts = riskyActs(question);
  const words = acts.map((act) => {
    const undo = act.undo ? `undone by ${act.undo}` : 'it cannot be undone';
    return `${act.title}${act.target ? ` (${act.target})` : ''}: ${act.risk}, ${undo}`;
  });
  return new Problem({
    status: 409,
    code: 'confirm',
    message: `Approving allows: ${words.join('; ')}.`,
    notDone: 'Your answer was not taken.',
    next: 'Say it again with "confirm": true.',
    extra: { incident, question: question.number, acts },
  });
}

/** Lets a page say whether this person could answer, before they try. */
export const couldAnswer = (person: Person, view: IncidentView, question: Question, escalated: boolean): boolean =>
  !question.excluded.includes(person.id) &&
  rolesIn(person, view).some(
    (role) => question.by.some((seat) => seat.role === role) || (escalated && question.escalate?.to === role),
  );
