import { type Opening, type Performance, perform, type Snapshot } from '../../engine/perform.ts';
import type { ActResult, Call, Stage } from '../../engine/stage.ts';
import type { OpenQuestion } from '../../engine/state.ts';
import type { IncidentEvent } from '../../incident/events.ts';
import type { Message } from '../../incident/messages.ts';
import type { Plan } from '../../playbook/plan.ts';
import { Agenda } from './agenda.ts';
import { asTold, type Bot, Bots, type Ground, type Players } from './bots.ts';
import { actOnWorld, ownWorld, type World } from './world.ts';

/** Where a run stands: all that another one needs to go on from there, as plain JSON. */
export type RunState = {
  world: World;
  now: number;
  snapshot?: Snapshot | undefined;
  /** Ids of the messages that have been delivered: one of this very moment may still be to come. */
  delivered?: string[] | undefined;
};

export type VirtualRunOptions = {
  plan: Plan;
  opening: Opening;
  bots: readonly Bot[];
  /** Others who answer beside the bots. Not taken up again when the run is continued. */
  players?: ((ground: Ground) => Players) | undefined;
  /** What a call comes to, in place of what the simulated world makes of it. */
  answer?: ((call: Call, now: number) => { result: ActResult; tookMs: number }) | undefined;
  /** Messages by people, at scenario times. */
  messages: readonly { at: number; message: Message }[];
  state: RunState;
  record: (event: IncidentEvent) => void;
  /** Sends each act out of the run as well; scenario time stands still until `back` is called. Absent: nothing leaves. */
  outside?: (call: Call, back: () => void) => void;
  /** After the plan has ended, play on until nothing is due any more: duties to notify outlive it. */
  playOn?: boolean | undefined;
  /** Whether to give up here. Asked whenever nothing is under way. */
  continueDue: () => boolean;
  onContinue: (state: RunState) => void;
  onEnd: (status: 'ended' | 'stalled', world: World) => void;
  onCrash: (error: unknown) => void;
};

/** Plays a plan in virtual time against a simulated world with bots: the stage of rehearsals, and of drills that jump. */
export class VirtualRun implements Stage {
  readonly #options: VirtualRunOptions;
  readonly #agenda = new Agenda();
  readonly #bots: Bots<Bot>;
  readonly #players: Players | undefined;
  readonly #performance: Performance;
  readonly #delivered: Set<string>;
  #world: World;
  #now: number;
  #out = 0;
  #driving = false;

  constructor(options: VirtualRunOptions) {
    this.#options = options;
    this.#world = ownWorld(options.state.world);
    this.#now = options.state.now;
    this.#delivered = new Set(options.state.delivered ?? deliveredBefore(options));
    const { plan, opening, onCrash } = options;
    const ground: Ground = {
      incident: opening.incident,
      planHash: plan.hash,
      planHashAt: (path) => this.#performance.planAt(path).hash,
      now: () => this.#now,
      at: (time, path, fire) => void this.#agenda.add(time, path, fire),
      deliver: (message) => this.#performance.deliver(message),
    };
    this.#bots = new Bots(options.bots, ground, asTold);
    this.#players = options.players?.(ground);
    const { snapshot } = options.state;
    this.#performance = perform({ plan, stage: this, opening, snapshot, onIdle: () => this.#drive(), onCrash });
  }

  begin(): void {
    const { messages, state } = this.#options;
    for (const { at, message } of messages)
      if (!this.#delivered.has(message.id)) this.#agenda.add(at, `!${message.id}`, () => this.#deliver(message, at));
    for (const open of openQuestions(state.snapshot)) this.#bots.takeUp(open);
    this.#performance.start();
  }

  #deliver(message: Message, at: number): void {
    this.#delivered.add(message.id);
    this.#performance.deliver({ ...message, at });
  }

  /** Lets no further step begin, so that soon no act is under way: as incidents do, and unlike drills, for it costs scenario time. */
  hold(): void {
    this.#performance.hold();
  }

  now(): number {
    return this.#now;
  }

  act(call: Call, done: Parameters<Stage['act']>[1]): void {
    const { outside, answer } = this.#options;
    const { world, result, tookMs } = answer
      ? { world: this.#world, ...answer(call, this.#now) }
      : actOnWorld(this.#world, call, this.#now);
    this.#world = world;
    this.#agenda.add(this.#now + tookMs, call.path, () => done(result, tookMs));
    if (!outside) return;
    this.#out++;
    outside(call, () => {
      this.#out--;
      this.#drive();
    });
  }

  at(time: number, path: string, fire: () => void): () => void {
    return this.#agenda.add(time, path, fire);
  }

  record(event: IncidentEvent): void {
    this.#options.record(event);
    this.#bots.see(event);
    this.#players?.see(event);
  }

  /** Fires what is due next until a fiber can run again. Nothing fires while an act is out. */
  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#performance.idle && this.#out === 0) if (!this.#fireNext()) return;
    this.#driving = false;
  }

  /** False when the run is over: it never drives again. */
  #fireNext(): boolean {
    const { onEnd, onContinue, continueDue, playOn } = this.#options;
    if (this.#performance.ended && !(playOn && this.#agenda.nextTime() !== null)) {
      onEnd('ended', this.#world);
      return false;
    }
    if (this.#performance.actsInFlight === 0 && continueDue()) {
      onContinue({
        world: this.#world,
        now: this.#now,
        snapshot: this.#performance.snapshot(),
        delivered: [...this.#delivered],
      });
      return false;
    }
    const due = this.#agenda.take();
    if (!due) {
      onEnd('stalled', this.#world);
      return false;
    }
    this.#now = Math.max(this.#now, due.time);
    due.fire();
    return true;
  }
}

const openQuestions = (snapshot: Snapshot | undefined): OpenQuestion[] =>
  Object.values((snapshot?.open ?? {}) as unknown as Record<string, OpenQuestion>);

/** States that were saved before this was kept say it by their time. */
const deliveredBefore = ({ messages, state }: VirtualRunOptions): string[] =>
  state.snapshot ? messages.flatMap(({ at, message }) => (at <= state.now ? [message.id] : [])) : [];
