import type { ReceiverEvent } from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import type { SlackSettings } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import { clientOptions, slackLogger, withoutSecrets } from './client.ts';
import { type SlackFailure, slackFailure } from './failure.ts';
import { type Pace, pauseMs, waiting } from './pace.ts';

export type LineState = { open: boolean; failure: SlackFailure | null };

/** One line to Slack in Socket Mode. It comes back by itself, however long Slack was away. */
export type Line = {
  start(): void;
  stop(): Promise<void>;
  /** Slack has just been heard of: try now instead of when the pause is over. */
  wake(): void;
  state(): LineState;
};

export type LineDeps = {
  settings: Pick<SlackSettings, 'apiUrl'> & { appToken: string };
  receive(event: ReceiverEvent): Promise<void>;
  changed(): void;
  pace: Pace;
  log: SlackLog;
};

/** From asking for an address to Slack's greeting. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a socket that Slack is about to close is kept while its successor is not there. */
const CLOSE_TIMEOUT_MS = 1_000;

export function createLine({ settings, receive, changed, pace, log }: LineDeps): Line {
  const stop = new AbortController();
  const sockets = new Set<Socket>();
  let current: Socket | null = null;
  let failure: SlackFailure | null = null;
  let running: Promise<void> | null = null;
  let wake = () => {};

  const set = (next: { current?: Socket | null; failure?: SlackFailure | null }) => {
    if (next.current !== undefined) current = next.current;
    if (next.failure !== undefined) failure = next.failure;
    changed();
  };

  async function connect(): Promise<Socket> {
    const socket = new Socket(settings, receive, log);
    sockets.add(socket);
    void socket.closed.then(() => {
      sockets.delete(socket);
      if (current === socket) set({ current: null });
    });
    try {
      await socket.open(stop.signal);
    } catch (error) {
      void socket.close();
      throw error;
    }
    return socket;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      const before: Socket | null = current;
      try {
        const socket = await connect();
        const openedAt = performance.now();
        set({ current: socket, failure: null });
        // The successor listens before its predecessor leaves, so that no click falls between them.
        void before?.close();
        await Promise.race([socket.closed, socket.leaving]);
        // A socket that does not last is no success, or a loop of openings would go on without a pause.
        failures = performance.now() - openedAt < pace.steadyMs ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        if (!stop.signal.aborted) set({ failure: slackFailure(error) });
      }
      if (stop.signal.aborted) return;
      const pause = waiting(pauseMs(pace, failures, failure), stop.signal);
      wake = pause.end;
      await pause.over;
    }
  }

  return {
    start: () => {
      running ??= run();
    },
    async stop() {
      stop.abort();
      await Promise.all([...sockets].map((socket) => socket.close()));
      await running;
    },
    wake: () => wake(),
    state: () => ({ open: current !== null, failure }),
  };
}

/** One socket from its opening to its end; never opened again. */
class Socket extends SocketModeClient {
  /** Slack closed it, or the line broke. */
  readonly closed: Promise<void>;
  /** Slack has said that it will close it soon. */
  readonly leaving: Promise<void>;
  readonly #leave: () => void;
  readonly #log: SlackLog;

  constructor(settings: LineDeps['settings'], receive: LineDeps['receive'], log: SlackLog) {
    const logger = slackLogger(log, 'socket');
    super({
      appToken: settings.appToken,
      // The library's own reconnecting throws where nobody can catch it, and waits five seconds first.
      autoReconnectEnabled: false,
      logger,
      clientOptions: clientOptions(settings, CONNECT_TIMEOUT_MS, logger),
    });
    this.#log = log;
    this.closed = new Promise((resolve) => this.once('disconnected', () => resolve()));
    let leave = () => {};
    this.leaving = new Promise((resolve) => {
      leave = resolve;
    });
    this.#leave = leave;
    this.on('slack_event', (event: SocketEvent) => void this.#hear(event, receive));
  }

  async open(signal: AbortSignal): Promise<void> {
    const deadline = waiting(CONNECT_TIMEOUT_MS, signal);
    let cause: unknown = null;
    this.once('error', (error: unknown) => {
      cause = error;
    });
    const started = this.start().then(
      () => true,
      // A socket that ends too early brings no reason of its own.
      (error: unknown) => Promise.reject(error ?? cause ?? new Error('it closes the socket before it greets')),
    );
    const inTime = await Promise.race([started, deadline.over.then(() => false)]).finally(deadline.end);
    if (inTime) return;
    // One that opens after all must not stay: nobody would watch it.
    started.then(
      () => this.close(),
      (error) => this.#log.debug({ error: withoutSecrets(String(error)) }, 'a socket that was given up did not open'),
    );
    throw new Error(signal.aborted ? 'stopped' : 'it does not greet in time');
  }

  async close(): Promise<void> {
    const deadline = waiting(CLOSE_TIMEOUT_MS);
    await Promise.race([this.disconnect(), deadline.over]);
    deadline.end();
    // The second time it does not wait for Slack to say good-bye.
    if (this.websocket) await this.disconnect();
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    try {
      if (isFarewell(data)) this.#leave();
      else await super.onWebSocketMessage(data, isBinary);
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'a message of Slack could not be read');
    }
  }

  async #hear(event: SocketEvent, receive: LineDeps['receive']): Promise<void> {
    let acknowledged = false;
    const ack = async (response?: unknown) => {
      if (acknowledged) return;
      acknowledged = true;
      try {
        await event.ack(response);
      } catch (error) {
        // The socket is gone. What the person did still counts: the work goes on, and Slack may bring it again.
        this.#log.warn({ envelope: event.envelope_id, error: String(error) }, 'Slack was not told that we heard it');
      }
    };
    try {
      await receive({
        body: event.body,
        ack,
        ...(event.retry_num === undefined ? {} : { retryNum: event.retry_num }),
        ...(event.retry_reason === undefined ? {} : { retryReason: event.retry_reason }),
      });
    } catch (error) {
      this.#log.error({ err: error, envelope: event.envelope_id }, 'what Slack brought could not be handled');
    }
  }
}

type SocketEvent = {
  ack(response?: unknown): Promise<void>;
  envelope_id: string;
  body: Record<string, unknown>;
  retry_num?: number;
  retry_reason?: string;
};

/** `disconnect`: Slack will close this socket in some seconds (`warning`, `refresh_requested`, `link_disabled`). */
function isFarewell(data: string | ArrayBuffer): boolean {
  if (typeof data !== 'string' || data.length > 2_000 || !data.includes('"disconnect"')) return false;
  const message: unknown = JSON.parse(data);
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'disconnect';
}
