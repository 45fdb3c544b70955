import type { CheckName } from '../incident/check.ts';
import type { Vote } from '../incident/decision.ts';
import type { NumberedEvent, SystemSnapshot } from '../incident/events.ts';
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
  /** At least so bad, whatever the playbook says; it may say worse. */
  severityAtLeast?: Severity | null;
  inputs: JsonObject;
  requester: string | null;
  alert: JsonObject | null;
  /** Opens without one even if the alert would open a playbook: when several would, or its inputs are not known yet. */
  withoutPlaybook?: boolean;
  /** Makes a repeated request harmless: the same key opens one incident. */
  key: string;
};

/** The running incidents (Temporal). */
export interface Responses {
  open(request: OpenRequest): Promise<{ incident: string; created: boolean }>;
  /** One Temporal Update, whatever the surface. Retries transport errors with the same message id. */
  send(incident: string, message: Message): Promise<MessageResult>;
}

/** `redacted`: what it said was dropped for good; actor and data are a stand-in. */
export type StoredEvent = NumberedEvent & {
  hash: string;
  recordedAt: string;
  redacted?: { at: string; why: string };
};

/** A plan that was added to an incident, with its paths as they stand on the timeline. */
export type AddedPlan = { number: number; plan: Plan };

/** `added`: those on the shelf. */
export type FoundIncident = { view: IncidentView; plan: Plan | null; added: AddedPlan[]; events: StoredEvent[] };

/** Reading (PostgreSQL). */
export interface Reader {
  /** The latest first. `drills`: drills as well, which are no incidents and are left out otherwise. */
  incidents(filter: {
    status?: ('open' | 'resolved' | 'closed')[];
    limit?: number;
    drills?: boolean;
  }): Promise<IncidentView[]>;
  incident(id: string): Promise<FoundIncident | null>;
  events(id: string, afterSeq: number): Promise<StoredEvent[]>;
  /** Calls back with the incident's id whenever its timeline grows. Returns unsubscribe. */
  subscribe(incident: string | null, grown: (incident: string, seq: number) => void): () => void;
}

/** Signs a vote with the surfaces' key. */
export interface VoteSigner {
  sign(vote: Omit<Vote, 'key' | 'signature'>): Vote;
}

/** Who and what there is, from tocsin.yaml. Asked at every click: an edit to the inventory counts at once. */
export interface Directory {
  people(): Person[];
  person(id: string): Person | null;
  /** How to call people by their ids: those of the inventory, and those of Slack who have met Tocsin. */
  names(): ReadonlyMap<string, string>;
  /** Other ids under which this same human may stand on timelines: as a member of Slack, before the inventory knew them. */
  formerIds(person: string): readonly string[];
  roles(): { id: string; title: string }[];
  /** Of the organisation, as an IANA name: deadlines are told on its clocks as well. */
  timezone(): string;
  systems(): SystemSnapshot[];
  system(id: string): SystemSnapshot | null;
  /** Whether every binding this system may use is simulated; of the whole inventory for null. */
  simulated(system: string | null): boolean;
}

export type Session =
  | { kind: 'cookie'; expiresAt: number }
  | { kind: 'token'; id: string; name: string; scope: TokenScope; expiresAt: number | null };

/** `person`: acts as its person. `alerts`: may only send alerts, and what it opens was not requested by anybody. */
export type TokenScope = 'person' | 'alerts';

export type TokenInfo = {
  id: string;
  /** The first characters, to tell tokens apart. */
  prefix: string;
  name: string;
  person: string;
  scope: TokenScope;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
};

/** Local accounts, sessions, API tokens and one-time links; secrets are kept hashed. */
export interface Accounts {
  setPassword(person: string, password: string): Promise<void>;
  checkPassword(person: string, password: string): Promise<boolean>;
  startSession(person: string): Promise<{ token: string; expiresAt: number }>;
  session(token: string): Promise<{ person: string; expiresAt: number } | null>;
  endSession(token: string): Promise<void>;
  createToken(request: {
    person: string;
    name: string;
    scope: TokenScope;
    expiresAt: number | null;
  }): Promise<{ info: TokenInfo; token: string }>;
  token(token: string): Promise<TokenInfo | null>;
  /** All of one person, or of everybody for null. */
  tokens(person: string | null): Promise<TokenInfo[]>;
  revokeToken(id: string): Promise<boolean>;
  createLink(person: string, expiresAt: number): Promise<string>;
  /** The person, without using the link up; null when it is unknown, used or expired. */
  peekLink(token: string): Promise<string | null>;
  /** Uses the link up. */
  useLink(token: string): Promise<string | null>;
}

export type PublishedPlan = { plan: Plan; publishedAt: number; publishedBy: string[] };

/** Playbooks that are published (only they can run). */
export interface Playbooks {
  /** The latest of each playbook, by name. */
  list(): Promise<PublishedPlan[]>;
  latest(playbook: string): Promise<PublishedPlan | null>;
  published(hash: string): Promise<PublishedPlan | null>;
}

/** Also those that later ones have replaced. */
export interface PlaybookArchive extends Playbooks {
  /** All of one playbook, the latest first. */
  versions(playbook: string): Promise<PublishedPlan[]>;
}

export type InboxAlert = {
  id: string;
  receivedAt: number;
  /** When it came last. */
  lastAt: number;
  /** The name of the monitor's token, or the id of the person who sent it. */
  source: string;
  /** The person who sent it; null for a monitor. */
  requester: string | null;
  key: string;
  count: number;
  alert: JsonObject;
  status: 'new' | 'opened' | 'joined' | 'unmatched';
  incident: string | null;
  /** Why nothing was opened. */
  because: string | null;
  /** Since when it fires, as its monitor says. */
  startsAt: number | null;
  /** Its monitor says that it no longer fires. */
  resolvedAt: number | null;
};

/** What came of the last run of a scheduled check. */
export type CheckState = {
  system: string;
  check: CheckName;
  startedAt: number;
  at: number;
  status: 'clean' | 'found' | 'failed';
  /** Which version was looked at; null when it could not be carried out. */
  version: string | null;
  /** Why it could not be carried out. */
  code: string | null;
  detail: string;
  /** Runs in a row that could not be carried out. */
  failures: number;
  /** When it was last carried out, whatever it found. */
  doneAt: number | null;
};
