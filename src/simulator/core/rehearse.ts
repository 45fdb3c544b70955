import { type Opening, type Performance, perform, type Snapshot } from '../../engine/perform.ts';
import type { Call, Stage } from '../../engine/stage.ts';
import type { IncidentEvent, NumberedEvent } from '../../incident/events.ts';
import type { Message } from '../../incident/messages.ts';
import type { Plan } from '../../playbook/plan.ts';
import { Agenda } from './agenda.ts';
import { type Bot, Bots } from './bots.ts';
import { actOnWorld, type World } from './world.ts';

export type Rehearsal = {
  plan: Plan;
  opening: Opening;
  world: World;
  bots: readonly Bot[];
  /** Scenario time at the opening, epoch ms. */
  startAt: number;
  /** Messages by people, at scenario times. */
  messages?: readonly { at: number; message: Message }[];
  /** For tests: give up the performance and take it up from its snapshot whenever this says so. */
  continueAfter?: (event: IncidentEvent) => boolean;
  /** Gates unstarted steps until no act is in flight, as an incident does; it costs scenario time. */
  hold?: boolean;
};

export type RehearsalResult = {
  events: NumberedEvent[];
  world: World;
  /** `stalled`: people are waited for and nothing is due any more; cannot happen while every question has a default. */
  status: 'ended' | 'stalled';
  snapshots: number;
};

/** Plays a plan in memory, in virtual time, with bots only. Resolves when the plan has ended. */
export function rehearse(rehearsal: Rehearsal): Promise<RehearsalResult> {
  return new Promise((resolve, reject) => {
    new VirtualRun(rehearsal, resolve, reject).begin();
  });
}

class VirtualRun implements Stage {
  readonly #rehearsal: Rehearsal;
  readonly #resolve: (result: RehearsalResult) => void;
  readonly #reject: (error: unknown) => void;
  readonly #agenda = new Agenda();
  readonly #events: NumberedEvent[] = [];
  readonly #bots: Bots;
  #performance!: Performance;
  #world: World;
  #now: number;
  #driving = false;
  #continueDue = false;
  #snapshots = 0;
  /** Entries set by a performance that was given up are void. */
  #generation = 0;
  #ended = false;

  constructor(rehearsal: Rehearsal, resolve: (result: RehearsalResult) => void, reject: (error: unknown) => void) {
    this.#rehearsal = rehearsal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#world = rehearsal.world;
    this.#now = rehearsal.startAt;
    this.#bots = new Bots(rehearsal.bots, {
      incident: rehearsal.opening.incident,
      planHash: rehearsal.plan.hash,
      now: () => this.#now,
      at: (time, path, fire) => void this.#agenda.add(time, path, fire),
      deliver: (message) => this.#performance.deliver(message),
    });
  }

  begin(): void {
    for (const { at, message } of this.#rehearsal.messages ?? [])
      this.#agenda.add(at, `!${message.id}`, () => void this.#performance.deliver({ ...message, at }));
    this.#start(undefined);
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
    const generation = this.#generation;
    return this.#agenda.add(Math.max(time, this.#now), path, () => generation === this.#generation && fire());
  }

  record(event: IncidentEvent): void {
    this.#events.push(Object.assign(event, { seq: this.#events.length + 1 }));
    this.#bots.see(event);
    if (event.type === 'plan.finished') this.#ended = true;
    if (this.#rehearsal.continueAfter?.(event)) this.#continueDue = true;
  }

  #start(snapshot: Snapshot | undefined): void {
    const { plan, opening } = this.#rehearsal;
    const performance = perform({
      plan,
      stage: this,
      opening,
      snapshot,
      onIdle: () => this.#drive(),
      onCrash: this.#reject,
    });
    this.#performance = performance;
    performance.start();
  }

  /** Fires what is due next until a fiber can run again. */
  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#performance.idle) {
      if (this.#ended) {
        this.#end('ended');
        break;
      }
      if (this.#continueDue && this.#rehearsal.hold) this.#performance.hold();
      if (this.#continueDue && this.#performance.actsInFlight === 0) {
        this.#continue();
        continue;
      }
      const due = this.#agenda.take();
      if (!due) {
        this.#end('stalled');
        break;
      }
      this.#now = Math.max(this.#now, due.time);
      due.fire();
    }
    this.#driving = false;
  }

  #continue(): void {
    this.#continueDue = false;
    this.#snapshots++;
    this.#generation++;
    this.#start(this.#performance.snapshot());
  }

  #end(status: RehearsalResult['status']): void {
    this.#resolve({ events: this.#events, world: this.#world, status, snapshots: this.#snapshots });
  }
}
