import type { IncidentEvent, NumberedEvent } from '../../incident/events.ts';
import type { ExerciseCommand } from '../../incident/exercise-messages.ts';
import type { Message, MessageResult } from '../../incident/messages.ts';
import { emptyView, evolve, type IncidentView } from '../../incident/view.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { DrillPeople, DrillState } from '../core/drill.ts';
import { newDrill } from '../core/drill.ts';
import { DrillRun } from '../core/drill-run.ts';
import type { Told } from '../core/participants.ts';
import type { Refused } from '../core/refusals.ts';
import type { Script } from '../core/script.ts';

export type Command<M> = M extends M ? Omit<M, 'id' | 'person' | 'at'> : never;
export type Said = ExerciseCommand | Command<Message>;

/** Any moment will do. */
export const WALL_AT_STARTEX = Date.parse('2026-11-05T13:00:00Z');
const MINUTE_MS = 60_000;

export type PeoplePlay = {
  script: Script;
  plan: Plan;
  people: DrillPeople;
  seed: number;
  /** Gives the run up and takes it up again from its JSON, whenever this says so. */
  continueDue?: (() => boolean) | undefined;
};

/** A drill with people in memory: whoever plays it moves the clock on the wall. */
export class PeopleDrill {
  readonly events: NumberedEvent[] = [];
  readonly startsAt: number;
  continued = 0;
  ended = false;
  protected wall = WALL_AT_STARTEX;
  readonly #play: PeoplePlay;
  #run!: DrillRun;
  #wakeAt: number | null = null;
  #messages = 0;
  #crash: unknown;
  #rested: () => void = () => undefined;
  #folded = emptyView();
  #foldedTo = 0;

  constructor(play: PeoplePlay) {
    this.#play = play;
    this.startsAt = play.script.startsAt;
  }

  /** STARTEX. */
  async begin(): Promise<void> {
    const { script, plan, people, seed, continueDue = () => false } = this.#play;
    const drill = newDrill({ id: 'EX-2026-0001', script, plan, seed, people });
    const begin = (state: DrillState) => {
      this.#run = new DrillRun({
        ...drill,
        state,
        clock: {
          wall: () => this.wall,
          wake: (at) => {
            this.#wakeAt = at;
            this.#rested();
          },
        },
        record: (event) => this.events.push(this.keep(event, this.events.length + 1)),
        continueDue,
        onContinue: (next) => {
          this.continued++;
          begin(JSON.parse(JSON.stringify(next)) as DrillState);
        },
        onEnd: () => {
          this.ended = true;
          this.#rested();
        },
        onCrash: (error) => {
          this.#crash = error;
          this.#rested();
        },
      });
      this.#run.begin();
    };
    await this.settled(() => begin(drill.state));
  }

  protected keep(event: IncidentEvent, seq: number): NumberedEvent {
    return Object.assign(event, { seq });
  }

  /** Until nothing is left to do at this moment. */
  protected async settled(act: () => void): Promise<void> {
    const rested = new Promise<void>((resolve) => {
      this.#rested = resolve;
    });
    act();
    await rested;
    if (this.#crash) throw this.#crash;
  }

  /** Lets so many minutes pass on the wall, waking the drill whenever it asked for it. */
  async pass(minutes: number): Promise<void> {
    const until = this.wall + minutes * MINUTE_MS;
    while (!this.ended && this.#wakeAt !== null && this.#wakeAt <= until) {
      this.wall = Math.max(this.wall, this.#wakeAt);
      await this.settled(() => this.#run.tick());
    }
    this.wall = until;
  }

  async wake(): Promise<void> {
    await this.settled(() => this.#run.tick());
  }

  refuse(person: string, said: Said): Refused | null {
    return this.#run.refuse(this.#message(person, said, 'asked'));
  }

  async tell(person: string, said: Said, id = `m-${++this.#messages}`): Promise<MessageResult> {
    let result: MessageResult | undefined;
    await this.settled(() => {
      void this.#run.tell(this.#message(person, said, id)).then((answer) => {
        result = answer;
      });
    });
    if (!result) throw new Error('not answered');
    return result;
  }

  #message = (person: string, said: Said, id: string): Told => ({ ...said, id, person, at: this.wall }) as Told;

  get view(): IncidentView {
    for (; this.#foldedTo < this.events.length; this.#foldedTo++)
      this.#folded = evolve(this.#folded, this.events[this.#foldedTo] as NumberedEvent);
    return this.#folded;
  }

  get now(): number {
    const clock = this.view.exercise?.clock;
    return clock ? Math.round(clock.at + (this.wall - clock.wall) * clock.rate) : this.startsAt;
  }

  get board() {
    return this.#run.board();
  }
}
