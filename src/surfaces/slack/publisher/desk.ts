import type { Severity } from '../../../incident/severity.ts';
import type { SlackStanding, SlackStore } from '../../../store/slack.ts';
import type { StoredEvent } from '../../ports.ts';
import type { Messages, Outbox, Story } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import type { Clock } from './clock.ts';
import type { MainChannel } from './main-channel.ts';
import type { Urgency } from './pace.ts';
import type { Wanted } from './wanted.ts';

export type PublisherSettings = {
  channel: string;
  ownChannelFor: readonly Severity[];
  ownChannelsPrivate: boolean;
  drills?: string;
};

/** An incident as it was last looked at: what is true, what is wanted of it in Slack, and what stands there. */
export type Scene = {
  story: Story;
  events: readonly StoredEvent[];
  standing: SlackStanding;
  wanted: ReadonlyMap<string, Wanted>;
  /** Users who belong into the incident's own channel. */
  members: readonly string[];
};

/** What all who do one thing in Slack share. */
export type Desk = {
  outbox: Outbox;
  store: SlackStore;
  messages: Messages;
  main: MainChannel;
  /** Where drills are told that have no channel of their own. */
  drills: MainChannel;
  settings(): PublisherSettings;
  clock: Clock;
  log: SlackLog;
  /** The latest look at an incident; null when this server does not publish any more: then nothing more is said. */
  scene(incident: string): Scene | null;
  /** `incident key` of messages whose blocks Slack did not take: they are sent as words. */
  inWords: Set<string>;
  /** Writes down what was done in Slack, however long the database is away: what is forgotten would be said twice. */
  keep(work: () => Promise<void>): Promise<void>;
};

/**
 * One thing to do in Slack. `slot`: never done twice at once for the same incident. `hash`: what it is about, so that what failed is
 * not repeated in vain. `urgency`: what is under way for the slot goes on with it, if it is more urgent by now.
 */
export type Task = { slot: string; hash: string; urgency?: Urgency; run(): Promise<void> };
