import type { SystemSnapshot } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import type { Severity } from '../incident/severity.ts';
import type { Plan } from '../playbook/plan.ts';
import { Conductor, structuredCopy } from './conductor.ts';
import { deliverMessage, refuseMessage } from './messages.ts';
import type { PlanRun } from './plan-run.ts';
import { performPlan } from './plans.ts';
import type { Stage } from './stage.ts';

/** What is known when the incident is opened. Recorded as `incident.opened`. */
export type Opening = {
  incident: string;
  title: string;
  severity: Severity;
  system: SystemSnapshot | null;
  requester: string | null;
  alert: JsonObject | null;
  mode: 'live' | 'simulated-inventory' | 'exercise';
  inputs: JsonObject;
};

/** The engine's state as JSON: the open frontier, carried through continue-as-new. */
export type Snapshot = JsonObject;

export type PerformOptions = {
  plan: Plan | null;
  stage: Stage;
  opening: Opening;
  /** Carries on from here; absent at the first start. */
  snapshot?: Snapshot | undefined;
  /** Called, synchronously, each time no fiber is runnable any more. */
  onIdle: () => void;
  /** A mistake of ours, never of a playbook: the host must make it loud. */
  onCrash: (error: unknown) => void;
};

export interface Performance {
  /** Begins, or takes up the snapshot. Call once; messages may be delivered before. */
  start(): void;
  /** Why this message would be refused now, or null. No effect. */
  validate(message: Message): { code: string; message: string } | null;
  /** Applies a message; a repeated id is answered with its first result. */
  deliver(message: Message): MessageResult;
  /** Let no further step begin, so that soon no act is in flight (continue-as-new is due). A new Performance takes up the snapshot. */
  hold(): void;
  /** Only when idle and with no act in flight: everything else that waits is in the state. */
  snapshot(): Snapshot;
  readonly idle: boolean;
  readonly actsInFlight: number;
  /** Its plans have ended. Duties to notify may run on, and more may be added. */
  readonly ended: boolean;
  /** The incident is closed and its plans have ended: nothing more will happen. */
  readonly finished: boolean;
  /** Of the plan whose step stands at a path of the timeline. */
  planAt(path: string): Plan;
}

/** Interprets a plan on a stage. Everything durable is the stage's matter; everything decided here is the same on each. */
export function perform(options: PerformOptions): Performance {
  const conductor = new Conductor(options);
  const { state, fibers } = conductor;
  const playing = new Set<PlanRun>();
  let started = false;
  const toPlay = () => (started ? conductor.runs.filter((run) => run.running && !playing.has(run)) : []);
  /** All as one: else time could move on between them. */
  const play = (runs: readonly PlanRun[]) => {
    for (const run of runs) playing.add(run);
    return fibers.all(runs.map((run) => () => performPlan(conductor, run)));
  };
  return {
    start() {
      if (state.phase === 'new') recordOpening(conductor, options.plan);
      conductor.obligations.takeUp();
      started = true;
      if (conductor.running) fibers.start(() => play(toPlay()), options.onCrash);
      else options.onIdle();
    },
    validate: (message) => refuseMessage(conductor, message),
    deliver(message) {
      const result = deliverMessage(conductor, message);
      const added = toPlay();
      // Not at once: the message is answered first.
      if (added.length > 0) fibers.start(() => Promise.resolve().then(() => play(added)), options.onCrash);
      if (fibers.idle) options.onIdle();
      return result;
    },
    hold() {
      conductor.held = true;
    },
    snapshot() {
      if (!fibers.idle || conductor.actsInFlight > 0)
        throw new Error('A snapshot is taken only when idle and with no act in flight.');
      return structuredCopy(state) as unknown as Snapshot;
    },
    get idle() {
      return fibers.idle;
    },
    get actsInFlight() {
      return conductor.actsInFlight;
    },
    get finished() {
      return state.status === 'closed' && !conductor.running;
    },
    get ended() {
      return state.phase !== 'new' && !conductor.running;
    },
    planAt: (path) => conductor.runAt(path).plan,
  };
}

function recordOpening(conductor: Conductor, plan: Plan | null): void {
  const { opening, state, runs } = conductor;
  const { inputs: _, ...facts } = opening;
  state.openedAt = conductor.stage.now();
  const playbook = plan && { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash };
  conductor.record('', 'incident.opened', { ...facts, playbook });
  for (const { steps } of runs) conductor.record('', 'plan.started', { steps: steps.size });
  state.phase = plan ? 'steps' : 'ended';
}
