import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The seams inside local Slack, an emulator of Slack's wire protocol on this machine: `state/` keeps the workspace, `web-api/`
 * answers the calls of apps, `delivery/` brings them what people did, `page/` is where people do it. Field names of Slack's own
 * objects are Slack's (snake_case); ours are camelCase.
 */

export type Block = { type: string; block_id?: string } & Record<string, unknown>;

export type SlackUser = {
  id: string;
  team_id: string;
  name: string;
  real_name: string;
  email: string | null;
  title: string;
  tz: string;
  is_bot: boolean;
  deleted: boolean;
  /** A guest: of several channels, or of one (`ultra`). */
  is_restricted: boolean;
  is_ultra_restricted: boolean;
  /** Of another workspace, seen through a shared channel. */
  is_stranger: boolean;
};

export type SlackUserGroup = { id: string; handle: string; name: string; users: string[]; disabled: boolean };

export type SlackChannel = {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im' | 'mpim';
  /** `im`: the person at the other end from the app. */
  user?: string;
  is_archived: boolean;
  topic: string;
  purpose: string;
  creator: string;
  created: number;
  members: string[];
};

export type SlackMessage = {
  channel: string;
  ts: string;
  thread_ts?: string;
  /** The author: a user, or the app's bot user. */
  user: string;
  bot_id?: string;
  app_id?: string;
  text: string;
  blocks: Block[];
  /** Seen by this user only; never kept across restarts. */
  ephemeralTo?: string;
  edited?: { user: string; ts: string };
  reactions: { name: string; users: string[] }[];
  pinned: boolean;
  files: SlackFile[];
  /** Who got it marked as a mention (`<@U…>`, `<!subteam^S…>`, `<!here>`). Resolved when it was written. */
  mentions: string[];
};

export type SlackFile = { id: string; name: string; title: string; mimetype: string; size: number; user: string };

export type SlackView = {
  id: string;
  type: 'modal' | 'home';
  /** Whose screen it is on. */
  user: string;
  hash: string;
  root_view_id: string;
  previous_view_id: string | null;
  app_id: string;
  callback_id: string;
  external_id: string;
  private_metadata: string;
  title?: Block;
  submit?: Block | null;
  close?: Block | null;
  clear_on_close: boolean;
  notify_on_close: boolean;
  blocks: Block[];
  /** What has been filled in: by block_id and action_id. */
  state: { values: Record<string, Record<string, Record<string, unknown>>> };
};

/** The one app of the workspace and how it is reached. */
export type SlackApp = {
  id: string;
  name: string;
  botUser: string;
  botId: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
  scopes: string[];
  /** Where events, interactions and commands go over HTTP; null: Socket Mode only. */
  requestUrl: string | null;
  commands: {
    command: string;
    description: string;
    usageHint: string;
    /** Whether `@name` and `#channel` reach the app as `<@U…|name>` and `<#C…|channel>`. */
    shouldEscape?: boolean;
  }[];
  shortcuts: { callbackId: string; name: string; type: 'global' | 'message' }[];
};

export type Team = { id: string; name: string; domain: string };

/** Something on somebody's screen changed. `users`: who can see it; null for all. */
export type Change =
  | { kind: 'message'; channel: string; ts: string; thread_ts?: string }
  | { kind: 'channel'; channel: string }
  | { kind: 'view'; user: string }
  | { kind: 'home'; user: string }
  | { kind: 'reset' };

/** A clock that tests can move: epoch milliseconds. See `state/clock.ts` for one that runs and one that stands. */
export type Clock = {
  now(): number;
  advance(ms: number): void;
  /** Runs it once when the clock has reached now + delayMs, by running or by being moved. Returns how to call it off. */
  after(delayMs: number, run: () => void): () => void;
};

/** What the workspace holds, and how it changes. Reading returns what is kept: do not change it from outside. */
export interface Workspace {
  readonly team: Team;
  readonly app: SlackApp;
  readonly clock: Clock;
  users(): SlackUser[];
  user(id: string): SlackUser | null;
  groups(): SlackUserGroup[];
  channels(): SlackChannel[];
  channel(id: string): SlackChannel | null;
  /** The direct conversation of the app with this user, made on first use. */
  im(user: string): SlackChannel;
  /** Oldest first, threads apart: the replies to `thread`, without it; null for the channel itself (parents and unthreaded). */
  messages(channel: string, thread: string | null): SlackMessage[];
  message(channel: string, ts: string): SlackMessage | null;
  /** Messages of a person (not the app): they have no blocks. */
  say(channel: string, user: string, text: string, thread_ts?: string): SlackMessage;
  /** The stack of open modals on somebody's screen, the top last. */
  modals(user: string): SlackView[];
  home(user: string): SlackView | null;
  file(id: string): SlackFile | null;
  fileContent(id: string): Uint8Array | null;
  onChange(listener: (change: Change) => void): () => void;
}

/** A message to be written: blocks have been checked by `blocks/read.ts`. */
export type Draft = { text: string; blocks: Block[]; files?: SlackFile[] };

/** A view as apps send it, checked by `readView` of `blocks/read.ts`; block and action ids are made where they lack. */
export type ViewDraft = Pick<
  SlackView,
  | 'type'
  | 'callback_id'
  | 'external_id'
  | 'private_metadata'
  | 'title'
  | 'submit'
  | 'close'
  | 'clear_on_close'
  | 'notify_on_close'
  | 'blocks'
>;

/** Where the words of a `response_url` go. `ts`: the message that was acted on. */
export type ResponseTarget = { channel: string; user: string; ts: string | null; thread_ts?: string };

/**
 * The workspace with what changes it. All of it throws `SlackError` (`slack-error.ts`) with Slack's own code; permissions of the app
 * (scopes, membership) are the Web API's matter and not looked at here.
 */
export interface WorkspaceState extends Workspace {
  addUser(user: Pick<SlackUser, 'name' | 'real_name'> & Partial<SlackUser>): SlackUser;
  /** `deleted: true` is what Slack calls deactivated. */
  changeUser(id: string, change: Partial<Omit<SlackUser, 'id'>>): SlackUser;
  addGroup(group: Pick<SlackUserGroup, 'handle' | 'name'> & Partial<SlackUserGroup>): SlackUserGroup;
  changeGroup(id: string, change: Partial<Omit<SlackUserGroup, 'id'>>): SlackUserGroup;
  createChannel(channel: { name: string; kind: 'public' | 'private'; creator: string }): SlackChannel;
  /** The conversation of these people and the app: a direct one for one, a group's for more. */
  openConversation(users: string[]): SlackChannel;
  join(channel: string, user: string): void;
  leave(channel: string, user: string): void;
  changeChannel(
    id: string,
    change: Partial<Pick<SlackChannel, 'name' | 'topic' | 'purpose' | 'is_archived'>>,
  ): SlackChannel;
  /** A message of the app. */
  post(channel: string, draft: Draft, where?: { thread_ts?: string; ephemeralTo?: string }): SlackMessage;
  /** The same for a message of a person or of the app; `blocks` undefined keeps what it had. */
  edit(channel: string, ts: string, change: { text?: string; blocks?: Block[] }): SlackMessage;
  remove(channel: string, ts: string): void;
  react(channel: string, ts: string, user: string, name: string): void;
  unreact(channel: string, ts: string, user: string, name: string): void;
  pin(channel: string, ts: string): void;
  unpin(channel: string, ts: string): void;
  addFile(file: Omit<SlackFile, 'id' | 'size'> & { content: Uint8Array; id?: string }): SlackFile;
  /** Serves once, for 3 s, for views of this user. `view`: it came out of this modal, so that views can be pushed onto it. */
  issueTrigger(user: string, view?: string): string;
  useTrigger(trigger: string): { user: string; view: string | null };
  /** The last part of a `response_url`: `<base>/response/<token>`. Good for 5 uses in 30 minutes. */
  issueResponse(target: ResponseTarget): string;
  useResponse(token: string): ResponseTarget;
  view(id: string): SlackView | null;
  openModal(user: string, view: ViewDraft): SlackView;
  pushModal(user: string, view: ViewDraft): SlackView;
  /** By id or external id. What was typed into blocks that stay is kept. */
  updateView(id: string, view: ViewDraft, hash?: string): SlackView;
  publishHome(user: string, view: ViewDraft, hash?: string): SlackView;
  /** What the person has filled in so far; merged by block and action. */
  fillView(id: string, values: SlackView['state']['values']): SlackView;
  /** Takes this view and all above it off the screen, top first in the answer. */
  closeModal(id: string): SlackView[];
  closeModals(user: string): SlackView[];
  /** Back to how it was seeded. */
  reset(): void;
  /** Writes what is to be kept now, and waits until it is on disk. */
  flush(): Promise<void>;
}

/** Outages and limits that tests (and drills of the facilitator) impose. */
export type Trouble =
  | { kind: 'outage'; mode: 'refuse' | 'hang' | '503' }
  | { kind: 'rate-limit'; method: string | null; channel: string | null; retryAfterS: number; times: number }
  | { kind: 'lose-answers'; method: string | null; times: number };

/** The troubles that are on. An outage lasts until it is cleared; the others wear off by `times`. */
export interface Troubles {
  impose(trouble: Trouble): void;
  /** Ends all of them. */
  clear(): void;
  /** The outage that is on, if any. */
  outage(): 'refuse' | 'hang' | '503' | null;
  onChange(listener: () => void): () => void;
}

/** What people do in Slack, as the page and the control API say it. Each resolves when the app has been told (and, for views, has answered). */
export interface Interactions {
  /** Presses a button or changes a select in a message, a modal or Home. `value` for selects, dates and check boxes. */
  act(request: {
    user: string;
    /** Where: a message, the top modal of the user, or their Home. */
    on: { channel: string; ts: string } | 'modal' | 'home';
    actionId: string;
    blockId?: string;
    value?: unknown;
    /** For buttons with a `confirm` object: the person has confirmed. */
    confirmed?: boolean;
  }): Promise<Outcome>;
  /** Asks the app for the options of an `external_select`, for what was typed. Choose one with `act` or `submit`. */
  suggest(request: {
    user: string;
    on: { channel: string; ts: string } | 'modal' | 'home';
    actionId: string;
    blockId?: string;
    typed: string;
  }): Promise<Outcome & { options?: Record<string, unknown>[] }>;
  /** Fills in the top modal and submits it. `values` by block_id and action_id, as Slack's `state.values` holds them. */
  submit(request: { user: string; values: SlackView['state']['values'] }): Promise<Outcome>;
  /** Closes the top modal, or all of them. */
  dismiss(request: { user: string; all?: boolean }): Promise<Outcome>;
  /** `text`: what follows the command. */
  command(request: { user: string; channel: string; command: string; text: string }): Promise<Outcome>;
  shortcut(request: { user: string; callbackId: string; message?: { channel: string; ts: string } }): Promise<Outcome>;
  /** Opens Home: the app hears `app_home_opened`. */
  openHome(request: { user: string }): Promise<Outcome>;
  /** Any event of the Events API. */
  event(request: { event: Record<string, unknown> }): Promise<Outcome>;
}

/** How the app took it. `errors`: of a view submission, by block_id. `failed`: as Slack would show it under the button. */
export type Outcome =
  | { ok: true; errors?: Record<string, string> }
  | { ok: false; reason: 'no-app' | 'timeout' | 'refused' | 'not-there' | 'invalid'; detail: string };

/** Calls a minute for each method of a tier (as many may come at once), messages a second to one channel. */
export type RateLimits = {
  tier1: number;
  tier2: number;
  tier3: number;
  tier4: number;
  /** Messages to one channel: one a second, and so many at once. */
  channelPerS: number;
  channelBurst: number;
  /** Messages to all channels together, a minute. */
  messages: number;
};

export type LocalSlackOptions = {
  /** 0: any free one. */
  port: number;
  /** A file for the state between starts; null keeps it in memory. */
  file: string | null;
  team: Team;
  users: (Pick<SlackUser, 'name' | 'real_name'> & Partial<SlackUser>)[];
  groups: (Pick<SlackUserGroup, 'handle' | 'name'> & Partial<SlackUserGroup>)[];
  channels: { id?: string; name: string; private?: boolean; topic?: string }[];
  app: Pick<SlackApp, 'name' | 'requestUrl' | 'commands' | 'shortcuts' | 'scopes'> &
    Partial<Pick<SlackApp, 'botToken' | 'appToken' | 'signingSecret'>>;
  /** Opens the page and the control API; printed in the link. Made if absent. */
  key?: string;
  clock?: Clock;
  /** Other rate limits than Slack's, for tests that are about something else. */
  limits?: Partial<RateLimits>;
  onLog?: (line: string) => void;
};

export type LocalSlack = {
  /** `http://127.0.0.1:PORT/api/`: the `slackApiUrl` of bolt. */
  apiUrl: string;
  /** Where people go, with the key that lets them in. */
  pageUrl: string;
  controlUrl: string;
  port: number;
  key: string;
  /** For tests: with what changes it. */
  workspace: WorkspaceState;
  interactions: Interactions;
  troubles: Troubles;
  stop(): Promise<void>;
};

/**
 * How the parts plug into `server.ts`. The server has checked the Host header and cross-origin POSTs, applied outages, and, for control
 * and page, asked for the key, before it calls a part.
 */
export type Shared = {
  workspace: WorkspaceState;
  troubles: Troubles;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  baseUrl: string;
  log: (line: string) => void;
};

/** What `createDelivery` of `delivery/delivery.ts` makes. */
export interface Delivery {
  interactions: Interactions;
  /** Upgrades of `/link`: the one-time ticket that `apps.connections.open` gave has been checked and used up. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): void;
  /** `POST /response/<token>`. */
  respond(request: IncomingMessage, response: ServerResponse, token: string): Promise<void>;
  stop(): Promise<void>;
}

/** `createPage` of `page/page.ts`: answers every address that is nobody else's. `stop` ends its event streams. */
export type CreatePage = (shared: Shared, interactions: Interactions) => HttpPart & { stop(): Promise<void> };

/** Answers requests: the control API (`createControl` of `control/control.ts`) and the page. */
export type HttpPart = {
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
};
