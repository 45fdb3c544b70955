import { type Opening, type Performance, perform, type Snapshot } from '../../engine/perform.ts';
import type { Call, Stage } from '../../engine/stage.ts';
import type { OpenQuestion } from '../../engine/state.ts';
import { type IncidentEvent, type StaffRole, TOCSIN } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { Message } from '../../incident/messages.ts';
import type { Plan } from '../../playbook/plan.ts';
import { Agenda } from './agenda.ts';
import { Bots, type Ground } from './bots.ts';
import { Director, type DirectorState } from './director.ts';
import { openingByAlert } from './opening.ts';
import { type Actor, asPersona } from './personas.ts';
import type { Script } from './script.ts';
import { actOnWorld, type World } from './world.ts';

/** What is fixed at STARTEX. */
export type Drill = {
  /** Its id: the id of the incident that is played. */
  id: string;
  script: Script;
  plan: Plan;
  /** What the bots' chance follows from. */
  seed: number;
  actors: readonly Actor[];
  /** Scenario time of STARTEX, epoch ms. */
  startedAt: number;
  /** Absent: bots play by themselves, and time leaps from event to event. */
  people?: DrillPeople | undefined;
};

/** Who takes part besides bots, and how fast the scenario's clock runs while nobody is asked: scenario ms in one ms. */
export type DrillPeople = {
  players: readonly { role: string; person: string }[];
  staff: readonly { role: StaffRole; person: string }[];
  rate: number;
};

/** Where a drill stands: all that another run needs to go on from there, as plain JSON. */
export type DrillState = {
  world: World;
  now: number;
  director?: DirectorState | undefined;
  opening?: Opening | undefined;
  snapshot?: Snapshot | undefined;
  /** Messages that are on their way to the incident: those before it was opened, and alerts of this very moment. */
  alerts?: number | undefined;
};

export type DrillRunOptions = Drill & {
  state: DrillState;
  record: (event: IncidentEvent) => void;
  /** Sends each act out of the run as well; scenario time stands still until `back` is called. Absent: nothing leaves. */
  outside?: ((call: Call, back: () => void) => void) | undefined;
  /** Whether to give up here. Asked whenever nothing is under way. */
  continueDue: () => boolean;
  onContinue: (state: DrillState) => void;
  onEnd: (world: World) => void;
  onCrash: (error: unknown) => void;
};

/** Plays a script: the director brings about what happens, the engine carries the plan out, bots answer. In virtual time. */
export class DrillRun implements Stage {
  readonly #options: DrillRunOptions;
  readonly #agenda = new Agenda();
  readonly #director: Director;
  readonly #bots: Bots<Actor>;
  #performance: Performance | null = null;
  #opening: Opening | null;
  #world: World;
  #now: number;
  #alerts: number;
  #out = 0;
  #driving = false;
  #over = false;

  constructor(options: DrillRunOptions) {
    const { state, script, startedAt, seed, actors, plan } = options;
    this.#options = options;
    this.#world = state.world;
    this.#now = state.now;
    this.#alerts = state.alerts ?? 0;
    this.#opening = state.opening ?? null;
    this.#director = new Director(
      script,
      startedAt,
      {
        now: () => this.#now,
        at: (time, path, fire) => this.#agenda.add(time, path, fire),
        record: (type, data) =>
          this.record({ at: this.#now, path: '', type, actor: TOCSIN, data } as unknown as IncidentEvent),
        world: () => this.#world,
        change: (world) => {
          this.#world = world;
        },
        alert: (alert) => this.#alert(alert),
        end: () => {
          this.#over = true;
        },
      },
      state.director,
    );
    const ground: Ground = {
      incident: options.id,
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
    this.#bots = new Bots(actors, ground, asPersona(script, startedAt, seed));
  }

  /** Begins, or takes the state up. */
  begin(): void {
    const { state } = this.#options;
    if (!state.director) this.#startex();
    this.#director.begin();
    if (this.#opening) {
      for (const open of openQuestions(state.snapshot)) this.#bots.takeUp(open);
      this.#perform(this.#opening, state.snapshot);
    } else this.#drive();
  }

  #startex(): void {
    const { id, script, plan, seed, actors, startedAt } = this.#options;
    const { simulation, version, title, hash, length, seats } = script;
    this.record({
      at: startedAt,
      path: '',
      type: 'exercise.started',
      actor: TOCSIN,
      data: {
        incident: id,
        ...{ simulation, version, title, script: hash, length: length.name, seed },
        playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
        seats: seats.flatMap(({ role }) =>
          actors
            .filter(({ roles }) => roles.includes(role))
            .map(({ person, persona }) => ({ role, person, persona: persona.id })),
        ),
        endsAt: startedAt + length.ms,
      },
    });
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
    this.#opening = openingByAlert({ id, plan, script, alert });
    if (this.#opening) this.#perform(this.#opening, undefined);
  }

  #perform(opening: Opening, snapshot: Snapshot | undefined): void {
    const { plan, onCrash } = this.#options;
    this.#performance = perform({ plan, stage: this, opening, snapshot, onIdle: () => this.#drive(), onCrash });
    this.#performance.start();
  }

  /** A message by somebody, at this moment of the scenario. */
  deliver(message: Message): void {
    this.#performance?.deliver({ ...message, at: this.#now });
  }

  now(): number {
    return this.#now;
  }

  act(call: Call, done: Parameters<Stage['act']>[1]): void {
    const { world, result, tookMs } = actOnWorld(this.#world, call, this.#now);
    const took = this.#options.script.tookMs[call.capability] ?? tookMs;
    this.#world = world;
    this.#agenda.add(this.#now + took, call.path, () => done(result, took));
    const { outside } = this.#options;
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
    this.#director.see(event);
  }

  get #idle(): boolean {
    return this.#performance?.idle ?? true;
  }

  /** Fires what is due next until a fiber can run again. Nothing fires while an act is out. */
  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#idle && this.#out === 0) if (!this.#fireNext()) return;
    this.#driving = false;
  }

  /** False when the run is over: it never drives again. */
  #fireNext(): boolean {
    const { onEnd, onContinue, continueDue } = this.#options;
    if (this.#over) {
      onEnd(this.#world);
      return false;
    }
    if ((this.#performance?.actsInFlight ?? 0) === 0 && continueDue()) {
      onContinue(this.#state());
      return false;
    }
    const due = this.#agenda.take();
    if (!due) throw new Error('A drill ends by its ENDEX, which is always due.');
    this.#now = Math.max(this.#now, due.time);
    due.fire();
    return true;
  }

  #state(): DrillState {
    return {
      world: this.#world,
      now: this.#now,
      director: this.#director.state,
      alerts: this.#alerts,
      ...(this.#opening && { opening: this.#opening, snapshot: this.#performance?.snapshot() }),
    };
  }
}

const openQuestions = (snapshot: Snapshot | undefined): OpenQuestion[] =>
  Object.values((snapshot?.open ?? {}) as unknown as Record<string, OpenQuestion>);

/** The world of a script at STARTEX. */
export const worldOf = ({ systems, faults }: Script): World => ({
  format: 1,
  systems: Object.fromEntries(systems.map(({ snapshot, truth }) => [snapshot.id, truth])),
  mailbox: [],
  faults: [...faults],
  applied: {},
});
