import type { SystemSnapshot } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import type { Severity } from '../incident/severity.ts';
import type { Plan } from '../playbook/plan.ts';
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
};

export interface Performance {
  /** Begins, or takes up the snapshot. Call once; messages may be delivered before. */
  start(): void;
  /** Why this message would be refused now, or null. No effect. */
  validate(message: Message): { code: string; message: string } | null;
  /** Applies a message; a repeated id is answered with its first result. */
  deliver(message: Message): MessageResult;
  /** Let no further act begin (continue-as-new is due). Acts in flight go on; a new Performance takes up the snapshot. */
  hold(): void;
  /** Only when idle, held, and with no act in flight. */
  snapshot(): Snapshot;
  readonly idle: boolean;
  readonly actsInFlight: number;
  /** The incident is closed and the plan has ended: nothing more will happen. */
  readonly finished: boolean;
}
