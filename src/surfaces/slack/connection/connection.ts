import { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { idIn } from '../../../incident/ids.ts';
import type { SlackSettings } from '../contract.ts';
import type { SlackLog, SlackRequests } from '../ports.ts';
import { clientOptions, createSlackClient, QUICK_TIMEOUT_MS, slackLogger } from './client.ts';
import { NotOurs, type SlackFailure, slackFailure } from './failure.ts';
import { createHttpReceiver } from './http.ts';
import { PACE, type Pace, pauseMs, waiting } from './pace.ts';
import { createSocketReceiver } from './sockets.ts';

/**
 * - `connecting`: not been there yet. `connected`: people can click, and we can answer. `away`: Slack does not answer; it is tried
 *   again. `refused`: Slack does not let us in, and somebody must mend that; it is tried again, slowly. `stopped`: by us.
 */
export type SlackState = {
  status: 'connecting' | 'connected' | 'away' | 'refused' | 'stopped';
  /** Epoch milliseconds. */
  since: number;
  /** Why it is not connected, and what to do. */
  why: string | null;
  /** Open sockets; null over HTTP. */
  sockets: number | null;
};

/** Who we are in Slack. */
export type SlackSelf = {
  team: string;
  teamName: string;
  url: string;
  botUser: string;
  bot: string;
  app: string | null;
};

export type SlackConnection = {
  /** For calls that a person waits for: short time-outs, no retries, and "too many" is told at once. */
  client: WebClient;
  /** Returns at once; what becomes of it is told by `onState`. */
  start(): void;
  stop(): Promise<void>;
  state(): SlackState;
  /** Null until Slack has said so. */
  self(): SlackSelf | null;
  /** For the route `POST /slack/events`; null with Socket Mode. */
  requests: SlackRequests | null;
};

export type SlackConnectionDeps = {
  settings: SlackSettings;
  /** Registers the handlers. */
  listen(app: App): void;
  onState(state: SlackState): void;
  log: SlackLog;
  now(): number;
  pace?: Pace;
};

/** So many heartbeats in a row must fail before a connection counts as lost: one slow answer is no outage. */
const HEART_FAILURES_MAX = 2;
const HANDLERS_TIMEOUT_MS = 2_000;

export function createSlackConnection(deps: SlackConnectionDeps): SlackConnection {
  const { settings, log, now, pace = PACE } = deps;
  const client = createSlackClient(settings, { timeoutMs: QUICK_TIMEOUT_MS, log });
  const stop = new AbortController();
  const working = new Set<Promise<void>>();
  let self: SlackSelf | null = null;
  let beat: SlackFailure | null = null;
  let running: Promise<void> | null = null;
  /** Ends the pause between two heartbeats. */
  let wake = () => {};
  let state: SlackState = { status: 'connecting', since: now(), why: null, sockets: settings.appToken ? 0 : null };

  const sockets = settings.appToken
    ? createSocketReceiver({
        settings: { apiUrl: settings.apiUrl, appToken: settings.appToken },
        changed: () => {
          if (beat && (sockets?.open() ?? 0) > (state.sockets ?? 0)) wake();
          tell();
        },
        pace,
        log,
      })
    : null;
  const requests = sockets ? null : createHttpReceiver({ ...signed(settings), ready: () => self !== null, now, log });
  const app = createApp();

  function createApp(): App {
    const logger = slackLogger(log, 'app');
    const bolt = new App({
      receiver: sockets ?? requests ?? neither(),
      // Asked at every event. With a token instead, bolt would ask Slack in its constructor and die when Slack is away.
      authorize: async () => {
        if (self === null) throw new Error('Slack has not said yet who we are');
        return { botToken: settings.botToken, botId: self.bot, botUserId: self.botUser, teamId: self.team };
      },
      clientOptions: clientOptions(settings, QUICK_TIMEOUT_MS, logger),
      logger,
      convoStore: false,
      extendedErrorHandler: true,
    });
    bolt.error(async ({ error, body }: { error: Error; body: unknown }) =>
      log.error({ err: error, ...about(body) }, 'something people did in Slack failed'),
    );
    bolt.use(async ({ next }) => {
      const work = Promise.resolve(next());
      const done = work.then(
        () => {},
        () => {},
      );
      working.add(done);
      await work.finally(() => working.delete(done));
    });
    deps.listen(bolt);
    return bolt;
  }

  /** Says who we are, and then that we still are. Never throws, never ends but by `stop`. */
  async function live(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        self = await whoAmI(client, self);
        await app.start();
        if (beat) sockets?.wake();
        beat = null;
        failures = 0;
      } catch (error) {
        failures += 1;
        const failure = slackFailure(error);
        if (self === null || failures >= HEART_FAILURES_MAX || failure.kind === 'refused') beat = failure;
      }
      tell();
      const pause = failures === 0 ? pace.heartMs : pauseMs(pace, failures, beat);
      const { over, end } = waiting(pause, stop.signal);
      wake = end;
      await over;
    }
  }

  function tell(): void {
    const next = judge();
    const { status, why } = state;
    if (next.status === status && next.why === why && next.sockets === state.sockets) return;
    state = { ...next, since: next.status === status ? state.since : now() };
    // Why Slack is away may change with every try; that it is away is said once.
    if (next.status !== status || (next.status === 'refused' && next.why !== why)) say(state);
    deps.onState(state);
  }

  function judge(): Omit<SlackState, 'since'> {
    const open = sockets?.open() ?? null;
    if (stop.signal.aborted) return { status: 'stopped', why: null, sockets: open };
    const failure = beat ?? (open === 0 ? (sockets?.failure() ?? null) : null);
    if (failure) {
      const token = beat ? 'bot token' : 'app token';
      const refused = failure.kind === 'refused';
      return { status: refused ? 'refused' : 'away', why: inWords(failure, token), sockets: open };
    }
    if (self !== null && open !== 0) return { status: 'connected', why: null, sockets: open };
    // Between two sockets nothing has failed yet.
    return {
      status: state.status === 'connected' ? 'away' : 'connecting',
      why: open === 0 ? 'no socket is open' : null,
      sockets: open,
    };
  }

  function say({ status, why, sockets: open }: SlackState): void {
    if (status === 'connected') log.info({ workspace: self?.teamName, sockets: open }, 'Slack is connected');
    else if (status === 'refused') log.error({ why }, 'Slack does not let Tocsin in; it is tried again every minute');
    else if (status === 'away')
      log.warn({ why }, 'Slack cannot be reached; decisions go on in the console and the CLI, and it is tried again');
  }

  return {
    client,
    start: () => {
      running ??= live();
    },
    async stop() {
      stop.abort();
      await app.stop();
      const deadline = waiting(HANDLERS_TIMEOUT_MS);
      await Promise.race([Promise.all([...working, running]), deadline.over]);
      deadline.end();
      tell();
    },
    state: () => state,
    self: () => self,
    requests,
  };
}

function signed({ signingSecret }: SlackSettings): { signingSecret: string } {
  return signingSecret ? { signingSecret } : neither();
}

function neither(): never {
  throw new Error('Slack needs an app token (Socket Mode) or a signing secret (HTTP): set one of them');
}

async function whoAmI(client: WebClient, before: SlackSelf | null): Promise<SlackSelf> {
  const { team_id, team, url, user_id, bot_id } = await client.auth.test();
  if (!team_id || !user_id || !bot_id) throw new NotOurs('Slack knows it as the token of a person');
  const app = before?.app ?? (await appOf(client, bot_id));
  return {
    team: team_id,
    teamName: team ?? team_id,
    url: url ?? '',
    botUser: user_id,
    bot: bot_id,
    app,
  };
}

/** Null when the scope for it is missing: a matter for `tocsin slack check`, not for the line. */
async function appOf(client: WebClient, bot: string): Promise<string | null> {
  try {
    return (await client.bots.info({ bot })).bot?.app_id ?? null;
  } catch (error) {
    if (slackFailure(error).kind === 'said-no') return null;
    throw error;
  }
}

function inWords({ kind, words, code }: SlackFailure, token: string): string {
  if (kind !== 'refused') return words;
  return `${words}: the ${token} does not count (${code}). Put the right one in place and start again; tocsin slack check says more`;
}

/** What the log says of an event: which incident and what was pressed, never what was written. */
function about(body: unknown): Record<string, unknown> {
  const { type, command, actions, view } = Object(body) as {
    type?: unknown;
    command?: unknown;
    actions?: { action_id?: unknown; value?: unknown }[];
    view?: { callback_id?: unknown; private_metadata?: unknown };
  };
  const source = `${String(actions?.[0]?.value ?? '')} ${String(view?.private_metadata ?? '')}`;
  const incident = idIn(source);
  return {
    what: String(command ?? actions?.[0]?.action_id ?? view?.callback_id ?? type ?? 'unknown'),
    ...(incident ? { incident } : {}),
  };
}
