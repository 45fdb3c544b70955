import { type Actor, type EventData, TOCSIN } from '../../incident/events.ts';
import { type ScenarioClock, scenarioAt, wallAt } from '../../incident/exercise-clock.ts';

/** `rate`: the pace that was chosen; the clock itself runs slower while somebody is asked, and stands still while it is paused. */
export type ClockState = { clock: ScenarioClock; rate: number; paused: boolean };
type Set = EventData<'exercise.clock'>;

/** A question that was put to somebody so much later than its time, on the wall, begins to run when it is put. */
const LATE_MS = 1_000;

/** The clock of a drill with people. People's time is never scaled: while somebody is asked, it runs with the clock on the wall. */
export class DrillClock {
  readonly state: ClockState;
  readonly #wall: () => number;
  readonly #record: (at: number, data: Set, actor: Actor) => void;
  #asked = false;

  constructor(state: ClockState, wall: () => number, record: (at: number, data: Set, actor: Actor) => void) {
    this.state = state;
    this.#wall = wall;
    this.#record = record;
  }

  /** What it shows. */
  get now(): number {
    return scenarioAt(this.state.clock, this.#wall());
  }

  /** When it will show that, on the wall; null: it stands still. */
  wallAt(time: number): number | null {
    return wallAt(this.state.clock, time);
  }

  /** STARTEX. */
  start(at: number): void {
    this.state.clock = { at, wall: this.#wall(), rate: this.state.rate };
    this.#set(at, 'startex');
  }

  /**
   * What happens has come to `at`. `asked`: somebody is asked; `anew`: since just now, so that a jump, or a worker that was away, has taken
   * none of their time.
   */
  follow(at: number, asked: boolean, anew: boolean): void {
    this.#asked = asked;
    const { rate } = this.state.clock;
    const late = anew && asked && this.now - at > LATE_MS * Math.max(1, rate);
    if (asked && (late || this.#rate !== rate)) this.#set(at, 'people');
    // What it was set to is still to come where it jumped: with nobody asked, nothing stops it on the way.
    else if (this.#rate !== rate) this.#set(Math.max(at, this.state.clock.at), 'quiet');
  }

  pause(at: number, reason: string | null, actor: Actor): void {
    this.state.paused = true;
    this.#set(at, 'paused', actor, reason);
  }

  resume(at: number, actor: Actor): void {
    this.state.paused = false;
    this.#set(at, 'resumed', actor);
  }

  pace(at: number, rate: number, actor: Actor): void {
    this.state.rate = rate;
    const later = `It will run ${rate} times as fast when nobody is asked any more.`;
    this.#set(at, 'paced', actor, this.#rate === rate ? null : later);
  }

  jump(to: number, actor: Actor): void {
    this.#set(to, 'jumped', actor);
  }

  get #rate(): number {
    const { paused, rate } = this.state;
    if (paused) return 0;
    return this.#asked ? 1 : rate;
  }

  #set(at: number, because: Set['because'], actor: Actor = TOCSIN, reason: string | null = null): void {
    const from = this.now;
    const [wall, rate] = [this.#wall(), this.#rate];
    this.state.clock = { at, wall, rate };
    this.#record(at, { wall, rate, from, because, reason }, actor);
  }
}
