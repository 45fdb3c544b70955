import type { Actor, EventData, EventType, IncidentEvent } from '../../incident/events.ts';
import type { InjectEdit, NewInject } from '../../incident/exercise-messages.ts';
import { ExpressionError } from '../../playbook/cel.ts';
import { WELL } from './around.ts';
import { type Facts, noFacts } from './facts.ts';
import { added, type Edited, edited } from './inject-changes.ts';
import type { Change, Inject, Script } from './script.ts';
import { type Condition, concerns, Sight } from './sight.ts';
import { expectationsOf, isMetBy, type Memory, mayBeMetNow, noMemory, remember } from './sought.ts';
import type { SimulatedSystem, World } from './world.ts';

/** What the director has done and knows, as plain JSON. */
export type DirectorState = {
  facts: Facts;
  memory: Memory;
  /** Expectations that some event has met. */
  met: string[];
  /** When injects are due that are set off, scenario ms. */
  due: Record<string, number>;
  /** What has been done: injects that were delivered or passed over, seats that were left or taken again. */
  past: string[];
  ended: boolean;
  /** What the facilitator made of injects before they were delivered, by id, and those of their own. Absent while there are none. */
  edits?: Record<string, Edited> | undefined;
  added?: Inject[] | undefined;
};

/** What a director stands on. */
export type Scene = {
  now: () => number;
  at: (time: number, path: string, fire: () => void) => () => void;
  /** `actor`: who did it, where it was not the script. */
  record: <T extends EventType>(type: T, data: EventData<T>, actor?: Actor) => void;
  world: () => World;
  change: (world: World) => void;
  /** A monitor has raised an alert. */
  alert: (alert: NonNullable<Inject['alert']>, id: string) => void;
  /** ENDEX: records it. */
  end: (data: EventData<'exercise.ended'>, actor?: Actor) => void;
};

/** Sorts before every step and every message: what the script does comes first at its moment. */
const place = (id: string): string => `!!${id}`;
const MINUTE_MS = 60_000;

/** Plays the script: delivers injects when they are due, changes the world, and ends the drill. Pure; what it knows is in `state`. */
export class Director {
  readonly #script: Script;
  readonly #startedAt: number;
  readonly #scene: Scene;
  readonly state: DirectorState;
  readonly #sight: Sight;
  readonly #armed = new Map<string, () => void>();
  /** What sets injects off that were not set off yet. */
  readonly #conditions = new Map<string, Condition & { delayMs: number }>();
  #all: readonly Inject[];
  #looking = false;

  constructor(script: Script, startedAt: number, scene: Scene, state?: DirectorState) {
    this.#script = script;
    this.#startedAt = startedAt;
    this.#scene = scene;
    this.state = state ?? { facts: noFacts(), memory: noMemory(), met: [], due: {}, past: [], ended: false };
    this.#sight = new Sight(this.state.facts, {
      world: scene.world,
      sinceMs: () => scene.now() - startedAt,
      injects: script.injects.map(({ id }) => id),
    });
    for (const { id, trigger } of script.injects) {
      if (trigger.on === 'time' && !state) this.state.due[id] = startedAt + trigger.atMs;
      if (trigger.on === 'condition') this.#conditions.set(id, { ...trigger, looked: null });
    }
    this.#all = this.#asTheyAre();
  }

  /** As they are now, those of the facilitator's own last. */
  get injects(): readonly Inject[] {
    return this.#all;
  }

  #asTheyAre(): readonly Inject[] {
    const { edits, added: own = [] } = this.state;
    if (!edits) return own.length === 0 ? this.#script.injects : [...this.#script.injects, ...own];
    return [...this.#script.injects, ...own].map((inject) => edited(inject, edits[inject.id]));
  }

  /** Sets everything that is due. Call once, also when a run is taken up again. */
  begin(): void {
    for (const [id, time] of Object.entries(this.state.due)) this.#arm(id, time);
    const { away, length } = this.#script;
    const now = this.#scene.now();
    for (const { role, fromMs, untilMs, why } of away) {
      this.#later(fromMs, `away:${role}:${fromMs}`, () => this.#scene.record('seat.away', { role, why }));
      if (untilMs !== null)
        this.#later(untilMs, `back:${role}:${untilMs}`, () => this.#scene.record('seat.back', { role }));
    }
    if (this.#script.injects.some(({ trigger }) => trigger.on === 'condition' && /\bminutes\b/.test(trigger.cel)))
      this.#everyMinute();
    this.#scene.at(Math.max(now, this.#startedAt + length.ms), '~endex', () => this.end({ because: 'time' }));
  }

  /** Once, also when the run is taken up again at that very moment. */
  #later(offsetMs: number, id: string, fire: () => void): void {
    if (this.state.past.includes(id)) return;
    this.#scene.at(this.#startedAt + offsetMs, place(id), () => {
      this.state.past.push(id);
      fire();
    });
  }

  /** Looking twice at one moment changes nothing. */
  #everyMinute(minute = Math.ceil((this.#scene.now() - this.#startedAt) / MINUTE_MS)): void {
    this.#scene.at(this.#startedAt + minute * MINUTE_MS, place('minute'), () => {
      this.#look();
      if (!this.state.ended) this.#everyMinute(minute + 1);
    });
  }

  /** To be told of every event as it is recorded. */
  see(event: IncidentEvent): void {
    const { memory, met } = this.state;
    this.#sight.see(event);
    remember(memory, event);
    const isDelivered = (id: string) => Object.hasOwn(this.state.facts.delivered, id);
    for (const one of expectationsOf(this.#script.expectations, event.type))
      if (!met.includes(one.id) && mayBeMetNow(one, isDelivered) && isMetBy(one.sought, event, memory))
        met.push(one.id);
    this.#look();
  }

  end(data: EventData<'exercise.ended'>, actor?: Actor): void {
    if (this.state.ended) return;
    this.state.ended = true;
    this.#scene.end(data, actor);
  }

  /** Whether it was delivered or passed over; null: neither. */
  whatBecameOf(id: string): 'delivered' | 'skipped' | null {
    if (Object.hasOwn(this.state.facts.delivered, id)) return 'delivered';
    return this.state.past.includes(id) ? 'skipped' : null;
  }

  skip(id: string, reason: string, actor: Actor): void {
    this.#pass(id, { because: 'facilitator', reason }, actor);
  }

  edit(id: string, { dueAt, ...edit }: InjectEdit, actor: Actor): void {
    const fields = [...Object.keys(edit), ...(dueAt === undefined ? [] : ['dueAt'])];
    this.state.edits = { ...this.state.edits, [id]: { ...this.state.edits?.[id], ...edit } };
    this.#all = this.#asTheyAre();
    this.#scene.record('inject.edited', { id, fields }, actor);
    if (dueAt !== undefined) this.#arm(id, dueAt);
  }

  /** Answers with its id. */
  add(inject: NewInject, actor: Actor): string {
    const own = added(
      inject,
      this.#all.map(({ id }) => id),
    );
    this.state.added = [...(this.state.added ?? []), own];
    this.#all = this.#asTheyAre();
    this.#scene.record('inject.added', { id: own.id }, actor);
    if (inject.dueAt === null) this.deliver(own, actor);
    else this.#arm(own.id, inject.dueAt);
    return own.id;
  }

  /** Conditions that have become true set their injects off. What that does may make others true. */
  #look(): void {
    if (this.#looking || this.state.ended) return;
    const news = this.#sight.takeNews();
    if (!news) return;
    this.#looking = true;
    for (const [id, condition] of this.#conditions) {
      if (!concerns(news, condition)) continue;
      if (this.#isSet(id)) this.#conditions.delete(id);
      else if (this.#holds(condition, `inject ${id}`)) this.#arm(id, this.#scene.now() + condition.delayMs);
    }
    this.#looking = false;
  }

  #isSet = (id: string): boolean => Object.hasOwn(this.state.due, id) || this.state.past.includes(id);

  #arm(id: string, time: number): void {
    this.state.due[id] = time;
    this.#armed.get(id)?.();
    this.#armed.set(
      id,
      this.#scene.at(time, place(id), () => this.#comeDue(id)),
    );
  }

  #comeDue(id: string): void {
    const inject = this.#all.find((one) => one.id === id);
    if (!inject || this.state.past.includes(id) || this.state.ended) return;
    const because = this.#isNeedless(inject);
    if (because) this.#pass(id, { because });
    else this.deliver(inject);
  }

  #isNeedless({ id, unless, unlessMet }: Inject): 'condition' | 'met' | null {
    if (unlessMet !== null && this.state.met.includes(unlessMet)) return 'met';
    return unless !== null && this.#holds({ cel: unless, looked: null }, `inject ${id}`) ? 'condition' : null;
  }

  #pass(id: string, why: Omit<EventData<'inject.skipped'>, 'id'>, actor?: Actor): void {
    this.#settle(id);
    this.#scene.record('inject.skipped', { id, ...why }, actor);
  }

  #settle(id: string): void {
    this.#armed.get(id)?.();
    delete this.state.due[id];
    this.state.past.push(id);
  }

  /** Also by the facilitator's hand, before its time. */
  deliver(inject: Inject, actor?: Actor): void {
    const { id, title, kind, by, from, to, subject, text, alert, attachments } = inject;
    this.#settle(id);
    this.#scene.record('inject.delivered', { id, title, kind, by, from, to, subject, text, alert, attachments }, actor);
    if (inject.changes) this.#scene.change(changed(this.#scene.world(), inject.changes));
    for (const next of this.#all)
      if (next.trigger.on === 'inject' && next.trigger.inject === id && !this.#isSet(next.id))
        this.#arm(next.id, this.#scene.now() + next.trigger.delayMs);
    if (alert) this.#scene.alert(alert, id);
    this.#look();
  }

  #holds(condition: Condition, about: string): boolean {
    try {
      return this.#sight.holds(condition);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#warn(about, error);
      return false;
    }
  }

  /** A condition that cannot be evaluated holds nothing up: it counts as false, and the timeline says so, once. */
  #warn(about: string, { message: reason }: ExpressionError): void {
    const id = `warned:${about}`;
    if (this.state.past.includes(id)) return;
    this.state.past.push(id);
    const message = `The condition of ${about} cannot be evaluated: ${reason}`;
    this.#scene.record('system.warned', { code: 'script', message });
  }
}

/** The world after a change. Pure. */
export function changed(world: World, { systems, faults }: Change): World {
  const next: Record<string, SimulatedSystem> = { ...world.systems };
  for (const [id, { around, serving, traffic }] of Object.entries(systems)) {
    const system = next[id];
    if (!system) continue;
    next[id] = {
      ...system,
      ...(serving !== undefined && { serving }),
      ...(traffic !== undefined && { traffic }),
      ...(around && { around: { ...(system.around ?? WELL), ...(around as Partial<typeof WELL>) } }),
    };
  }
  return { ...world, systems: next, faults: [...world.faults, ...faults] };
}
