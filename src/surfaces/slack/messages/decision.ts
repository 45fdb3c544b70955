import type { KnownBlock } from '@slack/types';
import { agreement, type Question, roleInWords } from '../../../incident/decision.ts';
import { counted } from '../../../incident/phrases.ts';
import type { DecisionView } from '../../../incident/view.ts';
import { answerTitle } from '../../model/describe.ts';
import { planFor } from '../../model/plans.ts';
import { needsCheck } from '../../model/standing.ts';
import { ACTIONS, refText, type SlackPost, type Story } from '../contract.ts';
import { actions, context, facts, header, type Press, post, section } from './blocks.ts';
import { actLabel, asks, asksInWords, due, lead, markWord, questionFacts, seatsText, utc } from './facts.ts';
import { outcomeBlocks, outcomeText } from './outcome.ts';
import { joined, link, type Markup, md } from './text.ts';

/** A question to people, as a message: open with its buttons, afterwards with what came of it. */
export function decisionPost(story: Story, decision: DecisionView, place: 'channel' | 'dm'): SlackPost {
  const { question } = decision;
  const open = isOpen(story, decision);
  return post(open ? askedText(story, question) : outcomeText(story, decision), [
    lead(story.view, `decision ${question.number}`),
    ...questionBlocks(question),
    ...(open ? openBlocks(story, decision, place) : outcomeBlocks(story, decision)),
  ]);
}

export const isOpen = (story: Story, { made, withdrawn, question }: DecisionView): boolean =>
  made === undefined && withdrawn === undefined && story.now < question.until;

const askedText = ({ view }: Story, question: Question): Markup =>
  md`${markWord(view.mode)}${view.id} asks ${asksInWords(question)}: ${question.question} Answer by ${utc(question.until, question.askedAt)}.`;

/** The question as a question; whole below it when a header is too short for it. */
export function questionBlocks({ question }: Pick<Question, 'question'>): KnownBlock[] {
  return question.length > 140 ? [header(question), section(question)] : [header(question)];
}

function openBlocks(story: Story, decision: DecisionView, place: 'channel' | 'dm'): KnownBlock[] {
  const { question } = decision;
  const seats = seatsText(story, decision);
  return [
    section(askedOf(story, decision, place)),
    ...facts(questionFacts(question, planFor(story, question.path))),
    ...(seats === null ? [] : [section(seats)]),
    ...answerButtons(story, decision, place === 'dm' ? 'Open in the console' : null),
    // In a direct message the way to the console is a button.
    place === 'dm'
      ? context(whatButtonsDo(question))
      : context(md`${whatButtonsDo(question)} ${link(decisionUrl(story, question), 'Open in the console')}`),
  ];
}

function askedOf(story: Story, { question, escalatedAt }: DecisionView, place: 'channel' | 'dm'): Markup {
  const who =
    place === 'dm'
      ? md`You may answer. It asks ${asksInWords(question)}.`
      : question.kind === 'failure'
        ? md`Asks ${asks(story, question)}. The first answer counts.`
        : md`Asks ${asks(story, question)}.`;
  const escalated =
    escalatedAt === undefined || question.escalate === undefined
      ? []
      : [
          md`Escalated at ${utc(escalatedAt, question.askedAt)}: the ${roleInWords(question.escalate.to)} may answer too.`,
        ];
  const paused = story.view.paused ? [md`New acts are paused: what is approved starts when somebody resumes.`] : [];
  return joined([who, md`Answer by ${due(story, question.until)}.`, ...escalated, ...paused], '\n');
}

/**
 * Deny left, approve right, neither coloured. A button names the decision and its version, never what it does. `reading`: the words
 * of a button that leads to the console; a phone is pressed more easily than a link.
 */
export function answerButtons(story: Story, decision: DecisionView, reading: string | null): KnownBlock[] {
  const { view } = story;
  const { question } = decision;
  const value = refText({ incident: view.id, number: question.number, version: decision.votes.length });
  const sorted = agreement(question) ? question.options.toReversed() : question.options;
  const presses = [...new Set(sorted)].flatMap((answer): Press[] => {
    const action = actionOf(answer);
    const text = answerTitle(answer, question);
    return action.length > 255 ? [] : [{ text, action, value, label: actLabel(question, answer) }];
  });
  const shown = presses.slice(0, 24);
  const open = reading === null ? [] : [{ text: reading, action: ACTIONS.open, url: decisionUrl(story, question) }];
  const row = [...shown, ...open];
  const blocks: KnownBlock[] = row.length > 0 ? [actions(row, `decide.${view.id}.${question.number}`)] : [];
  if (shown.length < question.options.length) blocks.push(context('There are more answers: give them in the console.'));
  return blocks;
}

function actionOf(answer: string): string {
  if (answer === 'approve') return ACTIONS.approve;
  return answer === 'deny' ? ACTIONS.deny : `${ACTIONS.answer}${answer}`;
}

/** What each press leads to, said before it is pressed. */
function whatButtonsDo(question: Question): string {
  const form = question.form?.length ?? 0;
  if (question.kind === 'approval') {
    const asked = form > 0 ? `opens a form of ${counted(form, 'field')}` : 'asks you to confirm';
    const approve = needsCheck(question, 'approve') ? `Approve ${asked}` : 'Approve counts at once';
    return `Deny asks for a reason. ${approve}.`;
  }
  if (question.kind === 'task')
    return `Could not be done asks for a reason. ${form > 0 ? `Done opens a form of ${counted(form, 'field')}` : 'Done counts at once'}.`;
  if (question.kind === 'choice')
    return form > 0 ? `Each answer opens a form of ${counted(form, 'field')}.` : 'An answer counts at once.';
  return 'Try again counts at once; the others ask for a reason.';
}

export const decisionUrl = (story: Story, question: Question): string => `${story.url}/decisions/${question.number}`;
