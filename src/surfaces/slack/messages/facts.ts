import { agreement, type Question, roleInWords, seatsInWords, tally } from '../../../incident/decision.ts';
import { wallAt } from '../../../incident/exercise-clock.ts';
import { severityLabel } from '../../../incident/severity.ts';
import type { DecisionView, IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import { dayText, hourText, whenText } from '../../model/clock.ts';
import {
  answerTitle,
  capabilityTitle,
  consequence,
  defaultSentence,
  inSentence,
  listed,
  riskWord,
  sentenceCase,
  targetsOf,
  whyIrreversible,
  worstRisk,
} from '../../model/describe.ts';
import { lastVote } from '../../model/standing.ts';
import type { Story } from '../contract.ts';
import { context, type Fact, type Said } from './blocks.ts';
import { fitted, listText, type Markup, md, moment, ready } from './text.ts';

/** What a question means: the same facts, in the same words, as the console says them. */
export const utc = (ms: number, now: number, seconds = true): string => `${whenText(ms, now, seconds)} UTC`;

export const fullTime = (ms: number): string => `${hourText(ms, true)} UTC, ${dayText(ms)}`;

/** Absolute in words, and in the reader's own zone. In a drill the scenario's clock counts, and the reader's says when that will be. */
export function due({ view: { exercise } }: Pick<Story, 'view'>, until: number): Markup {
  if (!exercise) return md`${fullTime(until)} (for you: ${moment(until, fullTime(until))})`;
  const wall = exercise.clock ? wallAt(exercise.clock, until) : null;
  if (wall === null) return md`${fullTime(until)} in the exercise, whose clock stands still`;
  return md`${fullTime(until)} in the exercise (for you: ${moment(wall, fullTime(wall))})`;
}

export const nameIn = (story: Story, person: string): string => story.people.get(person) ?? person;

/** Every message of a drill or of simulated systems says so, first. */
export function markOf(mode: IncidentView['mode']): string | null {
  switch (mode) {
    case 'exercise':
      return 'EXERCISE. This is a drill: nothing that is said here is real.';
    case 'simulated-inventory':
      return 'Simulated inventory: no outside system is touched.';
    case 'live':
      return null;
    default:
      return mode satisfies never;
  }
}

/** The same, as the first word of a line: of notifications and topics. */
const MARK_WORD = { exercise: 'EXERCISE · ', 'simulated-inventory': 'Simulated · ', live: '' } as const;
export const markWord = (mode: IncidentView['mode']): Markup => ready(MARK_WORD[mode]);

/** In small print below what is said. Of a drill it stands above: see `markFirst`. */
export const smallMark = ({ view: { mode } }: Pick<Story, 'view'>): string[] => {
  const mark = mode === 'exercise' ? null : markOf(mode);
  return mark === null ? [] : [mark];
};

/** EXERCISE comes before anything else. */
export const markFirst = ({ view: { mode } }: Pick<Story, 'view'>) =>
  mode === 'exercise' ? [context(md`*${markOf(mode) ?? ''}*`)] : [];

/** `SEV 1 · INC-2026-0147 · Support assistant, tier critical`. */
export function headline(view: IncidentView, more?: string): string {
  const system = view.system ? `${view.system.name}, tier ${view.system.tier}` : null;
  return [severityLabel(view.severity), view.id, system, more].filter(Boolean).join(' · ');
}

export function lead(view: IncidentView, more?: string) {
  const mark = markOf(view.mode);
  const elements: Said[] = [...(mark === null ? [] : [md`*${mark}*`]), headline(view, more)];
  return context(...elements);
}

export const questionFacts = (question: Question, plan: Plan | null): Fact[] => [
  ...(question.kind === 'failure'
    ? failureFacts(question)
    : question.kind === 'task'
      ? taskFacts(question)
      : actFacts(question)),
  ...ifAgainst(question, plan),
  ['If nobody answers', `${defaultSentence(question)} Times are UTC.`],
];

function ifAgainst(question: Question, plan: Plan | null): Fact[] {
  const no = agreement(question)?.no;
  if (no === undefined) return [];
  const name = question.kind === 'task' ? 'If it cannot be done' : 'If denied';
  return [[name, `${sentenceCase(consequence(question, no, plan))}.`]];
}

/** What is to be done stands above, as the question. */
const taskFacts = ({ details }: Question): Fact[] => (details ? [['How', details]] : []);

/** What an answer lets happen: what, to what, how bad, how it is undone, when it counts as done. */
export function actFacts(question: Question): Fact[] {
  const risk = worstRisk(question);
  const targets = targetsOf(question);
  const proofs = unique(question.acts.map((act) => act.prove));
  const list: Fact[] = [['What will happen', whatHappens(question)]];
  if (targets.length > 0) list.push(['To what', listText(targets, 1_200)]);
  if (question.details) list.push(['Why', question.details]);
  if (risk !== null) list.push(['Risk', riskWords(question, risk)]);
  if (risk !== null && risk !== 'read') list.push(['Undo', undoWords(question)]);
  if (proofs.length > 0) list.push(['Done means', listText(proofs.map(named), 1_200)]);
  return list;
}

function whatHappens({ acts }: Question): string {
  if (acts.length === 0) return 'The plan goes on. Nothing is done to a system by this answer itself.';
  return listText(
    acts.map((act, i) => `${acts.length > 1 ? `${i + 1}. ` : ''}${act.title} (${act.capability})`),
    1_200,
  );
}

function riskWords(question: Question, risk: NonNullable<ReturnType<typeof worstRisk>>): string {
  const undoable = question.acts.every((act) => act.undo !== undefined);
  const shape = risk === 'disruptive' || risk === 'irreversible' ? '▲ ' : '';
  return `${shape}${riskWord[risk]}${risk === 'disruptive' && undoable ? ', can be undone' : ''}`;
}

function undoWords({ acts }: Question): string {
  const undos = unique(acts.map((act) => act.undo)).map(named);
  const never = acts
    .filter((act) => act.undo === undefined && act.risk !== 'read')
    .map((act) => `Cannot be undone: ${act.title}. ${whyIrreversible(act.capability) ?? ''}`.trim());
  return listText([...never, ...undos], 1_200);
}

const named = (capability: string): string => `${capabilityTitle(capability)} (${capability})`;
const unique = (names: readonly (string | undefined)[]): string[] => [
  ...new Set(names.flatMap((name) => (name === undefined ? [] : [name]))),
];

function failureFacts(question: Question): Fact[] {
  const { failure } = question;
  const outputs = failure?.outputs ?? [];
  const list: Fact[] = [
    ['What went wrong', `${failure?.message || 'No message was given.'} (${failure?.code || 'no code'})`],
    ['Step', `${question.path}${failure?.undo ? ', while it was being undone' : ''}`],
  ];
  if (question.details) list.push(['Why', question.details]);
  if (outputs.length > 0)
    list.push([
      'Its outputs',
      `${fitted(listed(outputs), 900)}. To skip it or take it over, give them if you can: a later step that needs one and does not find it becomes a question.`,
    ]);
  return list;
}

/** Who must agree and who has: a shape, a role, a name, a time. Failures have no seats: the first answer counts. */
export function seatsText(story: Story, decision: DecisionView): string | null {
  const { question } = decision;
  if (question.kind === 'failure') return null;
  const { approvals } = tally(question, decision.votes, decision.escalatedAt !== undefined);
  const needed = approvals.reduce((sum, seat) => sum + seat.needed, 0);
  const lines = approvals.flatMap(({ role, needed, have }) => [
    ...have.map((person) => `● ${sentenceCase(roleInWords(role))}: ${hasAnswered(story, decision, person)}`),
    ...Array.from({ length: Math.max(0, needed - have.length) }, () => `○ ${sentenceCase(roleInWords(role))}: not yet`),
  ]);
  return `${rule(question, needed)}\n${listText([...lines, ...unseated(story, decision, approvals)], 1_900, 25)}`;
}

function rule(question: Question, needed: number): string {
  if (question.kind === 'choice')
    return needed === 1 ? 'One must answer:' : `${needed === 2 ? 'Both' : `All ${needed}`} must choose the same:`;
  if (question.kind === 'task')
    return needed === 1
      ? 'One must say that it is done:'
      : `${needed === 2 ? 'Both' : `All ${needed}`} must say that it is done:`;
  return needed === 1 ? 'One must approve:' : `${needed === 2 ? 'Both' : `All ${needed}`} must approve:`;
}

function hasAnswered(story: Story, decision: DecisionView, person: string): string {
  const vote = lastVote(decision, person);
  const at = vote ? `, ${utc(vote.at, decision.question.askedAt)}` : '';
  const did =
    decision.question.kind === 'approval' ? ' approved' : `: ${answerTitle(vote?.answer ?? '', decision.question)}`;
  return `${nameIn(story, person)}${did}${at}`;
}

/** Own options: those who chose another one than the one that is furthest. */
function unseated(story: Story, decision: DecisionView, seated: { have: string[] }[]): string[] {
  if (decision.question.kind !== 'choice') return [];
  const sitting = new Set(seated.flatMap((seat) => seat.have));
  const people = [...new Set(decision.votes.map((vote) => vote.person))].filter((person) => !sitting.has(person));
  return people.map((person) => `● ${hasAnswered(story, decision, person)}`);
}

/** `the incident commander and ML on-call (@ml-on-call)`: roles in words, and the groups that Slack knows, so that it tells them. */
export function asks(story: Story, question: Pick<Question, 'by'>): Markup {
  const shown = question.by.slice(0, MENTIONS_MAX);
  const left = question.by.length - shown.length;
  const words = `the ${seatsInWords(shown)}${left > 0 ? `, and ${left} more roles` : ''}`;
  const groups = shown.flatMap(({ role }) => story.mentions.role(role) ?? []);
  return groups.length > 0 ? md`${words} (${ready(groups.join(' '))})` : md`${words}`;
}

const MENTIONS_MAX = 12;

export const asksInWords = ({ by }: Question): string => fitted(`the ${seatsInWords(by)}`, 400);

export const actLabel = (question: Question, answer: string): string => {
  const act = question.acts[0];
  if (answer !== 'approve' || act === undefined) return answerTitle(answer, question);
  return `Approve: ${inSentence(act.title)}${question.acts.length > 1 ? ` and ${question.acts.length - 1} more` : ''}`;
};
