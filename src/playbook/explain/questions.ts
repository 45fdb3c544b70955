import { roleInWords, seatsInWords } from '../../incident/decision.ts';
import { counted, listed, quoted } from '../../incident/phrases.ts';
import { answerInWords, span, valueInWords } from '../graph/words.ts';
import type { AskStep } from '../plan.ts';

/** A question as a reviewer reads it: what, to whom, until when, and what happens if nobody answers or it is denied. */
export function questionInWords(step: AskStep): string {
  const { by, covers, form = [], options, otherwise } = step;
  if (step.task) return taskInWords(step);
  return [
    quoted(valueInWords(step.question)),
    `Asks the ${seatsInWords(by)}${by.length > 1 || by.some(({ count }) => count > 1) ? '; all must approve, each another person' : ''}.`,
    step.requesterMayDecide ? 'Whoever opened the incident may answer, too.' : '',
    options ? `The answers are ${listed(options.map(({ title }) => quoted(title)))}.` : '',
    toFillIn(form),
    `There are ${span(step.withinMs)}${reminders(step)}.`,
    `If nobody answers, it counts as ${quoted(answerInWords(step, otherwise))}.`,
    covers.length > 0 ? `An approval allows ${listed(covers)}.` : '',
    options ? '' : denied(step),
  ]
    .filter(Boolean)
    .join(' ');
}

function taskInWords(step: AskStep): string {
  const { by, form = [], onFailure } = step;
  return [
    `${quoted(valueInWords(step.question))} For the ${seatsInWords(by)}, who say that it is done, or why it cannot be.`,
    toFillIn(form),
    `There are ${span(step.withinMs)}${reminders(step)}.`,
    onFailure
      ? `If it is not done by then, ${counted(onFailure.length, 'step')} ${onFailure.length === 1 ? 'follows' : 'follow'} instead of the rest of the block.`
      : 'If it is not done by then, the step has failed.',
  ]
    .filter(Boolean)
    .join(' ');
}

const toFillIn = (form: NonNullable<AskStep['form']>): string =>
  form.length > 0
    ? `To fill in: ${listed(form.map(({ label, required }) => `${quoted(label)}${required ? '' : ' (may be left empty)'}`))}.`
    : '';

function denied({ onDeny }: AskStep): string {
  const count = onDeny?.length ?? 0;
  return count > 0
    ? `If denied, ${counted(count, 'step')} ${count === 1 ? 'follows' : 'follow'} instead of the rest of the block.`
    : 'If denied, the rest of the block is skipped.';
}

export function reminders({ remindMs, escalate }: Pick<AskStep, 'remindMs' | 'escalate'>): string {
  const reminded = remindMs.length > 0 ? `, with reminders after ${listed(remindMs.map(span))}` : '';
  const wider = escalate
    ? `; after ${span(escalate.afterMs)} the ${roleInWords(escalate.to)} may answer as well${escalate.page ? ' and is paged' : ''}`
    : '';
  return `${reminded}${wider}`;
}
