import type { OpenQuestion } from '../../engine/state.ts';
import { entitledRoles, type Question } from '../../incident/decision.ts';
import type { IncidentEvent } from '../../incident/events.ts';

type Open = { question: Question; voted: string[]; escalated: boolean };
/** The roles of each person who plays. */
export type Seating = ReadonlyMap<string, readonly string[]>;

/** The questions that nobody has answered yet, folded from the timeline. */
export class OpenQuestions {
  readonly #open = new Map<number, Open>();

  /** Takes up a question that was asked before the run was continued. */
  takeUp({ question, votes, escalated }: OpenQuestion): void {
    this.#open.set(question.number, { question, voted: votes.map(({ person }) => person), escalated });
  }

  see(event: IncidentEvent): void {
    switch (event.type) {
      case 'decision.asked':
        this.#open.set(event.data.number, { question: event.data, voted: [], escalated: false });
        break;
      case 'decision.voted':
        this.#open.get(event.data.number)?.voted.push(event.data.vote.person);
        break;
      case 'decision.escalated': {
        const open = this.#open.get(event.data.number);
        if (open) open.escalated = true;
        break;
      }
      case 'decision.made':
      case 'decision.withdrawn':
        this.#open.delete(event.data.number);
        break;
      default:
    }
  }

  /** In the order in which they were asked. */
  get all(): Question[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  /** Who of these people may still answer what. */
  asked(people: Seating): { question: Question; person: string }[] {
    return [...this.#open.values()].flatMap((open) =>
      [...people]
        .filter(([person, roles]) => mayAnswer(open, person, roles))
        .map(([person]) => ({ question: open.question, person })),
    );
  }

  /** When the time to answer of somebody who is asked ends first; null: none of these people is asked. */
  firstUntil(people: Seating): number | null {
    const untils = this.asked(people).map(({ question }) => question.until);
    return untils.length === 0 ? null : Math.min(...untils);
  }
}

const mayAnswer = ({ question, voted, escalated }: Open, person: string, roles: readonly string[]): boolean =>
  !question.excluded.includes(person) &&
  !voted.includes(person) &&
  entitledRoles(question, roles, escalated).length > 0;
