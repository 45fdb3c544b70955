import type { SystemSnapshot } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import type { Severity } from '../incident/severity.ts';
import type { Plan } from '../playbook/plan.ts';
import { Cancelled, CancelScope, Stopped } from './cancel.ts';
import { Conductor, structuredCopy } from './conductor.ts';
import { deliverMessage, refuseMessage } from './messages.ts';
import { runSequence } from './sequence.ts';
import type { Stage } from './stage.ts';
import type { PlanOutcome } from './state.ts';
import { unwind } from './undo.ts';

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
  /** The incident is closed and the plan has ended: nothing more will happen. */
  readonly finished: boolean;
}

/** Interprets a plan on a stage. Everything durable is the stage's matter; everything decided here is the same on each. */
export function perform(options: PerformOptions): Performance {
  const conductor = new Conductor(options);
  const { state, fibers } = conductor;
  return {
    start() {
      if (state.phase === 'new') recordOpening(conductor);
      conductor.obligations.takeUp();
      if (state.phase === 'ended') options.onIdle();
      else fibers.start(() => performPlan(conductor), options.onCrash);
    },
    validate: (message) => refuseMessage(conductor, message),
    deliver(message) {
      const result = deliverMessage(conductor, message);
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
      return state.status === 'closed' && state.phase === 'ended';
    },
  };
}

function recordOpening(conductor: Conductor): void {
  const { opening, plan, state } = conductor;
  const { inputs: _, ...facts } = opening;
  state.openedAt = conductor.stage.now();
  const playbook = plan && { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash };
  conductor.record('', 'incident.opened', { ...facts, playbook });
  if (plan) conductor.record('', 'plan.started', { steps: conductor.steps.size });
  state.phase = plan ? 'steps' : 'ended';
}

async function performPlan(conductor: Conductor): Promise<void> {
  const { state, plan, main } = conductor;
  if (!plan) return;
  const { scope } = state;
  if (state.phase === 'steps') {
    state.outcome = await outcomeOf(() =>
      runSequence(conductor, plan.steps, state.frame, { variables: scope, cancel: main }),
    );
    if (state.cancelled) state.outcome = state.cancelled === 'stand-down' ? 'stood-down' : 'unwound';
    state.phase = state.cancelled ? 'unwinding' : 'finally';
  }
  if (state.phase === 'unwinding') {
    await unwind(conductor);
    state.phase = 'finally';
  }
  const shielded = { variables: scope, cancel: new CancelScope() };
  await outcomeOf(() => runSequence(conductor, plan.finally, state.finallyFrame, shielded));
  conductor.record('', 'plan.finished', { outcome: state.outcome ?? 'completed' });
  state.phase = 'ended';
}

async function outcomeOf(block: () => Promise<PlanOutcome>): Promise<PlanOutcome> {
  try {
    return await block();
  } catch (error) {
    if (error instanceof Stopped || error instanceof Cancelled) return 'stopped';
    throw error;
  }
}
