import type { App } from '@slack/bolt';
import type { Inventory } from '../inventory/inventory.ts';
import { slackOf } from '../inventory/slack.ts';
import type { SlackStore } from '../store/slack.ts';
import type { CommandDeps } from '../surfaces/commands.ts';
import type { Playbooks } from '../surfaces/ports.ts';
import { createSlackClient } from '../surfaces/slack/connection/client.ts';
import { createSlackConnection, type SlackState } from '../surfaces/slack/connection/connection.ts';
import type { SlackSettings } from '../surfaces/slack/contract.ts';
import type { HandlerDeps, SlackDrills } from '../surfaces/slack/handlers/deps.ts';
import { homeFor } from '../surfaces/slack/handlers/home.ts';
import { registerHandlers } from '../surfaces/slack/handlers/register.ts';
import { messages } from '../surfaces/slack/messages/messages.ts';
import { modals } from '../surfaces/slack/messages/modals.ts';
import { replies } from '../surfaces/slack/messages/replies.ts';
import { createSlackPeople } from '../surfaces/slack/people/people.ts';
import type { SlackMembers, SlackRequests } from '../surfaces/slack/ports.ts';
import { createOutbox } from '../surfaces/slack/publisher/outbox.ts';
import { createPublisher } from '../surfaces/slack/publisher/publisher.ts';
import type { Log } from './log.ts';
import type { SlackFigures } from './metrics.ts';
import type { SlackHealth } from './readiness.ts';

export type SlackSurfaceDeps = CommandDeps & {
  settings: SlackSettings;
  inventory: () => Inventory;
  playbooks: Playbooks;
  drills: SlackDrills;
  store: SlackStore;
  members: SlackMembers;
  databaseUrl: string;
  publicUrl: string;
  log: Log;
};

export type SlackSurface = {
  /** Signed requests; null with Socket Mode. */
  requests: SlackRequests | null;
  start(): void;
  stop(): Promise<void>;
  health: SlackHealth;
  figures(): SlackFigures;
};

/** Longer than a person waits: what is sent is sent once, and only its answer says where it stands. */
const SEND_TIMEOUT_MS = 20_000;

/** Puts the Slack surface together: whoever hears people, whoever keeps messages current, and the line they share. */
export function composeSlack(deps: SlackSurfaceDeps): SlackSurface {
  const { settings, inventory, members, directory, now } = deps;
  const log = deps.log.child({ room: 'slack' });
  const facts = () => slackOf(inventory());
  let bolt: App | null = null;
  const connection = createSlackConnection({
    settings,
    listen: (app) => {
      bolt = app;
    },
    onState: ({ status }) => {
      if (status === 'connected') people.start();
    },
    log,
    now,
  });
  const people = createSlackPeople({
    client: connection.client,
    team: () => connection.self()?.team ?? null,
    directory,
    facts,
    store: members,
    log,
    now,
  });
  const publisher = createPublisher({
    ...deps,
    outbox: outboxTo(settings, log),
    people,
    messages,
    connectionString: deps.databaseUrl,
    settings: facts,
    home: (user) => homeFor(hearing, user),
    log,
  });
  const hearing: HandlerDeps = {
    ...deps,
    messages,
    modals,
    replies,
    people,
    self: () => connection.self(),
    posts: publisher,
    log,
  };
  if (bolt === null) throw new Error('the connection to Slack has no app to listen with');
  people.listen(bolt);
  registerHandlers(bolt, hearing);

  return {
    requests: connection.requests,
    start() {
      publisher.start();
      connection.start();
    },
    // First nothing new is heard; then what was accepted is said, and written down.
    async stop() {
      await connection.stop();
      await people.stop();
      await publisher.stop();
    },
    health: () => healthOf(connection.state(), connection.self()?.teamName ?? null, publisher.notice(), now()),
    figures() {
      const { leads, waiting, awaySince } = publisher.stats();
      const state = connection.state();
      const connected = state.status === 'connected';
      return { connected, publishes: leads, waiting, awaySince: awaySince ?? (connected ? null : state.since) };
    },
  };
}

/** A client of its own: what waits here must not hold up what a person waits for. */
function outboxTo(settings: SlackSettings, log: Log) {
  const client = createSlackClient(settings, { timeoutMs: SEND_TIMEOUT_MS, log });
  return createOutbox({ call: (method, args) => client.apiCall(method, args), log });
}

/** A connection takes a moment; until then nobody need be alarmed. */
const CONNECTS_WITHIN_MS = 15_000;

function healthOf(
  { status, why, since }: SlackState,
  team: string | null,
  notice: string | null,
  now: number,
): ReturnType<SlackHealth> {
  const connected = `connected to ${team ?? 'Slack'}`;
  const meanwhile = 'Decide here or on the command line; Slack catches up by itself.';
  switch (status) {
    case 'connected':
      return notice === null ? { detail: connected } : { warning: notice, notice, since };
    case 'connecting':
      if (now - since < CONNECTS_WITHIN_MS) return { detail: 'connecting' };
      return { warning: why ?? 'not connected yet', notice: `Slack is not connected yet. ${meanwhile}`, since };
    case 'away':
      return { warning: why ?? 'away', notice: `Slack cannot be reached. ${meanwhile}`, since };
    case 'refused':
      return {
        warning: why ?? 'refused',
        notice: `Slack does not let Tocsin in: ${why ?? 'it does not say why'}. ${meanwhile}`,
        since,
      };
    case 'stopped':
      return { detail: 'stopped' };
    default:
      return status satisfies never;
  }
}
