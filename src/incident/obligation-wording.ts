import { roleInWords } from './decision.ts';
import type { NumberedEvent } from './events.ts';
import { clock, listed, quoted } from './phrases.ts';

type ObligationEvent = Extract<NumberedEvent, { type: `obligation.${string}` }>;

/** The timeline of a duty to notify in words. `who`: the name of whoever did it, or Tocsin. */
export function obligationWords(event: ObligationEvent, who: string): { text: string; note?: string } {
  switch (event.type) {
    case 'obligation.opened': {
      const { rule, awareAt, dueAt } = event.data;
      return {
        text: `${rule.article} of ${rule.law}: ${rule.whom} must be told by ${clock(dueAt, event.at)}`,
        note: `Aware since ${clock(awareAt, event.at)}. The limit is the outer one: tell them without undue delay.`,
      };
    }
    case 'obligation.reminded':
      return {
        text: `Reminded ${listed(event.data.roles.map(roleInWords))} of notice ${event.data.number}, due by ${clock(event.data.dueAt, event.at)}`,
      };
    case 'obligation.overdue':
      return { text: `Notice ${event.data.number} is overdue: it was due by ${clock(event.data.dueAt, event.at)}` };
    case 'obligation.met': {
      const { number, late, givenAt, by, how } = event.data;
      const when = givenAt === undefined ? '' : `, at ${clock(givenAt, event.at)}`;
      return {
        text: `Notice ${number} was given ${late ? 'late' : 'in time'}${when}`,
        note: by === null ? `${who}: ${quoted(how)}` : how,
      };
    }
    case 'obligation.waived':
      return { text: `${who} judged that notice ${event.data.number} is not due`, note: quoted(event.data.reason) };
    default:
      return event satisfies never;
  }
}
