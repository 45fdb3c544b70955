import type { JsonObject } from '../incident/json.ts';
import type { InboxAlert } from './ports.ts';

/** The inbox as surfaces use it. What was noticed is kept there, whether or not anything comes of it. */
export type AlertInbox = {
  /**
   * Keeps a batch in one transaction. Answers in its order; null for what is over and never fired here. A `new` or `unmatched`
   * answer is to be matched, for the first time or again.
   */
  receive(batch: Batch): Promise<(Kept | null)[]>;
  kept(ids: readonly string[]): Promise<Kept[]>;
  /**
   * Makes new again what nothing matched and still fires, where an incident about its system was opened, or began to wait, since it was
   * last compared: it may belong there. What was not heard of for a day before that incident is left.
   */
  reconsider(): Promise<void>;
  /** Systems that have alerts nobody has matched; null stands for alerts about none. */
  waiting(): Promise<(string | null)[]>;
  /** What is to be matched of one system: what is new, and those of `again` that nothing matched so far. */
  unsettled(system: string | null, again: readonly string[]): Promise<Unsettled[]>;
  /** Incidents about this system that alerts have opened and whose timelines have not begun yet. */
  opening(system: string): Promise<{ incident: string; plan: string | null }[]>;
  settle(outcomes: readonly Outcome[], at: number): Promise<void>;
  /** Does this unless another server is doing it: two that told at once would each count what the other is about to tell. */
  telling(work: () => Promise<void>): Promise<void>;
  /** Runs `work` while nobody else, in whichever process, matches alerts about this system. */
  inTurn<T>(system: string | null, work: () => Promise<T>): Promise<T>;
  get(id: string): Promise<InboxAlert | null>;
  /** Unmatched alerts that still fire first, then the newest. */
  list(filter: { status?: readonly InboxAlert['status'][]; limit?: number }): Promise<InboxAlert[]>;
  /** How many alerts fire that nothing matched. */
  unmatched(): Promise<number>;
  /** Repeats to tell incidents of, one digest an alert. */
  digests(): Promise<Digest[]>;
  told(digests: readonly Digest[]): Promise<void>;
  /** What is over, and whose incident knows all repeats of it. */
  resolutions(): Promise<Resolution[]>;
  toldResolved(ids: readonly string[]): Promise<void>;
};

/** What a monitor says: that something fires, or (`endsAt`) that it does no longer. */
export type Noticed = {
  /** The same source and key is the same alert. */
  key: string;
  alert: JsonObject;
  /** One of the inventory's systems: alerts about it are matched in turn. */
  system: string | null;
  /** Since when it fires, as its monitor says. */
  startsAt: number | null;
  endsAt: number | null;
};

export type Batch = {
  source: string;
  /** The person who sent it; null for a monitor. */
  requester: string | null;
  alerts: readonly Noticed[];
  at: number;
  /** The key names one message: to bring it again changes nothing. */
  once?: boolean;
};

/** An alert of the inbox without what it says. `triedAt`: when it was last compared with the playbooks. */
export type Kept = Pick<InboxAlert, 'id' | 'status' | 'incident' | 'count' | 'because' | 'resolvedAt'> & {
  system: string | null;
  triedAt: number | null;
};

/** An alert that no incident has taken yet. */
export type Unsettled = { id: string; alert: JsonObject; count: number; requester: string | null };

/** `told`: how many of it the incident knows of. Repeats that were counted since then go out as digests. */
export type Outcome = { id: string } & (
  | { status: 'opened'; incident: string; plan: string | null; told: number }
  | { status: 'joined'; incident: string }
  | { status: 'unmatched'; because: string }
);

/** Growth of an alert that its incident has not been told of. */
export type Digest = { id: string; incident: string; alert: JsonObject; count: number; upTo: number };
/** An alert that is over, which its incident has not been told. */
export type Resolution = { id: string; incident: string; alert: JsonObject };
