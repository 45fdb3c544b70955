import { seatsInWords } from '../../incident/decision.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { DecisionView } from '../../incident/view.ts';
import { SURFACES } from '../../incident/wording.ts';
import { answerTitle, outcomeWord } from '../model/describe.ts';
import type { StoredEvent } from '../ports.ts';
import type { Facts } from './report.ts';
import { personIn } from './report.ts';

/** One question, who answered what, and what came of it. */
export type DecisionLine = {
  number: number;
  kind: DecisionView['question']['kind'];
  question: string;
  asked: string;
  askedAt: number;
  /** When it was over; null while it is open. */
  endedAt: number | null;
  outcome: string;
  by: string[];
  byDefault: boolean;
  reason: string | null;
  answers: string[];
  votes: string[];
  events: number[];
};

export function decisionLines({ view, events, names }: Facts): DecisionLine[] {
  const cited = citations(events);
  return view.decisions.map((decision): DecisionLine => {
    const { question, votes, made, withdrawn } = decision;
    const { number, kind, askedAt } = question;
    return {
      number,
      kind,
      question: question.question,
      asked: seatsInWords(question.by),
      askedAt,
      endedAt: made?.at ?? withdrawn?.at ?? null,
      outcome: outcomeOf(decision),
      by: (made?.people ?? []).map((id) => personIn(names, id)),
      byDefault: made?.by === 'default',
      reason: made?.reason ?? withdrawn?.because ?? null,
      answers: answersIn(question.form ?? [], made?.answers ?? {}),
      votes: votes.map(({ person, answer, surface, reason }) => {
        const said = reason ? `: “${reason}”` : '';
        return `${personIn(names, person)}: ${answerTitle(answer, question)}, from ${SURFACES[surface]}${said}`;
      }),
      events: cited.get(number) ?? [],
    };
  });
}

function outcomeOf({ question, made, withdrawn }: DecisionView): string {
  if (made) return made.by === 'default' ? `Counts as ${made.outcome}` : outcomeWord(made.outcome, question);
  return withdrawn ? 'No longer asked' : 'Open';
}

const answersIn = (form: readonly { id: string; label: string }[], answers: JsonObject): string[] =>
  Object.entries(answers).map(([id, value]) => {
    const label = form.find((field) => field.id === id)?.label ?? id;
    return `${label.endsWith('?') ? label : `${label}:`} ${value === true ? 'yes' : value === false ? 'no' : String(value)}`;
  });

/** Where a question was asked and where it was decided, by its number. */
function citations(events: readonly StoredEvent[]): Map<number, number[]> {
  const cited = new Map<number, number[]>();
  for (const event of events) {
    if (event.type !== 'decision.asked' && event.type !== 'decision.made' && event.type !== 'decision.withdrawn')
      continue;
    const { number } = event.data;
    cited.set(number, [...(cited.get(number) ?? []), event.seq]);
  }
  return cited;
}
