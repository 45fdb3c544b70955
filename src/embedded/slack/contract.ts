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
  commands: { command: string; description: string; usageHint: string }[];
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

/** A clock that tests can move: epoch milliseconds. */
export type Clock = { now(): number; advance(ms: number): void };

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
  /** Oldest first, threads apart: `thread` names the parent; null for the channel itself (parents and unthreaded). */
  messages(channel: string, thread: string | null): SlackMessage[];
  message(channel: string, ts: string): SlackMessage | null;
  /** Messages of a person (not the app): they have no blocks. */
  say(channel: string, user: string, text: string, thread_ts?: string): SlackMessage;
  /** The stack of open modals on somebody's screen, the top last. */
  modals(user: string): SlackView[];
  home(user: string): SlackView | null;
  onChange(listener: (change: Change) => void): () => void;
}

/** Outages and limits that tests (and drills of the facilitator) impose. */
export type Trouble =
  | { kind: 'outage'; mode: 'refuse' | 'hang' | '503' }
  | { kind: 'rate-limit'; method: string | null; channel: string | null; retryAfterS: number; times: number }
  | { kind: 'lose-answers'; method: string | null; times: number };

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

export type LocalSlackOptions = {
  /** 0: any free one. */
  port: number;
  /** A file for the state between starts; null keeps it in memory. */
  file: string | null;
  team: Team;
  users: (Pick<SlackUser, 'name' | 'real_name'> & Partial<SlackUser>)[];
  groups: (Pick<SlackUserGroup, 'handle' | 'name'> & Partial<SlackUserGroup>)[];
  channels: { name: string; private?: boolean; topic?: string }[];
  app: Pick<SlackApp, 'name' | 'requestUrl' | 'commands' | 'shortcuts' | 'scopes'> &
    Partial<Pick<SlackApp, 'botToken' | 'appToken' | 'signingSecret'>>;
  /** Opens the page and the control API; printed in the link. Made if absent. */
  key?: string;
  clock?: Clock;
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
  workspace: Workspace;
  interactions: Interactions;
  stop(): Promise<void>;
};
