import type { Vote } from '../incident/decision.ts';
import type { NumberedEvent } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import type { Severity } from '../incident/severity.ts';
import type { IncidentView } from '../incident/view.ts';
import type { Plan } from '../playbook/plan.ts';

/** What surfaces need of the rest of the house. `main` wires the real ones. */

export type Person = { id: string; name: string; email: string | null; roles: string[] };

export type OpenRequest = {
  title: string | null;
  playbook: string | null;
  system: string | null;
  severity: Severity | null;
  inputs: JsonObject;
  requester: string | null;
  alert: JsonObject | null;
  /** Makes a repeated request harmless: the same key opens one incident. */
  key: string;
};

/** The running incidents (Temporal). */
export interface Responses {
  open(request: OpenRequest): Promise<{ incident: string; created: boolean }>;
  /** One Temporal Update, whatever the surface. Retries transport errors with the same message id. */
  send(incident: string, message: Message): Promise<MessageResult>;
}

export type StoredEvent = NumberedEvent & { hash: string; recordedAt: string };

/** Reading (PostgreSQL). */
export interface Reader {
  incidents(filter: { status?: ('open' | 'resolved' | 'closed')[]; limit?: number }): Promise<IncidentView[]>;
  incident(id: string): Promise<{ view: IncidentView; plan: Plan | null; events: StoredEvent[] } | null>;
  events(id: string, afterSeq: number): Promise<StoredEvent[]>;
  /** Calls back with the incident's id whenever its timeline grows. Returns unsubscribe. */
  subscribe(incident: string | null, grown: (incident: string, seq: number) => void): () => void;
}

/** Signs a vote with the surfaces' key. */
export interface VoteSigner {
  sign(vote: Omit<Vote, 'key' | 'signature'>): Vote;
}
