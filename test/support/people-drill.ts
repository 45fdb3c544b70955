import type { IncidentEvent, NumberedEvent } from '../../src/incident/events.ts';
import { parseEvent } from '../../src/incident/events.ts';
import type { ExerciseCommand } from '../../src/incident/exercise-messages.ts';
import type { Message, MessageResult } from '../../src/incident/messages.ts';
import { emptyView, evolve, type IncidentView, openDecisions } from '../../src/incident/view.ts';
import type { DrillPeople, DrillState } from '../../src/simulator/core/drill.ts';
import { newDrill } from '../../src/simulator/core/drill.ts';
import { DrillRun } from '../../src/simulator/core/drill-run.ts';
import type { Told } from '../../src/simulator/core/participants.ts';
import type { Refused } from '../../src/simulator/core/refusals.ts';
import type { NamedScript } from './scripts.ts';

type Command<M> = M extends M ? Omit<M, 'id' | 'person' | 'at'> : never;
export type Said = ExerciseCommand | Command<Message>;

/** Any moment will do. */
export const WALL_AT_STARTEX = Date.parse('2026-11-05T13:00:00Z');
const MINUTE_MS = 60_000;

export type PlayOptions = {
  people: DrillPeople;
  seed?: number;
  /** Gives the run up and takes it up again from its JSON after every event. */
  broken?: boolean;
};

/** A drill with people in memory: the test moves the clock on the wall. */
export class PeopleDrill {
  readonly events: NumberedEvent[] = [];
  readonly startsAt: number;
  continued = 0;
  ended = false;
  #run!: DrillRun;
  #wall = WALL_AT_STARTEX;
  #wakeAt: number | null = null;
  #messages = 0;
  #rested: () => void = () => undefined;

  private constructor(startsAt: number) {
    this.startsAt = startsAt;
  }

  static async start({ script, plan }: NamedScript, { people, seed = 7, broken = false }: PlayOptions) {
    const drill = newDrill({ id: 'EX-2026-0001', script, plan, seed, people });
    const played = new PeopleDrill(script.startsAt);
    let crash: unknown;
    const begin = (state: DrillState) => {
      const from = played.events.length;
      played.#run = new DrillRun({
        ...drill,
        state,
        clock: {
          wall: () => played.#wall,
          wake: (at) => {
            played.#wakeAt = at;
            played.#rested();
          },
        },
        record: (event: IncidentEvent) => {
          const seq = played.events.length + 1;
          played.events.push(parseEvent(JSON.parse(JSON.stringify({ ...event, seq }))));
        },
        continueDue: () => broken && played.events.length > from,
        onContinue(next) {
          played.continued++;
          begin(JSON.parse(JSON.stringify(next)) as DrillState);
        },
        onEnd() {
          played.ended = true;
          played.#rested();
        },
        onCrash(error) {
          crash = error;
          played.#rested();
        },
      });
      played.#run.begin();
    };
    await played.#settled(() => begin(drill.state));
    if (crash) throw crash;
    return played;
  }

  /** Until nothing is left to do at this moment. */
  async #settled(act: () => void): Promise<void> {
    const rested = new Promise<void>((resolve) => {
      this.#rested = resolve;
    });
    act();
    await rested;
  }

  /** Lets so many minutes pass on the wall, waking the drill whenever it asked for it. */
  async pass(minutes: number): Promise<void> {
    const until = this.#wall + minutes * MINUTE_MS;
    while (!this.ended && this.#wakeAt !== null && this.#wakeAt <= until) {
      this.#wall = Math.max(this.#wall, this.#wakeAt);
      await this.#settled(() => this.#run.tick());
    }
    this.#wall = until;
  }

  /** The worker is away for so long: nobody wakes the drill. */
  sleep(minutes: number): void {
    this.#wall += minutes * MINUTE_MS;
  }

  async wake(): Promise<void> {
    await this.#settled(() => this.#run.tick());
  }

  refuse(person: string, said: Said): Refused | null {
    return this.#run.refuse(this.#message(person, said, 'asked'));
  }

  async tell(person: string, said: Said, id = `m-${++this.#messages}`): Promise<MessageResult> {
    let result: MessageResult | undefined;
    await this.#settled(() => {
      void this.#run.tell(this.#message(person, said, id)).then((answer) => {
        result = answer;
      });
    });
    if (!result) throw new Error('not answered');
    return result;
  }

  #message = (person: string, said: Said, id: string): Told => ({ ...said, id, person, at: this.#wall }) as Told;

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

  get view(): IncidentView {
    return this.events.reduce(evolve, emptyView());
  }

  get now(): number {
    const clock = this.view.exercise?.clock;
    return clock ? Math.round(clock.at + (this.#wall - clock.wall) * clock.rate) : this.startsAt;
  }

  /** Minutes since STARTEX on the scenario's clock. */
  get minute(): number {
    return (this.now - this.startsAt) / MINUTE_MS;
  }

  get board() {
    return this.#run.board();
  }

  of<T extends NumberedEvent['type']>(type: T): Extract<NumberedEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<NumberedEvent, { type: T }> => event.type === type);
  }

  /** When it was recorded, in minutes since STARTEX. */
  minuteOf = ({ at }: { at: number } = { at: Number.NaN }): number => (at - this.startsAt) / MINUTE_MS;
}
