import { type Opening, type Performance, perform } from '../../../src/engine/perform.ts';
import type { Call, Stage } from '../../../src/engine/stage.ts';
import type { IncidentEvent, NumberedEvent } from '../../../src/incident/events.ts';
import type { Message, MessageResult } from '../../../src/incident/messages.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import { Agenda } from '../../../src/simulator/core/agenda.ts';
import { actOnWorld, type World } from '../../../src/simulator/core/world.ts';

type Append = (incident: string, events: readonly NumberedEvent[]) => Promise<void>;

/** The real engine and the simulated world under a clock that the test moves by hand; events go to the real timeline. */
export class ActedIncident implements Stage {
  readonly #agenda = new Agenda();
  readonly #performance: Performance;
  readonly #incident: string;
  readonly #append: Append;
  #world: World;
  #now: number;
  #seq = 0;
  #written: Promise<void> = Promise.resolve();
  #crash: unknown = null;
  /** Set to act as if the incident could not be reached. */
  unreachable = false;

  constructor(plan: Plan | null, opening: Opening, world: World, now: number, append: Append) {
    this.#incident = opening.incident;
    this.#append = append;
    this.#world = world;
    this.#now = now;
    const onCrash = (error: unknown) => {
      this.#crash = error;
    };
    this.#performance = perform({ plan, stage: this, opening, onIdle: () => undefined, onCrash });
    this.#performance.start();
  }

  now(): number {
    return this.#now;
  }

  act(call: Call, done: Parameters<Stage['act']>[1]): void {
    const { world, result, tookMs } = actOnWorld(this.#world, call, this.#now);
    this.#world = world;
    this.#agenda.add(this.#now + tookMs, call.path, () => done(result, tookMs));
  }

  at(time: number, path: string, fire: () => void): () => void {
    return this.#agenda.add(time, path, fire);
  }

  record(event: IncidentEvent): void {
    const numbered: NumberedEvent = { ...event, seq: ++this.#seq };
    this.#written = this.#written.then(() => this.#append(this.#incident, [numbered]));
  }

  /** Moves the clock; all that falls due on the way happens. Resolves when it stands on the timeline. */
  async moveTo(time: number): Promise<void> {
    await this.#settle();
    for (let due = this.#agenda.nextTime(); due !== null && due <= time; due = this.#agenda.nextTime()) {
      this.#now = Math.max(this.#now, due);
      this.#agenda.take()?.fire();
      await this.#settle();
    }
    this.#now = time;
    await this.#written;
  }

  async tell(message: Message): Promise<MessageResult> {
    if (this.unreachable) throw new Error('the incident cannot be reached');
    await this.#settle();
    const refusal = this.#performance.validate(message);
    const result = refusal ? { status: 'refused' as const, ...refusal } : this.#performance.deliver(message);
    await this.#settle();
    await this.#written;
    return result;
  }

  breakNext(capability: string, message: string, times: number): void {
    const fault = { capability, system: null, times, kind: 'error' as const, retryable: false, message };
    this.#world = { ...this.#world, faults: [...this.#world.faults, fault] };
  }

  async #settle(): Promise<void> {
    for (;;) {
      // One turn of the event loop lets every microtask of the engine run.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#crash) throw this.#crash;
      if (this.#performance.idle) return;
    }
  }
}
