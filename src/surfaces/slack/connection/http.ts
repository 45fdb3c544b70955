import { type App, type Receiver, verifySlackRequest } from '@slack/bolt';
import { Problem } from '../../problem.ts';
import type { SlackLog, SlackReply, SlackRequest, SlackRequests } from '../ports.ts';

/** The app of bolt behind a route of ours: signed requests instead of sockets. */
export type HttpReceiver = Receiver & SlackRequests;

export type HttpReceiverDeps = {
  signingSecret: string;
  /** Until we know who we are in Slack nothing can be handled. */
  ready(): boolean;
  now(): number;
  log: SlackLog;
};

/** Slack's own tolerance; we hold it both ways. */
const CLOCK_SKEW_S = 5 * 60;
/** Slack waits three seconds, the way there and back included. */
export const REPLY_TIMEOUT_MS = 2_500;
const REMEMBERED_MAX = 10_000;

export function createHttpReceiver({ signingSecret, ready, now, log }: HttpReceiverDeps): HttpReceiver {
  let app: App | null = null;
  const seen = createReplies(now);

  async function handle(request: SlackRequest): Promise<SlackReply> {
    const body = parseBody(request);
    if (body === null) return plain(400, 'This is nothing that Slack sends.');
    if (body.type === 'url_verification') return reply({ challenge: body.challenge });
    if ('ssl_check' in body) return reply(undefined);
    if (app === null || !ready()) return plain(503, 'Not ready yet.');
    return dispatch(app, request, body);
  }

  /** What the app answers, or after the time that Slack gives us: the work goes on, and Slack brings an event again. */
  async function dispatch(bolt: App, request: SlackRequest, body: Record<string, unknown>): Promise<SlackReply> {
    const retry = Number(request.header('x-slack-retry-num') ?? Number.NaN);
    const reason = request.header('x-slack-retry-reason');
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        log.warn({ type: String(body.type ?? body.command) }, 'an answer to Slack came too late');
        resolve(plain(504, 'The answer takes too long.'));
      }, REPLY_TIMEOUT_MS);
      const settle = (answer: SlackReply) => {
        clearTimeout(timer);
        resolve(answer);
      };
      bolt
        .processEvent({
          body,
          ack: async (response?: unknown) => settle(reply(response)),
          ...(Number.isInteger(retry) ? { retryNum: retry } : {}),
          ...(reason ? { retryReason: reason } : {}),
        })
        // After an acknowledgement these have no effect.
        .then(
          () => settle(plain(500, 'It was not handled here.')),
          (error) => {
            log.error({ err: error }, 'a request of Slack failed');
            settle(plain(500, 'It failed here.'));
          },
        );
    });
  }

  return {
    init(bolt) {
      app = bolt;
    },
    async start() {},
    async stop() {
      app = null;
    },
    verify: (request) => verify(request, signingSecret, now()),
    receive: (request) => seen.once(request.header('x-slack-signature') ?? '', () => handle(request)),
  };
}

/** Throws Problem unless it was signed with our secret within five minutes of now. */
function verify(request: SlackRequest, signingSecret: string, nowMs: number): void {
  const stamp = request.header('x-slack-request-timestamp') ?? '';
  const signature = request.header('x-slack-signature') ?? '';
  const seconds = /^\d{1,11}$/.test(stamp) ? Number(stamp) : Number.NaN;
  // bolt lets stamps of the future pass.
  if (!(Math.abs(nowMs / 1000 - seconds) <= CLOCK_SKEW_S)) throw notSigned('its time is more than five minutes off');
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) throw notSigned('it carries no signature');
  try {
    verifySlackRequest({
      signingSecret,
      body: request.body,
      headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': seconds },
      nowMilliseconds: nowMs,
    });
  } catch {
    throw notSigned('the signature does not fit');
  }
}

const notSigned = (why: string) =>
  new Problem({
    status: 401,
    code: 'not-signed-by-slack',
    message: `This request was not signed by Slack: ${why}.`,
    notDone: 'Nothing was done.',
    next: "If it came from Slack, compare the signing secret with the one on the page of the app, and this machine's clock.",
  });

/** Interactions and commands come as forms, events as JSON. */
function parseBody(request: SlackRequest): Record<string, unknown> | null {
  const type = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return parseJson(request.body);
  if (type !== 'application/x-www-form-urlencoded') return null;
  const fields = new URLSearchParams(request.body);
  const payload = fields.get('payload');
  return payload === null ? Object.fromEntries(fields) : parseJson(payload);
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const plain = (status: number, body: string): SlackReply => ({ status, contentType: 'text/plain', body });

function reply(response: unknown): SlackReply {
  if (response === undefined || response === '') return { status: 200, contentType: null, body: '' };
  if (typeof response === 'string') return plain(200, response);
  return { status: 200, contentType: 'application/json', body: JSON.stringify(response) };
}

/**
 * The same signature twice is the same request: somebody replays it, or Slack repeats within a second. It gets the same answer; only
 * one that failed is handled again, for it may be the only delivery.
 */
function createReplies(now: () => number) {
  const kept = new Map<string, { until: number; reply: Promise<SlackReply> }>();
  return {
    async once(signature: string, handle: () => Promise<SlackReply>): Promise<SlackReply> {
      forget();
      const before = await kept.get(signature)?.reply;
      if (before && before.status === 200) return before;
      const reply = handle();
      kept.set(signature, { until: now() + 2 * CLOCK_SKEW_S * 1000, reply });
      return reply;
    },
  };

  /** In order of arrival, so the oldest are first. */
  function forget(): void {
    for (const [signature, { until }] of kept) {
      if (until > now() && kept.size <= REMEMBERED_MAX) return;
      kept.delete(signature);
    }
  }
}
