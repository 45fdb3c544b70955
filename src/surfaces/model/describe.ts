import { contractOf } from '../../capabilities/contracts.ts';
import type { Question, Risk, Vote } from '../../incident/decision.ts';
import { labelOf, roleInWords } from '../../incident/decision.ts';
import { placeOf } from '../../incident/step-path.ts';
import { SURFACES } from '../../incident/wording.ts';
import { everyPlanStep, type Plan, type Step } from '../../playbook/plan.ts';
import { hourText } from './clock.ts';

/** What a question means in plain words: the same facts on the incident page and on a phone. */
const severityOf: Record<Risk, number> = { read: 0, reversible: 1, disruptive: 2, irreversible: 3 };

export const riskWord = {
  read: 'Only reads',
  reversible: 'Reversible',
  disruptive: 'Disruptive',
  irreversible: 'Irreversible',
} as const satisfies Record<Risk, string>;

/** The worst of the acts; null when nothing is done to a system. */
export function worstRisk(question: Question): Risk | null {
  const risks = question.acts.map((act) => act.risk).sort((a, b) => severityOf[b] - severityOf[a]);
  return risks[0] ?? null;
}

/** `Cut traffic to the model` for `model.isolate`; the capability's own name where no contract says more. */
export const capabilityTitle = (name: string): string => contractOf(name)?.title ?? name;

export const whyIrreversible = (name: string): string | null => contractOf(name)?.irreversible ?? null;

export const targetsOf = (question: Question): string[] => [
  ...new Set(question.acts.flatMap((act) => (act.target === undefined ? [] : [act.target]))),
];

export const sentenceCase = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** Lower-cases a title's first letter inside a sentence, but not an acronym's. */
export const inSentence = (words: string): string =>
  /^\p{Lu}\p{Ll}/u.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;

/** `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${items.at(-1)}` : (items[0] ?? '');

export const answerWord: Readonly<Record<string, string>> = {
  approve: 'Approve',
  deny: 'Deny',
  retry: 'Try again',
  skip: 'Skip the step',
  'take-over': 'Take over by hand',
  stop: 'Stop the plan',
  unwind: 'Undo what was done',
};

const own = (words: Readonly<Record<string, string>>, answer: string): string | undefined =>
  Object.hasOwn(words, answer) ? words[answer] : undefined;

export const answerTitle = (answer: string, question?: Question): string =>
  labelOf(question, answer) ?? own(answerWord, answer) ?? sentenceCase(answer);

const answerPast: Readonly<Record<string, string>> = {
  approve: 'Approved',
  deny: 'Denied',
  retry: 'Try again',
  skip: 'Skip',
  'take-over': 'Taken over by hand',
  stop: 'Stop',
  unwind: 'Undo',
};

export const outcomeWord = (answer: string, question?: Question): string =>
  labelOf(question, answer) ?? own(answerPast, answer) ?? sentenceCase(answer);

export function stepAt(plan: Plan | null, path: string): Step | null {
  if (plan === null) return null;
  for (const step of everyPlanStep(plan)) if (step.path === placeOf(path)) return step;
  return null;
}

/** What follows from an answer, in one short line: beneath the button that gives it. */
export function consequence(question: Question, answer: string, plan: Plan | null): string {
  if (question.kind === 'failure') return failureConsequence(question, answer, stepAt(plan, question.path));
  if (question.kind === 'choice') return 'the plan goes on with this answer';
  if (question.kind === 'task') return taskConsequence(answer, stepAt(plan, question.path));
  const [act, ...more] = question.acts;
  if (answer === 'approve') {
    if (act === undefined) return 'the plan goes on';
    return more.length === 0 ? inSentence(act.title) : `${inSentence(act.title)}, and ${more.length} more`;
  }
  const step = stepAt(plan, question.path);
  const instead = step?.kind === 'ask' ? step.onDeny?.[0] : undefined;
  if (answer === 'deny') return instead ? `instead: ${inSentence(instead.title)}` : 'nothing is done; this part ends';
  return '';
}

function taskConsequence(answer: string, step: Step | null): string {
  if (answer === 'done') return 'you say that it is done; the plan goes on';
  const instead = step?.kind === 'ask' ? step.onFailure : undefined;
  if (instead === undefined) return 'the step has failed';
  return instead[0] ? `instead: ${inSentence(instead[0].title)}` : 'this part ends';
}

/** Where a duty to notify hangs on the step, what becomes of its clock. */
function dutyConsequence(answer: string, step: Step | null): string | undefined {
  if (step?.kind === 'oblige')
    return { skip: 'no clock is started; nobody is reminded', 'take-over': 'you say since when; the clock starts' }[
      answer
    ];
  if (step?.kind === 'do' && step.fulfils)
    return {
      skip: 'the notice stays due until somebody settles it',
      'take-over': 'you gave the notice yourself; its clock stops now',
    }[answer];
  return undefined;
}

function failureConsequence(question: Question, answer: string, step: Step | null): string {
  const undo = question.failure?.undo ?? false;
  const ofDuty = undo ? undefined : dutyConsequence(answer, step);
  if (ofDuty !== undefined) return ofDuty;
  switch (answer) {
    case 'retry':
      return undo ? 'the undo is tried again' : 'the step runs again, from its start';
    case 'skip':
      return undo ? 'it stays as it is; the next undo follows' : 'the plan goes on without it';
    case 'take-over':
      return 'you did it yourself; the plan goes on';
    case 'stop':
      return 'the plan ends here; what was contained stays contained';
    case 'unwind':
      return 'what was done is undone, the latest first';
    default:
      return '';
  }
}

/** "Counts as deny at 03:22:00; the engineering manager is paged." */
export function defaultSentence(question: Question): string {
  const at = hourText(question.until, true);
  const word =
    question.kind === 'approval' ? question.otherwise : inSentence(answerTitle(question.otherwise, question));
  const counts = question.kind === 'approval' ? `It counts as ${word} at ${at}` : `At ${at} it counts as: ${word}`;
  return question.escalate?.page
    ? `${counts}. The ${roleInWords(question.escalate.to)} is paged at ${hourText(question.escalate.at, true)}.`
    : `${counts}.`;
}

/** `, in Slack and the console`: where these people answered. */
export function answeredIn(votes: readonly Vote[], people: readonly string[]): string {
  const used = new Set(votes.filter(({ person }) => people.includes(person)).map(({ surface }) => SURFACES[surface]));
  return used.size === 0 ? '' : `, in ${listed([...used])}`;
}
