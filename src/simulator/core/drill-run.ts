import { type Opening, type Performance, perform, type Snapshot } from '../../engine/perform.ts';
import type { ActResult, Call, Stage } from '../../engine/stage.ts';
import type { OpenQuestion } from '../../engine/state.ts';
import { type Actor, type EventData, type EventType, type IncidentEvent, TOCSIN } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { MessageResult } from '../../incident/messages.ts';
import { Agenda } from './agenda.ts';
import { Bots, type Ground } from './bots.ts';
import { Director } from './director.ts';
import type { Drill, DrillState, PeopleState } from './drill.ts';
import { DrillClock } from './drill-clock.ts';
import { OpenQuestions } from './open-questions.ts';
import { openingByAlert, openingByPerson } from './opening.ts';
import { HOT_WASH_MS, Participants, type Told } from './participants.ts';
import { asPersona, type Actor as BotActor } from './personas.ts';
import type { Refused } from './refusals.ts';
import { Roster } from './roster.ts';
import type { Inject } from './script.ts';
import { actOnWorld, ownWorld, tookMs, type World } from './world.ts';

/** The clock on the wall of a drill with people. */
export type Wall = {
  /** What it shows, epoch ms. */
  wall: () => number;
  /** Nothing is due before then: call `tick` at that moment; null: at none. Whoever waits for events can have them now. */
  wake: (at: number | null) => void;
};

export type DrillRunOptions = Drill & {
  state: DrillState;
  record: (event: IncidentEvent) => void;
  /** With people alone, and never without them. */
  clock?: Wall | undefined;
  /**
   * Asks which of these acts may change the world, and answers with why each may not, or null; scenario time stands still until `back` is
   * called. Absent: the world's own rules are enough.
   */
  admit?:
    | ((calls: readonly Call[], at: number, back: (refusals: readonly (Refused | null)[]) => void) => void)
    | undefined;
  /** Whether to give up here. Asked whenever nothing is under way. */
  continueDue: () => boolean;
  onContinue: (state: DrillState) => void;
  onEnd: (world: World) => void;
  onCrash: (error: unknown) => void;
};

/** An act that has begun and has not changed the world yet. */
type Begun = { call: Call; result: ActResult | null };

type People = { state: PeopleState; clock: DrillClock; told: Participants; wall: Wall };

/**
 * Plays a script: the director brings about what happens, the engine carries the plan out, bots answer. By bots alone in virtual time; with
 * people by the clock of the scenario.
 */
export class DrillRun implements Stage {
  readonly #options: DrillRunOptions;
  readonly #agenda = new Agenda();
  readonly #director: Director;
  readonly #bots: Bots<BotActor>;
  readonly #questions = new OpenQuestions();
  readonly #people: People | null;
  #performance: Performance | null = null;
  #opening: Opening | null;
  #world: World;
  #now: number;
  #alerts: number;
  #begun: Begun[] = [];
  #out = false;
  #waiting: { message: Told; answer: (result: MessageResult) => void }[] = [];
  /** The moment for which it is asked what would be refused. */
  #supposed: number | null = null;
  #driving = false;
  /** After ENDEX. */
  #over: boolean;
  /** It never drives again. */
  #gone = false;

  constructor(options: DrillRunOptions) {
    const { state, script, startedAt, seed, actors } = options;
    this.#options = options;
    this.#world = ownWorld(state.world);
    this.#now = state.now;
    this.#alerts = state.alerts ?? 0;
    this.#opening = state.opening ?? null;
    this.#over = state.director?.ended ?? false;
    this.#director = new Director(
      script,
      startedAt,
      {
        now: () => this.#now,
        at: (time, path, fire) => this.#agenda.add(time, path, fire),
        record: (type, data, actor) => this.#record(type, data, actor),
        world: () => this.#world,
        change: (world) => {
          this.#world = world;
        },
        alert: (alert) => this.#alert(alert),
        end: (data, actor) => this.#end(data, actor),
      },
      state.director,
    );
    this.#people = this.#withPeople();
    this.#bots = new Bots(actors, this.#ground(), asPersona(script, startedAt, seed));
  }

  #ground(): Ground {
    const { id, plan } = this.#options;
    return {
      incident: id,
      planHash: plan.hash,
      planHashAt: (path) => this.#performance?.planAt(path).hash ?? plan.hash,
      now: () => this.#now,
      at: (time, path, fire) => void this.#agenda.add(time, path, fire),
      deliver: (message) =>
        this.#performance?.deliver(message) ?? {
          status: 'refused',
          code: 'not-opened',
          message: 'No incident is open yet.',
        },
    };
  }

  #withPeople(): People | null {
    const { id, people, clock: wall, state: before, startedAt, script, plan } = this.#options;
    if (!people && !wall) return null;
    if (!people || !wall) throw new Error('A drill with people needs a clock on the wall, and one without has none.');
    const state = before.people ?? {
      clock: { clock: { at: startedAt, wall: wall.wall(), rate: 0 }, rate: people.rate, paused: false },
      ...{ accepted: [], seen: [], assigned: {} },
    };
    const clock = new DrillClock(state.clock, wall.wall, (at, data, actor) =>
      this.#record('exercise.clock', data, actor, at),
    );
    const told = new Participants({
      ...{ id, state, clock, director: this.#director, questions: this.#questions },
      nextDue: () => this.#agenda.nextTime(),
      seats: script.seats.map(({ role }) => role),
      endsAt: startedAt + script.length.ms,
      ...{ objectives: script.objectives, expectations: script.expectations, debrief: script.debrief.length },
      roster: new Roster(people, state.assigned),
      performance: () => this.#performance,
      opening: (title, system, person) => openingByPerson({ id, plan, script, title, system, person }),
      open: (opening) => this.#open(opening),
      record: (type, data, actor) => this.#record(type, data, actor),
    });
    return { state, clock, told, wall };
  }

  /** Begins, or takes the state up. */
  begin(): void {
    const { state } = this.#options;
    if (!state.director) this.#startex();
    if (!this.#over) this.#director.begin();
    if (this.#opening && !this.#over) {
      for (const open of openQuestions(state.snapshot)) {
        this.#questions.takeUp(open);
        this.#bots.takeUp(open);
      }
      this.#perform(this.#opening, state.snapshot);
    } else this.#drive();
  }

  #startex(): void {
    const { id, script, plan, seed, actors, startedAt, people } = this.#options;
    const { simulation, version, title, hash, rubric, length, seats } = script;
    this.#record('exercise.started', {
      incident: id,
      ...{ simulation, version, title, script: hash, ...(rubric && { rubric }), length: length.name, seed },
      playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
      seats: seats.flatMap(({ role }) => [
        ...(people?.players ?? []).filter((one) => one.role === role).map((one) => ({ ...one, persona: null })),
        ...actors
          .filter(({ roles }) => roles.includes(role))
          .map(({ person, persona }) => ({ role, person, persona: persona.id })),
      ]),
      ...(people && { staff: [...people.staff] }),
      endsAt: startedAt + length.ms,
    });
    this.#people?.clock.start(startedAt);
  }

  /** ENDEX. Nobody is asked any more. */
  #end(data: EventData<'exercise.ended'>, actor?: Actor): void {
    for (const { number, path } of this.#questions.all) {
      const withdrawn = { number, because: 'The exercise is over' };
      this.record({ at: this.#now, path, type: 'decision.withdrawn', actor: TOCSIN, data: withdrawn });
    }
    this.#record('exercise.ended', data, actor);
    this.#over = true;
    if (this.#people) this.#people.state.closesAt = this.#people.wall.wall() + HOT_WASH_MS;
  }

  /** As in an incident: the first alert that the playbook answers opens it, later ones join. Others are kept by nobody here. */
  #alert(alert: JsonObject): void {
    const { id, plan, script } = this.#options;
    this.#alerts++;
    if (this.#performance) {
      this.#performance.deliver({
        id: `alert:${this.#alerts}`,
        type: 'alert',
        person: 'monitoring',
        at: this.#now,
        alert,
        count: 1,
      });
      return;
    }
    const opening = openingByAlert({ id, plan, script, alert });
    if (opening) this.#open(opening);
  }

  #open(opening: Opening): void {
    this.#opening = opening;
    this.#perform(opening, undefined);
  }

  #perform(opening: Opening, snapshot: Snapshot | undefined): void {
    const { plan, onCrash } = this.#options;
    this.#performance = perform({ plan, stage: this, opening, snapshot, onIdle: () => this.#drive(), onCrash });
    this.#performance.start();
  }

  /** The clock on the wall has come to the moment that `wake` named. */
  tick(): void {
    this.#drive();
  }

  /** Why a message would be refused now, or null. No effect. */
  refuse(message: Told): Refused | null {
    if (!this.#people) return NOBODY;
    const { clock, told } = this.#people;
    this.#supposed = this.#over ? this.#now : Math.max(this.#now, clock.now);
    try {
      return told.refuse(message, this.#supposed);
    } finally {
      this.#supposed = null;
    }
  }

  /** A message by somebody. It is taken when all that is due by then has happened. */
  tell(message: Told): Promise<MessageResult> {
    if (!this.#people || this.#gone) return Promise.resolve({ status: 'refused', ...NOBODY });
    return new Promise((answer) => {
      this.#waiting.push({ message, answer });
      this.#drive();
    });
  }

  /** Whether it could be given up now: `tick` would ask. */
  get canContinue(): boolean {
    const quiet = !this.#driving && this.#idle && !this.#out && this.#begun.length === 0;
    return !this.#gone && quiet && this.#waiting.length === 0 && this.#actsInFlight === 0;
  }

  /** For whoever runs it. `jumpsTo`: see Board. */
  board(): { injects: Inject[]; due: Record<string, number>; met: string[]; jumpsTo: number | null } {
    const { due, met } = this.#director.state;
    return {
      injects: [...this.#director.injects],
      due: this.#over ? {} : { ...due },
      met: [...met],
      jumpsTo: this.#people?.told.jumpsTo ?? null,
    };
  }

  now(): number {
    return this.#supposed ?? this.#now;
  }

  /** The world changes when all that begins at this moment has begun, in that order: also where each must be admitted first. */
  act(call: Call, done: Parameters<Stage['act']>[1]): void {
    const took = this.#options.script.tookMs[call.capability] ?? tookMs(call.capability);
    const begun: Begun = { call, result: null };
    this.#begun.push(begun);
    this.#agenda.add(this.#now + took, call.path, () => done(begun.result as ActResult, took));
  }

  /** False while acts are out to be admitted. */
  #actsSettled(): boolean {
    if (this.#out || this.#begun.length === 0) return !this.#out;
    const begun = this.#begun;
    this.#begun = [];
    const { admit } = this.#options;
    if (!admit) {
      for (const one of begun) one.result = this.#actOnWorld(one.call, null);
      return true;
    }
    this.#out = true;
    const calls = begun.map(({ call }) => call);
    admit(calls, this.#now, (refusals) => {
      for (const [i, one] of begun.entries()) one.result = this.#actOnWorld(one.call, refusals[i] ?? null);
      this.#out = false;
      this.#drive();
    });
    return !this.#out;
  }

  #actOnWorld(call: Call, refusal: Refused | null): ActResult {
    if (refusal) return { ok: false, fault: { ...refusal, retryable: false, effect: 'none' } };
    const { world, result } = actOnWorld(this.#world, call, this.#now);
    this.#world = world;
    return result;
  }

  at(time: number, path: string, fire: () => void): () => void {
    return this.#agenda.add(time, path, fire);
  }

  #record<T extends EventType>(type: T, data: EventData<T>, actor: Actor = TOCSIN, at = this.#now): void {
    this.record({ at, path: '', type, actor, data } as unknown as IncidentEvent);
  }

  record(event: IncidentEvent): void {
    this.#options.record(event);
    if (this.#over) return;
    this.#questions.see(event);
    this.#people?.told.see(event);
    this.#bots.see(event);
    this.#director.see(event);
  }

  /** What was begun before ENDEX stays as it is. */
  get #idle(): boolean {
    return this.#over || (this.#performance?.idle ?? true);
  }

  get #actsInFlight(): number {
    return this.#over ? 0 : (this.#performance?.actsInFlight ?? 0);
  }

  /** Fires what is due next until a fiber can run again. Nothing fires while an act is out. */
  #drive(): void {
    if (this.#driving || this.#gone) return;
    this.#driving = true;
    let on = true;
    while (on && this.#idle && this.#actsSettled()) on = this.#goOn();
    this.#driving = false;
  }

  /** False when there is nothing to do for now, or any more. */
  #goOn(): boolean {
    const { onEnd, onContinue, continueDue } = this.#options;
    if (this.#over && !this.#isHotWash()) {
      this.#gone = true;
      onEnd(this.#world);
      return false;
    }
    if (!this.#over) this.#people?.told.follow(this.#now);
    if (this.#waiting.length === 0 && this.#actsInFlight === 0 && continueDue()) {
      this.#gone = true;
      onContinue(this.#state());
      return false;
    }
    return this.#people ? this.#waitFor(this.#people) : this.#fireNext();
  }

  #isHotWash(): boolean {
    const { state, wall } = this.#people ?? {};
    return !state?.closed && (state?.closesAt ?? 0) > (wall?.wall() ?? 0);
  }

  #fireNext(): boolean {
    const due = this.#agenda.take();
    if (!due) throw new Error('A drill ends by its ENDEX, which is always due.');
    this.#now = Math.max(this.#now, due.time);
    due.fire();
    return true;
  }

  /** What is due by the clock comes first, then whoever has said something. */
  #waitFor({ state, clock, told, wall }: People): boolean {
    const due = this.#over ? null : this.#agenda.nextTime();
    if (due !== null && due <= clock.now) return this.#fireNext();
    const next = this.#waiting.shift();
    if (!next) {
      wall.wake(due === null ? (state.closesAt ?? null) : clock.wallAt(due));
      return false;
    }
    if (!this.#over) this.#now = Math.max(this.#now, clock.now);
    next.answer(told.take(next.message, this.#now));
    return true;
  }

  #state(): DrillState {
    return {
      world: this.#world,
      now: this.#now,
      director: this.#director.state,
      alerts: this.#alerts,
      ...(this.#people && { people: this.#people.state }),
      ...(this.#opening && {
        opening: this.#opening,
        snapshot: this.#over ? undefined : this.#performance?.snapshot(),
      }),
    };
  }
}

const NOBODY: Refused = {
  code: 'not-running',
  message: 'This drill takes no messages any more, or is played by bots.',
};

const openQuestions = (snapshot: Snapshot | undefined): OpenQuestion[] =>
  Object.values((snapshot?.open ?? {}) as unknown as Record<string, OpenQuestion>);
