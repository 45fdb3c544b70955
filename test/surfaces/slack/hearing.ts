import { randomInt } from 'node:crypto';
import { type App, LogLevel, type StringIndexed } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { onTestFinished } from 'vitest';
import type { LocalSlack, Outcome, SlackMessage, SlackView } from '../../../src/embedded/slack/contract.ts';
import type { ExerciseCommand } from '../../../src/incident/exercise-messages.ts';
import { incidentId } from '../../../src/incident/ids.ts';
import type { DecisionView, IncidentView } from '../../../src/incident/view.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { createReader } from '../../../src/store/reader.ts';
import type { DrillDesk } from '../../../src/surfaces/drills/contract.ts';
import { createOpener } from '../../../src/surfaces/open.ts';
import type { Directory, Person, Reader, Responses } from '../../../src/surfaces/ports.ts';
import { notFound } from '../../../src/surfaces/problem.ts';
import { COMMAND, SHORTCUTS, type SlackPost } from '../../../src/surfaces/slack/contract.ts';
import { type HandlerDeps, storyOf } from '../../../src/surfaces/slack/handlers/deps.ts';
import { registerHandlers } from '../../../src/surfaces/slack/handlers/register.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { modals } from '../../../src/surfaces/slack/messages/modals.ts';
import { replies } from '../../../src/surfaces/slack/messages/replies.ts';
import { createSlackPeople } from '../../../src/surfaces/slack/people/people.ts';
import type { SlackMember, SlackMembers } from '../../../src/surfaces/slack/ports.ts';
import { createVoteSigner } from '../../../src/surfaces/votes.ts';
import type { House } from '../../support/house.ts';
import { channelId, openLocalSlack, requestUrl, startBolt, type Transport } from '../../support/local-slack.ts';
import { opening } from '../../support/plans.ts';

/** People of the inventory, and their users in Slack by e-mail. Rhea reports; Kit holds no role. */
const people: Person[] = [
  { id: 'mara', name: 'Mara Lindqvist', email: 'mara@example.com', roles: ['incident-commander'] },
  { id: 'carl', name: 'Carl Berg', email: 'carl@example.com', roles: ['incident-commander'] },
  { id: 'milo', name: 'Milo Sand', email: 'milo@example.com', roles: ['ml-on-call'] },
  { id: 'rhea', name: 'Rhea Stone', email: 'rhea@example.com', roles: ['incident-commander'] },
  { id: 'kit', name: 'Kit Moss', email: 'kit@example.com', roles: [] },
];
const roles = ['incident-commander', 'ml-on-call', 'engineering-manager', 'legal-counsel'];

const directory: Directory = {
  people: () => people,
  person: (id) => people.find((person) => person.id === id) ?? null,
  names: () => new Map(people.map(({ id, name }) => [id, name])),
  timezone: () => 'Europe/Oslo',
  roles: () => roles.map((id) => ({ id, title: id })),
  systems: () => (opening.system ? [opening.system] : []),
  system: (id) => (opening.system?.id === id ? opening.system : null),
  // Carl reported before the inventory knew him.
  formerIds: (id) => (id === 'carl' ? ['slack-u0carl'] : []),
  simulated: () => true,
};

const user = (name: string, more: object = {}) => ({
  id: `U0${name.toUpperCase()}`,
  name,
  real_name: `${name} in Slack`,
  email: `${name}@example.com`,
  ...more,
});

/** Everybody of the inventory, and those who look like them but may not decide. Gwen is in a user group and in no inventory, Nora in neither. */
const users = [
  ...people.map(({ id }) => user(id)),
  user('guest', { email: 'mara2@example.com', is_restricted: true }),
  user('robot', { is_bot: true }),
  user('gone', { deleted: true }),
  user('stranger', { team_id: 'T0OTHER', is_stranger: true }),
  user('gwen'),
  user('nora'),
];

const SCOPES = [
  'chat:write',
  'commands',
  'channels:read',
  'channels:join',
  'im:write',
  'users:read',
  'users:read.email',
  'usergroups:read',
];

/** How long a test waits for what Slack shows. */
const DEADLINE_MS = 15_000;

export type Hearing = Awaited<ReturnType<typeof openHearing>>;

/** The handlers in the unmodified bolt, in a local Slack, over a house with real PostgreSQL and Temporal. Ends with the test. */
export async function openHearing(
  house: House,
  transport: Transport = 'socket',
  more: { send?: Responses['send']; open?: Responses['open'] } & Partial<HandlerDeps['drills']> = {},
) {
  const slack = await openLocalSlack({
    users,
    groups: [{ id: 'S0ONCALL', handle: 'ml-on-call', name: 'ML on call', users: ['U0GWEN'] }],
    channels: [{ name: 'incidents' }, { name: 'inc-one' }],
    app: {
      scopes: SCOPES,
      requestUrl: transport === 'http' ? await requestUrl() : null,
      shortcuts: [
        { callbackId: SHORTCUTS.report, name: 'Report an AI incident', type: 'global' },
        { callbackId: SHORTCUTS.reportMessage, name: 'Report an AI incident', type: 'message' },
      ],
    },
  });
  const own = slack.workspace.app;
  // As the connection has it: one busy call must not hold up the others.
  const quick = { rejectRateLimitedCalls: true, logLevel: LogLevel.ERROR };
  const client = new WebClient(own.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, ...quick });
  const reader = createReader({ pool: house.pool, connectionString: house.databaseUrl, onProblem: () => undefined });
  onTestFinished(() => reader.close());
  const noted: Noted = { refreshed: [], adopted: [], home: [], failures: [], drills: [] };
  const channelOf = new Map<string, string>();
  const wired = depsOf({ house, reader, slack, client, noted, channelOf });
  const { send = wired.responses.send, open = wired.responses.open, ...desk } = more;
  const deps: HandlerDeps = {
    ...wired,
    drills: { ...wired.drills, ...desk },
    responses: { ...wired.responses, send, open },
  };
  /** What Slack sent, to send it again. */
  const payloads: StringIndexed[] = [];
  const listen = (bolt: App) => {
    bolt.use(async ({ body, next }) => {
      payloads.push(body);
      await next();
    });
    registerHandlers(bolt, deps);
  };
  const { app } = await startBolt(slack, transport, listen, quick);
  const incidents = channelId(slack, 'incidents');
  await client.conversations.join({ channel: incidents });
  const screen = screenOf(slack);

  return {
    slack,
    deps,
    noted,
    payloads,
    incidents,
    ...screen,
    /** Makes a channel that of an incident. */
    own(incident: string): string {
      const channel = channelId(slack, 'inc-one');
      channelOf.set(channel, incident);
      return channel;
    },
    /** Posts it as the publisher does. */
    async show(words: SlackPost): Promise<{ channel: string; ts: string }> {
      const { ts = '' } = await client.chat.postMessage({ channel: incidents, ...words });
      return { channel: incidents, ts };
    },
    /** Waits until it is asked, and posts it as the publisher does. */
    async post(incident: string, path: string): Promise<Posted> {
      const { number } = await house.question(incident, path);
      const found = await reader.incident(incident);
      const decision = found?.view.decisions.find((one) => one.question.number === number);
      if (!found || !decision) throw new Error(`${incident} has not asked question ${number}`);
      const words = messages.decision(storyOf(deps, found), decision, 'channel');
      const { ts = '' } = await client.chat.postMessage({ channel: incidents, ...words });
      return { channel: incidents, ts, incident, number };
    },
    press: (who: string, on: { channel: string; ts: string } | 'home', actionId: string): Promise<Outcome> =>
      slack.interactions.act({ user: who, on: on === 'home' ? on : { channel: on.channel, ts: on.ts }, actionId }),
    command: (who: string, text: string, channel = incidents): Promise<Outcome> =>
      slack.interactions.command({ user: who, channel, command: COMMAND, text }),
    submit: (who: string, values: Record<string, object>): Promise<Outcome> =>
      slack.interactions.submit({
        user: who,
        values: Object.fromEntries(Object.entries(values).map(([block, value]) => [block, { value: { ...value } }])),
      }),
    /** The same envelope once more, as Slack sends it when it heard no acknowledgement. */
    async again(body: StringIndexed): Promise<void> {
      await app.processEvent({ body, ack: async () => undefined });
    },
    async view(incident: string): Promise<IncidentView> {
      return (await house.read(incident)).view;
    },
    async decision(at: Posted): Promise<DecisionView> {
      const found = (await house.read(at.incident)).view.decisions.find((one) => one.question.number === at.number);
      if (!found) throw new Error(`no question ${at.number}`);
      return found;
    },
    votes: async (at: Posted) => {
      const { view } = await house.read(at.incident);
      const decision = view.decisions.find((one) => one.question.number === at.number);
      return (decision?.votes ?? []).map(({ person, answer }) => `${person} ${answer}`);
    },
  };
}

export type Posted = { channel: string; ts: string; incident: string; number: number };

type Noted = {
  refreshed: string[];
  adopted: string[];
  home: string[];
  failures: string[];
  /** What drills were told, by whom. */
  drills: { by: string; drill: string; command: ExerciseCommand; key: string | undefined }[];
};

type Wiring = {
  house: House;
  reader: Reader;
  slack: LocalSlack;
  client: WebClient;
  noted: Noted;
  channelOf: Map<string, string>;
};

function depsOf({ house, reader, slack, client, noted, channelOf }: Wiring): HandlerDeps {
  const own = slack.workspace.app;
  const plans = createPlanLibrary(house.pool);
  const quiet = () => undefined;
  const log = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (about: Record<string, unknown>, message: string) =>
      void noted.failures.push(`${message}: ${String(about.err ?? JSON.stringify(about))}`),
  };
  const ids = new Map<string, string>();
  const open = createOpener({
    directory,
    playbooks: plans,
    // Numbers from 1 would meet those of other tests in Temporal.
    async allocate(key) {
      const id = ids.get(key) ?? incidentId(2026, randomInt(10_000, 2_000_000_000));
      ids.set(key, id);
      return id;
    },
    start: (facts, plan) => house.incidents.startIncident({ opening: facts, plan, seq: 0 }),
    now: Date.now,
    warn: quiet,
  });
  const { team } = slack.workspace;
  return {
    reader,
    responses: { open, send: house.incidents.send },
    votes: createVoteSigner(house.keys.server.vote),
    directory,
    playbooks: plans,
    messages,
    modals,
    replies,
    people: createSlackPeople({
      client,
      team: () => team.id,
      directory,
      facts: () => ({ groups: { 'ml-on-call': 'ml-on-call' }, users: {} }),
      store: createMembers(),
      log,
      now: Date.now,
    }),
    self: () => ({ team: team.id, app: own.id, bot: own.botId }),
    drills: {
      ...noDrills,
      async tell({ id: by }, drill, command, key) {
        noted.drills.push({ by, drill, command, key });
        return { status: 'accepted' };
      },
      lastDrilled: async () => new Map(),
    },
    posts: {
      refresh: (incident) => void noted.refreshed.push(incident),
      adopt: (channel, ts) => void noted.adopted.push(`${channel} ${ts}`),
      incidentIn: async (channel) => channelOf.get(channel) ?? null,
      homeOpened: (who) => void noted.home.push(who),
    },
    publicUrl: 'https://tocsin.example',
    log,
    now: Date.now,
  };
}

/** Drills of these tests have a timeline alone, unless a test brings a desk. */
const noDrills: Pick<DrillDesk, 'offers' | 'plan' | 'start' | 'find' | 'list' | 'board' | 'hotWash'> = {
  hotWash: (_, id) => Promise.reject(notFound(`drill ${id}`)),
  offers: async () => [],
  list: async () => [],
  board: async () => null,
  find: (id) => Promise.reject(notFound(`drill ${id}`)),
  start: (_, id) => Promise.reject(notFound(`drill ${id}`)),
  plan: (_, { simulation }) => Promise.reject(notFound(`simulation ${simulation}`)),
};

/** Who was met, as a database keeps it. */
function createMembers(): SlackMembers {
  const met = new Map<string, SlackMember>();
  return {
    rememberMember: async (who, person, name) => void met.set(who, { user: who, person, name }),
    members: async () => [...met.values()],
    member: async (who) => met.get(who) ?? null,
  };
}

/** What people see, awaited. */
function screenOf(slack: LocalSlack) {
  const { workspace } = slack;
  const soon = <T>(what: () => string, look: () => T | null | undefined | false): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found) end(() => resolve(found));
      };
      const stop = workspace.onChange(check);
      const deadline = setTimeout(() => end(() => reject(new Error(`waited in vain for ${what()}`))), DEADLINE_MS);
      const end = (then: () => void) => {
        clearTimeout(deadline);
        stop();
        then();
      };
      check();
    });
  const toldTo = (who: string): SlackMessage[] => [
    ...workspace.channels().flatMap(({ id }) => workspace.messages(id, null).filter((one) => one.ephemeralTo === who)),
    ...workspace.messages(workspace.im(who).id, null),
  ];
  return {
    soon: <T>(what: string, look: () => T | null | undefined | false) => soon(() => what, look),
    /** Waits for words that only this person sees: ephemeral or direct. */
    told: (who: string, words: RegExp): Promise<SlackMessage> =>
      soon(
        () => `${words} to be told to ${who}; told: ${toldTo(who).map(inWords).join(' | ')}`,
        () => toldTo(who).find((one) => words.test(inWords(one))),
      ),
    toldTo: (who: string): string[] => toldTo(who).map(inWords),
    modal: (who: string, words: RegExp): Promise<SlackView> =>
      soon(
        () => `a modal with ${words} on the screen of ${who}`,
        () => {
          const top = workspace.modals(who).at(-1);
          return top && words.test(inWords(top)) ? top : null;
        },
      ),
    modals: (who: string): SlackView[] => workspace.modals(who),
    home: (who: string, words: RegExp): Promise<SlackView> =>
      soon(
        () => `${words} in Home of ${who}`,
        () => {
          const home = workspace.home(who);
          return home && words.test(inWords(home)) ? home : null;
        },
      ),
  };
}

/** All that can be read of a message or view, in order. */
export function inWords(shown: { text?: string; title?: unknown; blocks: unknown[] }): string {
  const words: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    else if (typeof node === 'object' && node !== null)
      for (const [key, value] of Object.entries(node))
        if (key === 'text' && typeof value === 'string') words.push(value);
        else visit(value);
  };
  visit([shown.title, shown.blocks]);
  return [shown.text ?? '', ...words].join(' ');
}
