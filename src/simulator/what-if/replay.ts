import type { BusinessCalendar } from '../../capabilities/business-time.ts';
import { answerCalendar, CALENDAR } from '../../capabilities/calendar.ts';
import { type Opening, type Performance, perform, type Snapshot } from '../../engine/perform.ts';
import type { ActResult, Call, Stage } from '../../engine/stage.ts';
import type { IncidentEvent, NumberedEvent } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import { planPath } from '../../incident/step-path.ts';
import type { Plan } from '../../playbook/plan.ts';
import { Agenda } from '../core/agenda.ts';
import { actOnWorld, type World } from '../core/world.ts';
import type { Changes, DelayChange } from './changes.ts';
import { type PeopleNotes, RecordedPeople } from './people.ts';
import { actId, Begun, type Recorded, type RecordedAct } from './record.ts';
import type { Said } from './said.ts';
import { sameJson } from './same.ts';
import { RecordedTimers } from './timers.ts';

/** Where the outcomes of acts come from that were never taken. `tookMs`: by capability. */
export type NamedWorld = { world: World; tookMs: Readonly<Record<string, number>> };

export type ReplayOptions = {
  recorded: Recorded;
  said: readonly Said[];
  /** The plan of the incident and those that were added, in that order. */
  plans: readonly [Plan | null, ...Plan[]];
  inputs: JsonObject;
  changes: Changes;
  named: NamedWorld | null;
  /** When people work, for waits in working time that begin at another time than in the record. */
  calendar: BusinessCalendar | null;
  /**
   * Nothing that is due later is played; null: until nothing is due any more. `toTheEnd`: plans that would still run then are played to
   * their end.
   */
  until: number | null;
  toTheEnd: boolean;
  breaks: readonly Break[];
};

/**
 * An incident that has grown is handed on to another run, and no step begins meanwhile. From before the `stimulus`-th thing that came from
 * outside; `until`: when the event `seq` of the record was the first to come again.
 */
export type Break = { stimulus: number; until: number; seq: number };

/** An act whose outcome nobody knows: it was never taken in the record. */
export type Unknown = Pick<Call, 'path' | 'capability' | 'purpose'> & {
  at: number;
  seq: number;
  /**
   * `other-input`: it was given something else. `other-acts`: something had been done to the AI system before it, or had not, that the
   * record has otherwise; `missing` and `more` are those steps.
   */
  because: 'never-taken' | 'under-way' | 'other-input' | 'other-acts';
  missing: string[];
  more: string[];
};

export type Replay = {
  events: NumberedEvent[];
  /** It was ended while a plan still ran, for nobody knows what comes after that. */
  cut: boolean;
  /** The replay could go no further than this. */
  stopped: Unknown | null;
  /** Numbers of events that rest on the named world; of acts that it takes some may still be under way. */
  fromWorld: number[];
  worldActs: number;
  /** Paths where the named world would have answered otherwise than the record. */
  otherwise: { path: string; capability: string }[];
  /** The end of working hours was worked out by the inventory's calendar. */
  calendarUsed: boolean;
  people: PeopleNotes;
  plan: (path: string) => Plan;
  /** Which of the things that came from outside brought an event about, by its number. */
  stimulusOf: (seq: number) => number;
};

/** Plays the plans of a record again on the engine of incidents, in virtual time: what came from outside comes from the record. */
export function replay(options: ReplayOptions): Promise<Replay> {
  return new Promise((resolve, reject) => new ReplayRun(options, resolve, reject).begin());
}

class ReplayRun implements Stage {
  readonly #options: ReplayOptions;
  readonly #resolve: (replay: Replay) => void;
  readonly #agenda = new Agenda();
  readonly #timers: RecordedTimers;
  readonly #people: RecordedPeople;
  readonly #opening: Opening;
  readonly #onCrash: (error: unknown) => void;
  /** Clocks that the engine has set, with what the record knows of them. */
  readonly #set = new Set<{ cancel: () => void; giveBack: () => void }>();
  readonly #stimuli: number[] = [];
  #performance: Performance;
  #fired = 0;
  readonly #events: NumberedEvent[] = [];
  readonly #fromWorld: number[] = [];
  readonly #otherwise: Replay['otherwise'] = [];
  readonly #begun = new Begun();
  readonly #unchanged: boolean;
  #world: World | null;
  #now: number;
  #worldActs = 0;
  #stopped: Unknown | null = null;
  #calendarUsed = false;
  #driving = false;

  constructor(options: ReplayOptions, resolve: (replay: Replay) => void, onCrash: (error: unknown) => void) {
    const { recorded, plans, inputs, named, said, changes } = options;
    const { opened } = recorded;
    this.#options = options;
    this.#resolve = resolve;
    this.#unchanged = changes.questions.length + changes.delays.length === 0;
    this.#world = named?.world ?? null;
    this.#now = opened.at;
    this.#timers = new RecordedTimers(recorded.events, plans);
    this.#people = new RecordedPeople(recorded, said, changes.questions, {
      incident: opened.data.incident,
      planHashAt: (path) => this.#performance.planAt(path).hash,
      now: () => this.#now,
      at: (time, seq, fire) => void this.#agenda.add(time, inOrder(seq), fire),
      deliver: (message) => this.#performance.deliver(message),
    });
    const { playbook: _, ...facts } = opened.data;
    this.#opening = { ...facts, inputs };
    this.#onCrash = onCrash;
    this.#performance = this.#perform(undefined);
  }

  #perform(snapshot: Snapshot | undefined): Performance {
    const { plans } = this.#options;
    const onIdle = () => this.#drive();
    return perform({ plan: plans[0], stage: this, opening: this.#opening, snapshot, onIdle, onCrash: this.#onCrash });
  }

  begin(): void {
    this.#people.begin();
    this.#performance.start();
  }

  now(): number {
    return this.#now;
  }

  record(event: IncidentEvent): void {
    // The engine keeps what it puts on the timeline and may go on with it.
    const copy = JSON.parse(JSON.stringify(event)) as IncidentEvent;
    this.#events.push(Object.assign(copy, { seq: this.#events.length + 1 }));
    this.#stimuli.push(this.#fired);
    this.#people.see(copy);
  }

  at(time: number, path: string, fire: () => void): () => void {
    const rang = this.#timers.take(path, time);
    const place = rang && rang.seq !== null ? inOrder(rang.seq) : path;
    const entry = {
      cancel: this.#agenda.add(rang?.at ?? time, place, () => {
        this.#set.delete(entry);
        fire();
      }),
      giveBack: () => rang && this.#timers.giveBack(path, time, rang),
    };
    this.#set.add(entry);
    return () => {
      this.#set.delete(entry);
      entry.cancel();
    };
  }

  act(call: Call, done: (result: ActResult, tookMs: number) => void): void {
    const { key, attempt, path } = call;
    const then = this.#options.recorded.acts.get(actId(key, attempt));
    const started = { at: this.#now, data: call };
    const before = this.#begun.before(started);
    const end = this.#begun.add(started);
    const answer =
      then && (this.#unchanged || isSame(call, then)) ? this.#asThen(call, then, before) : this.#anew(call, then);
    if (!answer) return;
    const { result, tookMs, inMs, seq } = answer;
    end(this.#now + inMs);
    const simulated = seq === null && call.capability !== CALENDAR;
    if (simulated) this.#worldActs++;
    const place = seq === null ? path : inOrder(seq);
    this.#agenda.add(this.#now + inMs, place, () => {
      // What comes of it is on the timeline as soon as it is said.
      const from = this.#events.length;
      done(result, tookMs);
      if (simulated) this.#fromWorld.push(from + 1);
    });
  }

  #asThen(call: Call, then: RecordedAct, before: ReadonlySet<string>) {
    const { startedAt, ended } = then;
    const missing = without(then.before, before);
    const more = without(before, then.before);
    if (!this.#unchanged && !isMessage(call) && missing.length + more.length > 0)
      return this.#inWorld(call, 'other-acts', { missing, more });
    if (!ended) return startedAt === this.#now ? null : this.#inWorld(call, 'under-way');
    const took = this.#took(call, ended.at - startedAt);
    this.#follow(call, ended.result);
    return { result: ended.result, tookMs: ended.tookMs + took - (ended.at - startedAt), inMs: took, seq: ended.seq };
  }

  /** The named world must know what was done to it; where it would have answered otherwise, its word about the rest is worth less. */
  #follow(call: Call, { ok, ...rest }: ActResult): void {
    if (!this.#world || !ok) return;
    const { world, result } = actOnWorld(this.#world, call, this.#now);
    this.#world = world;
    const proved = 'outputs' in rest ? rest.outputs.proved : undefined;
    if (!result.ok || (proved !== undefined && result.outputs.proved !== proved))
      this.#otherwise.push({ path: call.path, capability: call.capability });
  }

  /** Nobody took it, or not so. When working hours end can be worked out again. */
  #anew(call: Call, then: RecordedAct | undefined) {
    const { calendar } = this.#options;
    if (call.capability !== CALENDAR || !calendar) return this.#inWorld(call, then ? 'other-input' : 'never-taken');
    const answer = answerCalendar(calendar, call.with, this.#now);
    this.#calendarUsed = true;
    const took = then?.ended ? then.ended.at - then.startedAt : 0;
    return { result: answer, tookMs: took, inMs: took, seq: null };
  }

  #inWorld(call: Call, because: Unknown['because'], { missing, more } = NONE) {
    const { named } = this.#options;
    // Whether it agrees with the record is what such a replay is to find out: nothing ends it.
    if (this.#unchanged) return null;
    if (!this.#world || !named) {
      const { path, capability, purpose } = call;
      const [at, seq] = [this.#now, this.#events.length];
      this.#stopped ??= { path, capability, purpose, at, seq, because, missing, more };
      return null;
    }
    const { world, result, tookMs } = actOnWorld(this.#world, call, this.#now);
    this.#world = world;
    const took = this.#took(call, named.tookMs[call.capability] ?? tookMs);
    return { result, tookMs: took, inMs: took, seq: null };
  }

  #took({ path, purpose }: Call, ms: number): number {
    const change = purpose === 'act' || purpose === 'say' ? this.#delayOf(path) : undefined;
    if (!change) return ms;
    return 'exactlyMs' in change.took ? change.took.exactlyMs : Math.max(0, ms + change.took.byMs);
  }

  #delayOf(path: string): DelayChange | undefined {
    return this.#options.changes.delays.find(({ step }) => step === planPath(path));
  }

  /** Fires what is due next until a fiber can run again. */
  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#performance.idle) if (!this.#fireNext()) return;
    this.#driving = false;
  }

  /** False when the replay is over: it never drives again. */
  #fireNext(): boolean {
    const { until, toTheEnd } = this.#options;
    const next = this.#agenda.nextTime();
    const late = next !== null && until !== null && Math.max(next, this.#now) > until;
    if (this.#stopped || next === null || (late && !(toTheEnd && !this.#performance.ended))) {
      this.#end(late && !this.#performance.ended);
      return false;
    }
    this.#now = Math.max(this.#now, next);
    this.#fired++;
    const pause = this.#options.breaks.find(({ stimulus }) => stimulus === this.#fired);
    if (pause) {
      this.#performance.hold();
      this.#agenda.add(pause.until, inOrder(pause.seq), () => this.#takeUp());
    }
    this.#agenda.take()?.fire();
    return true;
  }

  /** Another run goes on from where the one before it stood. */
  #takeUp(): void {
    // With an act under way nothing is handed on: then this was no such break, and the replay parts from the record.
    if (this.#performance.actsInFlight > 0) return;
    for (const { cancel, giveBack } of this.#set) {
      cancel();
      giveBack();
    }
    this.#set.clear();
    this.#performance = this.#perform(this.#performance.snapshot());
    this.#performance.start();
  }

  #end(cut: boolean): void {
    this.#resolve({
      events: this.#events,
      cut,
      stopped: this.#stopped,
      fromWorld: this.#fromWorld,
      worldActs: this.#worldActs,
      otherwise: this.#otherwise,
      calendarUsed: this.#calendarUsed,
      people: this.#people.notes,
      plan: (path) => this.#performance.planAt(path),
      stimulusOf: (seq) => this.#stimuli[seq - 1] ?? 0,
    });
  }
}

/** What the record knows comes in its order, and before what it does not know. */
const inOrder = (seq: number): string => `!${String(seq).padStart(16, '0')}`;

const NONE: Pick<Unknown, 'missing' | 'more'> = { missing: [], more: [] };
const isMessage = ({ capability }: Call): boolean => capability.startsWith('notify.');

/** Steps of the acts in the first that are not in the second. */
const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): string[] => [
  ...new Set([...some].filter((key) => !others.has(key)).map((key) => key.split(':')[1] ?? key)),
];

/** A message in other words reaches the same people; any other act with another input is another act. */
function isSame(call: Call, then: RecordedAct): boolean {
  return isMessage(call) ? sameJson(call.with.to ?? null, then.with.to ?? null) : sameJson(call.with, then.with);
}
