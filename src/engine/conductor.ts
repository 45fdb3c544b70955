import type { EventData, EventType, IncidentEvent } from '../incident/events.ts';
import { type Actor, TOCSIN } from '../incident/events.ts';
import type { Json, JsonObject } from '../incident/json.ts';
import { planNumber, planPath } from '../incident/step-path.ts';
import { ExpressionError, evaluate, evaluateCondition, resolveValue, type Scope } from '../playbook/cel.ts';
import type { Readable } from '../playbook/cel-reads.ts';
import type { Step, Value } from '../playbook/plan.ts';
import type { CancelScope } from './cancel.ts';
import { Fibers } from './fibers.ts';
import { Obligations } from './obligations.ts';
import type { PerformOptions } from './perform.ts';
import { PlanRun } from './plan-run.ts';
import { Questions } from './questions.ts';
import type { ActFault, Stage } from './stage.ts';
import { type AddedPlan, newState, type State, type Variables } from './state.ts';
import { Turns } from './turns.ts';

/**
 * Where a step runs: the variables its expressions see, and what calls it off. `caught`: a `try` around it has an answer to failures,
 * so that nobody is asked. `again`: how often people had each block around it tried again as a whole.
 */
export type Context = {
  variables: Variables;
  cancel: CancelScope;
  caught?: boolean;
  again?: readonly number[] | undefined;
};

/** A step that failed, on its way to the question about it. */
export class StepFailed extends Error {
  override name = 'StepFailed';
  readonly fault: ActFault;
  constructor(fault: ActFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** What the step kinds share: the plans, the stage, the state, and the few ways to wait. */
export class Conductor {
  readonly stage: Stage;
  readonly opening: PerformOptions['opening'];
  readonly state: State;
  readonly fibers: Fibers;
  readonly questions: Questions;
  readonly obligations: Obligations;
  readonly turns: Turns;
  /** The plans, in the order in which they came. */
  readonly runs: PlanRun[] = [];
  /** What several plans did is being undone together. */
  standingDown = false;
  actsInFlight = 0;
  held = false;
  readonly #gated = new Map<string, () => void>();
  readonly #watchers = new Map<string, () => void>();

  constructor(options: PerformOptions) {
    this.stage = options.stage;
    this.opening = options.opening;
    this.state = options.snapshot
      ? (structuredCopy(options.snapshot) as unknown as State)
      : newState(options.opening.severity, options.opening.inputs);
    // States that were saved before there were duties to notify hold none.
    this.state.obligations ??= {};
    this.fibers = new Fibers(options.onIdle);
    this.questions = new Questions(this);
    this.obligations = new Obligations(this);
    this.turns = new Turns(this);
    if (options.plan) this.runs.push(new PlanRun(0, options.plan, this.state));
    for (const added of this.state.added ?? []) this.adopt(added);
  }

  adopt(added: AddedPlan): PlanRun {
    const run = new PlanRun(added.number, added.plan, added, added.by);
    this.runs.push(run);
    return run;
  }

  /** The plan whose step stands at a path of the timeline. */
  runAt(path: string): PlanRun {
    const number = planNumber(path);
    const run = this.runs.find((one) => one.number === number);
    if (!run) throw new Error(`No plan of ${this.opening.incident} has a step at "${path}".`);
    return run;
  }

  planHash(path: string): string {
    return this.runAt(path).plan.hash;
  }

  get running(): boolean {
    return this.runs.some((run) => run.running);
  }

  /** Whether pausing holds up what runs in this scope. `finally` and unwinding it does not. */
  pausable(cancel: CancelScope): boolean {
    return this.runs.some(({ main }) => main === cancel.root);
  }

  record<T extends EventType>(path: string, type: T, data: EventData<T>, actor: Actor = TOCSIN): void {
    this.stage.record({ at: this.stage.now(), path, type, actor, data } as unknown as IncidentEvent);
  }

  /** A promise to await while the incident is paused or held, undefined when the way is free. `pausable: false` for unwinding and `finally`: pause never blocks them. */
  gate(path: string, cancel: CancelScope, pausable: boolean): Promise<void> | undefined {
    cancel.check();
    return this.held || (pausable && this.state.paused) ? this.#waitAtGate(path, cancel, pausable) : undefined;
  }

  async #waitAtGate(path: string, cancel: CancelScope, pausable: boolean): Promise<void> {
    for (;;) {
      cancel.check();
      if (!this.held && !(pausable && this.state.paused)) return;
      await this.fibers.suspend<void>((resume) => {
        const open = () => {
          this.#gated.delete(path);
          off();
          resume();
        };
        this.#gated.set(path, open);
        const off = cancel.onCancel(path, open);
      });
    }
  }

  /** Lets everything at a gate look again. */
  openGates(): void {
    for (const path of [...this.#gated.keys()].sort()) this.#gated.get(path)?.();
  }

  /** Waits until a scenario time, or until called off (then throws), or until `watch` says so at a change of the plan's variables. */
  async until(time: number, path: string, cancel: CancelScope, watch?: () => boolean): Promise<'elapsed' | 'watched'> {
    cancel.check();
    const how = await this.fibers.suspend<'elapsed' | 'watched' | 'cancelled'>((resume) => {
      const end = (value: 'elapsed' | 'watched' | 'cancelled') => {
        cancelTimer();
        off();
        this.#watchers.delete(path);
        resume(value);
      };
      const cancelTimer = this.stage.at(time, path, () => end('elapsed'));
      const off = cancel.onCancel(path, () => end('cancelled'));
      if (watch) this.#watchers.set(path, () => watch() && end('watched'));
    });
    cancel.check();
    return how === 'watched' ? 'watched' : 'elapsed';
  }

  /** Something that a condition may depend on has changed. In order of path: the same on every stage. */
  changed(): void {
    if (this.#watchers.size === 0) return;
    for (const path of [...this.#watchers.keys()].sort()) this.#watchers.get(path)?.();
  }

  /** The step of the plan that stands at a path of the timeline. */
  stepAt(path: string): Step | undefined {
    return this.runAt(path).steps.get(planPath(path));
  }

  setOutputs(step: Step, context: Context, outputs: JsonObject): void {
    context.variables.steps[step.id] = outputs;
  }

  /** `alert`: the one to look at, in place of the alert that opened the incident. */
  #scope(variables: Variables, alert: JsonObject | null = this.opening.alert): Scope {
    const { incident, title } = this.opening;
    return {
      ...variables.locals,
      inputs: variables.inputs,
      steps: stepsOf(variables),
      incident: { id: incident, title, severity: this.state.severity },
      alert: alert ?? {},
    };
  }

  readable(variables: Variables): Readable {
    return { inputs: variables.inputs, steps: stepsOf(variables), locals: variables.locals };
  }

  evaluate(cel: string, variables: Variables): Json {
    return asFault(() => evaluate(cel, this.#scope(variables)));
  }

  condition(cel: string, variables: Variables, alert?: JsonObject): boolean {
    return asFault(() => evaluateCondition(cel, this.#scope(variables, alert)));
  }

  value(value: Value, variables: Variables): Json {
    if ('literal' in value) return value.literal;
    return asFault(() => resolveValue(value, this.#scope(variables)));
  }

  values(values: Record<string, Value>, variables: Variables): JsonObject {
    const out: JsonObject = {};
    for (const name of Object.keys(values)) out[name] = this.value(values[name] as Value, variables);
    return out;
  }

  text(value: Value, variables: Variables): string {
    const result = this.value(value, variables);
    return typeof result === 'string' ? result : JSON.stringify(result);
  }
}

/** In a round: its own steps, and those around it. */
const stepsOf = ({ steps, outer }: Variables): Variables['steps'] => (outer ? { ...stepsOf(outer), ...steps } : steps);

/** An expression that fails is a failed step, never an exception that escapes the workflow and is retried in silence. */
function asFault<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ExpressionError)
      throw new StepFailed({ code: 'expression', message: error.message, retryable: false, effect: 'none' });
    throw error;
  }
}

/** The workflow sandbox has no structuredClone. */
export const structuredCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
