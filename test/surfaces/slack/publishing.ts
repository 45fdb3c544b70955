import { onTestFinished, vi } from 'vitest';
import type {
  LocalSlack,
  LocalSlackOptions,
  SlackMessage,
  WorkspaceState,
} from '../../../src/embedded/slack/contract.ts';
import { runningClock } from '../../../src/embedded/slack/state/clock.ts';
import type { Question, Vote } from '../../../src/incident/decision.ts';
import { type EventData, type EventType, type NumberedEvent, person } from '../../../src/incident/events.ts';
import { isExercise } from '../../../src/incident/ids.ts';
import { createReader } from '../../../src/store/reader.ts';
import { createSlackStore, type SlackStore } from '../../../src/store/slack.ts';
import type { Directory, Person } from '../../../src/surfaces/ports.ts';
import { createSlackClient } from '../../../src/surfaces/slack/connection/client.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { createSlackPeople } from '../../../src/surfaces/slack/people/people.ts';
import { createOutbox, type FullOutbox } from '../../../src/surfaces/slack/publisher/outbox.ts';
import {
  createPublisher,
  type Publisher,
  type PublisherDeps,
} from '../../../src/surfaces/slack/publisher/publisher.ts';
import { channelId, openLocalSlack } from '../../support/local-slack.ts';
import { question, sampleEvents, sampleExercise, vote } from '../../support/sample-events.ts';
import { type TestStore, testStore } from '../../support/store.ts';

/** A timeline in PostgreSQL, a local Slack, and publishers between them, on one clock that can be moved. */

export const people: Person[] = [
  { id: 'ada', name: 'Ada Berg', email: 'ada@example.com', roles: ['incident-commander'] },
  { id: 'ben', name: 'Ben Okafor', email: 'ben@example.com', roles: ['incident-commander'] },
  { id: 'mia', name: 'Mia Sand', email: 'mia@example.com', roles: ['engineering-manager'] },
  { id: 'lea', name: 'Lea Counsel', email: 'lea@example.com', roles: ['legal-counsel'] },
  { id: 'gone', name: 'Nobody in Slack', email: 'gone@example.com', roles: ['incident-commander'] },
];
export const ADA = 'U0ADA';
export const BEN = 'U0BEN';
export const MIA = 'U0MIA';
export const LEA = 'U0LEA';

const GENEROUS = {
  tier1: 10_000,
  tier2: 10_000,
  tier3: 10_000,
  tier4: 10_000,
  channelPerS: 10_000,
  channelBurst: 10_000,
  messages: 600_000,
};
export const SCOPES =
  'chat:write commands channels:read channels:join channels:manage groups:read groups:write im:write users:read users:read.email usergroups:read pins:write'.split(
    ' ',
  );

export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const within = { timeout: 15_000, interval: 25 };

export type Setting = Awaited<ReturnType<typeof setting>>;

export async function setting({
  noMain,
  scopes = SCOPES,
  ...more
}: Partial<LocalSlackOptions> & { noMain?: boolean; scopes?: string[] } = {}) {
  const clock = runningClock();
  const house: TestStore = await testStore();
  const slack: LocalSlack = await openLocalSlack({
    users: people
      .filter(({ id }) => id !== 'gone')
      .map(({ id, name, email }) => ({ id: `U0${id.toUpperCase()}`, name: id, real_name: name, email })),
    groups: [],
    clock,
    limits: GENEROUS,
    ...more,
    app: { scopes },
  });
  const store = createSlackStore(house.pool);
  // Local Slack keeps what changes its workspace to itself; a test plays its administrators.
  const state = slack.workspace as WorkspaceState;
  const servers: { publisher: Publisher; outbox: FullOutbox; end(): Promise<void> }[] = [];
  const writer = house.writer();
  onTestFinished(async () => {
    for (const server of servers) await server.end();
    await house.close();
  });
  return {
    clock,
    house,
    slack,
    store,
    main: noMain ? '' : channelId(slack, 'incidents'),
    /** One more server, as another process would be one. */
    server: (options: Partial<PublisherDeps> & { callTimeoutMs?: number } = {}) => {
      const server = startServer(house, store, slack, clock, options);
      servers.push(server);
      return server;
    },
    tale: (incident: string, opened: Partial<EventData<'incident.opened'>> = {}) =>
      taleOf(incident, opened, clock.now, (events) => writer.append(incident, events)),
    /** All messages that stand in a channel, threads apart. */
    messages: (channel: string) => slack.workspace.messages(channel, null),
    thread: (message: SlackMessage) =>
      slack.workspace.messages(message.channel, message.ts).filter(({ ts }) => ts !== message.ts),
    /** The channel of an incident; undefined while there is none. */
    own: (incident: string) => slack.workspace.channels().find(({ name }) => name.includes(incident.toLowerCase())),
    /** What somebody of the workspace does to a message or channel of ours. */
    remove: (channel: string, ts: string) => state.remove(channel, ts),
    archive: (channel: string) => state.changeChannel(channel, { is_archived: true }),
    dm: (user: string) => slack.workspace.messages(slack.workspace.im(user).id, null),
  };
}

function startServer(
  house: TestStore,
  store: SlackStore,
  slack: LocalSlack,
  clock: Setting['clock'],
  { callTimeoutMs = 1_000, ...options }: Partial<PublisherDeps> & { callTimeoutMs?: number },
) {
  const client = createSlackClient(
    { apiUrl: slack.apiUrl, botToken: slack.workspace.app.botToken },
    { timeoutMs: callTimeoutMs, log: quiet },
  );
  const reader = createReader({ pool: house.pool, connectionString: house.url, onProblem: () => {} });
  const directory = directoryOf();
  const members = createSlackPeople({
    client,
    team: () => slack.workspace.team.id,
    directory,
    facts: () => ({ groups: {}, users: {} }),
    store,
    log: quiet,
    now: clock.now,
  });
  const outbox = createOutbox({
    call: (method, args) => client.apiCall(method, args),
    clock,
    log: quiet,
    // Time-outs are the client's: the clock of a test jumps, and calls under way do not.
    callTimeoutMs: 24 * 3_600_000,
  });
  const publisher = createPublisher({
    reader,
    store,
    outbox,
    people: members,
    messages,
    directory,
    connectionString: house.url,
    publicUrl: 'https://tocsin.example.com',
    settings: () => ({ channel: 'incidents', ownChannelFor: ['sev1', 'sev2'], ownChannelsPrivate: false }),
    home: async () => ({ type: 'home', blocks: [] }),
    log: quiet,
    clock,
    ...options,
  });
  publisher.start();
  let ended: Promise<void> | null = null;
  const end = (): Promise<void> =>
    (ended ??= (async () => {
      await publisher.stop();
      await members.stop();
      await reader.close();
    })());
  return { publisher, outbox, end };
}

function directoryOf(): Directory {
  return {
    people: () => people,
    names: () => new Map(people.map(({ id, name }) => [id, name])),
    person: (id) => people.find((one) => one.id === id) ?? null,
    timezone: () => 'Europe/Oslo',
    roles: () => [],
    systems: () => [],
    system: () => null,
    formerIds: () => [],
    simulated: () => true,
  };
}

/** An incident told event by event, by hand. */
function taleOf(
  incident: string,
  opened: Partial<EventData<'incident.opened'>>,
  now: () => number,
  append: (events: NumberedEvent[]) => Promise<unknown>,
) {
  let seq = 0;
  const samples = isExercise(incident) ? sampleExercise(incident) : sampleEvents(incident);
  const event = <T extends EventType>(type: T, data: Partial<EventData<T>> = {}): NumberedEvent => {
    const sample = samples.find((one) => one.type === type);
    if (!sample) throw new Error(`no sample of ${type}`);
    seq += 1;
    return { ...sample, seq, at: now(), actor: person('ben'), data: { ...sample.data, ...data } } as NumberedEvent;
  };
  const tell = async <T extends EventType>(type: T, data: Partial<EventData<T>> = {}) => {
    await append([event(type, data)]);
  };
  return {
    incident,
    tell,
    open: () => tell('incident.opened', { severity: 'sev2', requester: 'ada', ...opened }),
    ask: (more: Partial<Question> = {}) =>
      tell('decision.asked', { ...question, askedAt: now(), until: now() + 3_600_000, excluded: ['ada'], ...more }),
    vote: (more: Partial<Vote> = {}) =>
      tell('decision.voted', { number: more.question ?? 1, vote: { ...vote, incident, at: now(), ...more } }),
  };
}

/** The buttons that answer a question. */
export const buttonsOf = (message: SlackMessage | undefined): string[] =>
  (message?.blocks ?? []).flatMap((block) =>
    block.type === 'actions'
      ? (block.elements as { action_id: string }[]).flatMap(({ action_id: id }) =>
          id.startsWith('decide.') ? [id] : [],
        )
      : [],
  );

export const said = (message: SlackMessage | undefined): string => JSON.stringify([message?.text, message?.blocks]);

/** Waits for what Slack shows. */
export const eventually = (look: () => void | Promise<void>, timeout = within.timeout) =>
  vi.waitFor(look, { ...within, timeout });
