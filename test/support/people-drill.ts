import type { IncidentEvent, NumberedEvent } from '../../src/incident/events.ts';
import { parseEvent } from '../../src/incident/events.ts';
import type { Message } from '../../src/incident/messages.ts';
import { emptyView, evolve, type IncidentView, openDecisions } from '../../src/incident/view.ts';
import type { DrillPeople } from '../../src/simulator/core/drill.ts';
import { type Command, PeopleDrill as InMemory, type PeoplePlay } from '../../src/simulator/prove/people-drill.ts';
import type { NamedScript } from './scripts.ts';

const MINUTE_MS = 60_000;

export type PlayOptions = {
  people: DrillPeople;
  seed?: number;
  /** Gives the run up and takes it up again from its JSON after every event. */
  broken?: boolean;
};

/** A drill with people in memory, whose events are checked as a database would: the test moves the clock on the wall. */
export class PeopleDrill extends InMemory {
  static async start({ script, plan }: NamedScript, { people, seed = 7, broken = false }: PlayOptions) {
    let from = 0;
    const play: PeoplePlay = { script, plan, people, seed };
    const played: PeopleDrill = new PeopleDrill({
      ...play,
      continueDue() {
        if (!broken || played.events.length <= from) return false;
        from = played.events.length;
        return true;
      },
    });
    await played.begin();
    return played;
  }

  protected override keep(event: IncidentEvent, seq: number): NumberedEvent {
    return parseEvent(JSON.parse(JSON.stringify({ ...event, seq })));
  }

  /** The worker is away for so long: nobody wakes the drill. */
  sleep(minutes: number): void {
    this.wall += minutes * MINUTE_MS;
  }

  /** What a surface would sign for this person. */
  ballot(person: string, roles: string[], answer: string): Command<Extract<Message, { type: 'decide' }>> {
    const { playbook, decisions } = this.view;
    const question = openDecisions(this.view).at(-1)?.question ?? decisions.at(-1)?.question;
    if (!question) throw new Error('nothing is asked');
    const vote = {
      ...{ incident: 'EX-2026-0001', question: question.number, path: question.path, planHash: playbook?.hash ?? '' },
      ...{ person, roles, answer, at: this.now, expires: question.until + 60_000 },
      ...(answer === 'approve' ? {} : { reason: 'tested' }),
      ...({ surface: 'api', key: 'k', signature: 's' } as const),
    };
    return { type: 'decide', vote };
  }

  /** A view of its own each time, for tests that compare moments. */
  override get view(): IncidentView {
    return this.events.reduce(evolve, emptyView());
  }

  /** Minutes since STARTEX on the scenario's clock. */
  get minute(): number {
    return (this.now - this.startsAt) / MINUTE_MS;
  }

  of<T extends NumberedEvent['type']>(type: T): Extract<NumberedEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<NumberedEvent, { type: T }> => event.type === type);
  }

  /** When it was recorded, in minutes since STARTEX. */
  minuteOf = ({ at }: { at: number } = { at: Number.NaN }): number => (at - this.startsAt) / MINUTE_MS;
}
