import { roleInWords, tally } from '../../../incident/decision.ts';
import { isExerciseEvent } from '../../../incident/exercise-view.ts';
import type { DecisionView } from '../../../incident/view.ts';
import { isRoutine, namesFor, sentence } from '../../../incident/wording.ts';
import { defaultSentence } from '../../model/describe.ts';
import { everyStepOf } from '../../model/plans.ts';
import type { StoredEvent } from '../../ports.ts';
import type { SlackPost, Story } from '../contract.ts';
import { context, post, section } from './blocks.ts';
import { decisionUrl } from './decision.ts';
import { asks, due, markFirst, markWord, smallMark, utc } from './facts.ts';
import { link, md, ready } from './text.ts';

/** What is said in a thread: beneath a decision, or beneath an incident. */

/** To those whose voice is still missing. */
export function reminderPost(story: Story, decision: DecisionView): SlackPost {
  const { question } = decision;
  const missing = { ...question, by: missingSeats(decision) };
  return post(
    md`${markWord(story.view.mode)}Reminder, decision ${question.number} of ${story.view.id}: ${question.question}`,
    [
      ...markFirst(story),
      section(`Reminder: ${question.question}`),
      section(md`Still asked: ${asks(story, missing)}. Answer by ${due(story, question.until)}.`),
      context(
        ...smallMark(story),
        `If nobody answers: ${defaultSentence(question)} Times are UTC.`,
        link(decisionUrl(story, question), 'Open in the console'),
      ),
    ],
  );
}

function missingSeats({ question, votes, escalatedAt }: DecisionView) {
  if (question.kind === 'failure') return question.by;
  const open = tally(question, votes, escalatedAt !== undefined).approvals.flatMap(({ role, needed, have }) =>
    have.length < needed ? [{ role, count: needed - have.length }] : [],
  );
  return open.length > 0 ? open : question.by;
}

export function escalationPost(story: Story, decision: DecisionView): SlackPost {
  const { question } = decision;
  const to = question.escalate?.to ?? '';
  const mention = story.mentions.role(to);
  const paged = question.escalate?.page ? ', who is paged' : '';
  return post(
    md`${markWord(story.view.mode)}Escalated to ${roleInWords(to)}, decision ${question.number} of ${story.view.id}: ${question.question}`,
    [
      ...markFirst(story),
      section(`Escalated: ${question.question}`),
      section(
        md`To ${mention === null ? md`the ${roleInWords(to)}` : ready(mention)}${paged}. They may answer too, in any open seat. Answer by ${due(story, question.until)}.`,
      ),
      context(
        ...smallMark(story),
        `If nobody answers: ${defaultSentence(question)} Times are UTC.`,
        link(decisionUrl(story, question), 'Open in the console'),
      ),
    ],
  );
}

/**
 * Decisions, reminders of duties and the opening have messages of their own, as what happens in drills alone has, or is for its staff; routine
 * steps are left to the console.
 */
export function detailPost(story: Story, event: StoredEvent): SlackPost | null {
  if (event.type.startsWith('decision.') || event.type === 'incident.opened' || isRoutine(event)) return null;
  if (isExerciseEvent(event) && event.type !== 'seat.away' && event.type !== 'seat.back') return null;
  if (event.type === 'obligation.reminded' || event.type === 'obligation.overdue') return null;
  // The last try of an act is told by the failed step that it leaves.
  if (event.type === 'act.failed' && event.data.retryAt === null) return null;
  const { text, note } = sentence(event, namesFor(story.people, story.view, everyStepOf(story)));
  const at = utc(event.at, story.view.openedAt);
  return post(md`${markWord(story.view.mode)}${story.view.id}, ${at}: ${text}`, [
    ...markFirst(story),
    section(text),
    ...(note ? [section(note)] : []),
    context(
      ...smallMark(story),
      md`${at} · ${link(`${story.url}?event=${event.seq}#e${event.seq}`, `event ${event.seq}`)}`,
    ),
  ]);
}
