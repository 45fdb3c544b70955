import { roleInWords, type Seat, seatsInWords } from '../../incident/decision.ts';
import { listed, quoted } from '../../incident/phrases.ts';
import { answerInWords, span, valueInWords } from '../graph/words.ts';
import type { AskStep, FailureRule } from '../plan.ts';
import type { Said } from './change.ts';

/** What a question to people and the rule for failed steps have in common. */
type Asking = Pick<AskStep, 'by' | 'withinMs' | 'remindMs' | 'escalate'>;

export const askingFields = {
  by: (a: Asking, b: Asking): Said[] => [
    {
      code: peopleIn(b.by) < peopleIn(a.by) ? 'fewer-people' : 'seats',
      danger: peopleIn(b.by) < peopleIn(a.by),
      about: 'decisions',
      text:
        peopleIn(b.by) < peopleIn(a.by)
          ? `fewer people must agree: ${seatsInWords(b.by)}; it was ${seatsInWords(a.by)}`
          : `it asks the ${seatsInWords(b.by)}; it was ${seatsInWords(a.by)}`,
    },
  ],
  withinMs: (a: Asking, b: Asking): Said[] => [
    {
      code: 'deadline',
      about: 'decisions',
      text: `there is ${b.withinMs > a.withinMs ? 'more' : 'less'} time to answer: ${span(b.withinMs)}; it was ${span(a.withinMs)}`,
    },
  ],
  remindMs: (a: Asking, b: Asking): Said[] => [
    { code: 'reminders', about: 'decisions', text: `reminders: ${spans(b.remindMs)}; it was ${spans(a.remindMs)}` },
  ],
  escalate: (a: Asking, b: Asking): Said[] => [
    {
      code: 'escalation',
      about: 'decisions',
      text: `${escalation(b)}; before, ${escalation(a)}`,
    },
  ],
};

const peopleIn = (seats: readonly Seat[]): number => seats.reduce((sum, { count }) => sum + count, 0);
const spans = (list: readonly number[]): string => (list.length > 0 ? `after ${listed(list.map(span))}` : 'none');
const escalation = ({ escalate }: Pick<FailureRule, 'escalate'>): string =>
  escalate === null
    ? 'nobody else is brought in when it stays unanswered'
    : `after ${span(escalate.afterMs)} the ${roleInWords(escalate.to)} may answer as well${escalate.page ? ' and is paged' : ''}`;

/** What only questions have. */
export const questionFields = {
  ...askingFields,
  withinMs: (a: AskStep, b: AskStep): Said[] =>
    askingFields.withinMs(a, b).map((said) => ({
      ...said,
      danger: b.withinMs < a.withinMs && b.otherwise === 'approve',
    })),
  question: (a: AskStep, b: AskStep): Said[] => [
    { ...words('question', valueInWords(a.question), valueInWords(b.question)), text: 'the question reads otherwise' },
  ],
  details: (a: AskStep, b: AskStep): Said[] => [
    {
      ...words('details', a.details ? valueInWords(a.details) : '', b.details ? valueInWords(b.details) : ''),
      text:
        b.details === null
          ? 'nothing is said to help with the answer any more'
          : 'what helps with the answer reads otherwise',
    },
  ],
  requesterMayDecide: (_: AskStep, b: AskStep): Said[] => [
    {
      code: 'requester',
      danger: b.requesterMayDecide,
      about: 'decisions',
      text: b.requesterMayDecide
        ? 'whoever opened the incident may now answer it, too'
        : 'whoever opened the incident may no longer answer it',
    },
  ],
  otherwise: (a: AskStep, b: AskStep): Said[] => [
    {
      code: 'silence',
      danger: b.otherwise === 'approve',
      about: 'decisions',
      text: `silence now counts as ${quoted(answerInWords(b, b.otherwise))}; it counted as ${quoted(answerInWords(a, a.otherwise))}`,
    },
  ],
  options: (a: AskStep, b: AskStep): Said[] => [
    { code: 'answers', about: 'decisions', text: `the answers are ${answers(b)}; they were ${answers(a)}` },
  ],
  form: (a: AskStep, b: AskStep): Said[] => formChanges(a, b),
};

export const words = (
  code: string,
  before: string,
  after: string,
): Pick<Said, 'code' | 'about' | 'before' | 'after'> => ({
  code,
  about: 'wording',
  before,
  after,
});

const answers = ({ options }: AskStep): string =>
  options ? listed(options.map(({ title }) => quoted(title))) : 'approve and deny';

function formChanges({ form: olds = [] }: AskStep, { form: news = [] }: AskStep): Said[] {
  const say = (text: string): Said => ({ code: 'form', about: 'decisions', text });
  const before = new Map(olds.map((field) => [field.id, field]));
  const after = new Map(news.map((field) => [field.id, field]));
  const found = [
    ...news
      .filter(({ id }) => !before.has(id))
      .map(({ label, required }) =>
        say(`${quoted(label)} is to be filled in as well${required ? '' : ', or left empty'}`),
      ),
    ...olds.filter(({ id }) => !after.has(id)).map(({ label }) => say(`${quoted(label)} is no longer filled in`)),
    ...news
      .filter((field) => before.has(field.id) && JSON.stringify(before.get(field.id)) !== JSON.stringify(field))
      .map(({ label }) => say(`the field ${quoted(label)} is asked otherwise`)),
  ];
  return found.length > 0 ? found : [say('the fields stand in another order')];
}
