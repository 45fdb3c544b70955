import type { KnownBlock } from '@slack/types';
import { agreement, hasForm, type Question } from '../../../incident/decision.ts';
import type { FormField } from '../../../incident/form.ts';
import type { Json } from '../../../incident/json.ts';
import { quoted, sentenceEnd } from '../../../incident/phrases.ts';
import type { DecisionView, StepStatus } from '../../../incident/view.ts';
import { spanText } from '../../model/clock.ts';
import { answeredIn, defaultSentence, inSentence, listed, outcomeWord } from '../../model/describe.ts';
import { lastVote } from '../../model/standing.ts';
import type { Story } from '../contract.ts';
import { context, type Fact, facts, section } from './blocks.ts';
import { markWord, nameIn, utc } from './facts.ts';
import { link, listText, type Markup, md } from './text.ts';

/** What came of a question: who, when, why, and how to object. */
type Made = NonNullable<DecisionView['made']>;

export const outcomeText = (story: Story, decision: DecisionView): Markup =>
  md`${markWord(story.view.mode)}${story.view.id}: ${outcomeSentence(story, decision)} ${decision.question.question}`;

export function outcomeSentence(story: Story, { question, votes, made, withdrawn }: DecisionView): string {
  if (made) return madeSentence(story, question, votes, made);
  if (withdrawn)
    return `No longer asked since ${utc(withdrawn.at, question.askedAt)}: ${sentenceEnd(withdrawn.because)}`;
  return `The time to answer is over. ${defaultSentence(question)} Times are UTC.`;
}

function madeSentence(story: Story, question: Question, votes: DecisionView['votes'], made: Made): string {
  const word = outcomeWord(made.outcome, question);
  const at = utc(made.at, question.askedAt);
  const short = votes.length > 0 ? 'Too few answered alike in time' : 'Nobody answered in time';
  if (made.by === 'default') return `${short}. It counts as ${inSentence(word)} since ${at}.`;
  const took = spanText(made.at - question.askedAt);
  return `${word} by ${namesOf(story, made.people)} at ${at}, ${took} after it was asked${answeredIn(votes, made.people)}.`;
}

const PEOPLE_MAX = 8;

function namesOf(story: Story, people: readonly string[]): string {
  const names = people.slice(0, PEOPLE_MAX).map((id) => nameIn(story, id));
  const left = people.length - names.length;
  return listed([...names, ...(left > 0 ? [`${left} more`] : [])]);
}

export function outcomeBlocks(story: Story, decision: DecisionView): KnownBlock[] {
  const { question, made } = decision;
  const shape = made === undefined ? '–' : made.outcome === agreement(question)?.no ? '⊖' : '✓';
  const reasons = reasonsText(story, decision);
  const answers =
    made?.answers && hasForm(question, made.outcome) ? answerFacts(question.form ?? [], made.answers) : [];
  const followed = followedText(story, decision);
  return [
    section(`${shape} ${outcomeSentence(story, decision)}`),
    ...(reasons === null ? [] : [section(reasons)]),
    ...facts(answers),
    ...(followed === null ? [] : [section(followed)]),
    context(md`${objection(decision)} ${link(`${story.url}/decisions/${question.number}`, 'Open in the console')}`),
  ];
}

/** Why, in the words of each who decided. */
function reasonsText(story: Story, decision: DecisionView): string | null {
  const { made } = decision;
  if (!made) return null;
  const given = made.people.flatMap((person) => {
    const reason = lastVote(decision, person)?.reason;
    return reason ? [`${nameIn(story, person)}: ${quoted(reason)}`] : [];
  });
  if (given.length > 0) return listText(given, 2_000, 10);
  return made.reason ? quoted(made.reason) : null;
}

const answerFacts = (form: readonly FormField[], answers: Readonly<Record<string, Json>>): Fact[] =>
  form.map((field): Fact => [field.label, answerWords(field, answers[field.id] ?? null)]);

function answerWords(field: FormField, answer: Json): string {
  if (answer === null) return 'Left empty';
  if (typeof answer === 'boolean') return answer ? 'Yes' : 'No';
  if (typeof answer !== 'string') return JSON.stringify(answer);
  return field.choices?.find((choice) => choice.value === answer)?.label ?? answer;
}

/** How the acts that were approved stand by now. */
function followedText({ view }: Story, { question, made }: DecisionView): string | null {
  if (made?.outcome !== 'approve' || question.acts.length === 0) return null;
  const lines = question.acts.map((act) => {
    const step = view.steps[act.path];
    const [shape, word] = FOLLOWED[step?.status ?? 'to-come'];
    return `${shape} ${act.title}: ${word}${step?.proof ? ', proved' : ''}`;
  });
  return `What followed:\n${listText(lines, 1_900)}`;
}

const FOLLOWED = {
  'to-come': ['○', 'to come'],
  running: ['◉', 'running'],
  waiting: ['◉', 'running'],
  done: ['✓', 'done'],
  failed: ['✕', 'failed; people are asked'],
  skipped: ['⊖', 'skipped'],
  'taken-over': ['✓', 'taken over by hand'],
  undone: ['↺', 'undone'],
} as const satisfies Record<StepStatus, readonly [string, string]>;

export function objection({ made, question }: DecisionView): string {
  if (!made) return 'If something should still be done, tell the incident commander.';
  const tell = 'If you think it was wrong, tell the incident commander.';
  return made.outcome === 'deny' || question.kind === 'task' ? tell : `${tell} A stand-down undoes what was done.`;
}
