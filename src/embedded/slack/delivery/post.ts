import { Agent, request } from 'undici';
import type { Shared } from '../contract.ts';
import { ACK_WITHIN_MS, type Attempt, type Parcel, type Retry } from './parcel.ts';
import { signatureHeaders } from './signing.ts';

/** Brings parcels to the app's request URL, signed. */
export type Poster = {
  send(url: string, parcel: Parcel, retry: Retry | null): Promise<Attempt>;
  /** What Slack does when a request URL is entered: the app must give the challenge back. */
  verify(url: string): Promise<Attempt>;
  stop(): Promise<void>;
};

/** Slack has its own reasons for HTTP. */
const RETRY_REASONS = { timeout: 'http_timeout', unreachable: 'connection_failed', refused: 'http_error' } as const;

/** A thousand people may click together. More requests than this wait, and their three seconds have not begun. */
const AT_ONCE_MAX = 32;

export function createPoster({ workspace }: Pick<Shared, 'workspace'>): Poster {
  const agent = new Agent({ connections: AT_ONCE_MAX });
  const turns = createTurns(AT_ONCE_MAX);

  const post = async (url: string, type: string, body: string, retry: Retry | null): Promise<Attempt> => {
    const away = notLoopback(url);
    if (away !== null) return { ok: false, reason: 'no-app', retryReason: RETRY_REASONS.unreachable, detail: away };
    await turns.take();
    const abort = new AbortController();
    const late = workspace.clock.after(ACK_WITHIN_MS, () => abort.abort());
    try {
      const {
        statusCode,
        headers,
        body: said,
      } = await request(url, {
        method: 'POST',
        headers: {
          // Exactly so: Slack's own libraries refuse form bodies with a charset here.
          'Content-Type': type,
          Accept: 'application/json,*/*',
          'User-Agent': 'Slackbot 1.0 (local Slack of Tocsin)',
          // The app checks the stamp against its machine's clock, which moves of the workspace's clock do not reach.
          ...signatureHeaders(workspace.app.signingSecret, body, Math.floor(Date.now() / 1000)),
          ...(retry && { 'X-Slack-Retry-Num': String(retry.attempt), 'X-Slack-Retry-Reason': retry.reason }),
        },
        body,
        dispatcher: agent,
        signal: abort.signal,
      });
      const text = await said.text();
      if (statusCode >= 200 && statusCode < 300)
        return { ok: true, answer: readAnswer(text, String(headers['content-type'] ?? '')) };
      return {
        ok: false,
        reason: 'refused',
        retryReason: RETRY_REASONS.refused,
        detail: `the app at ${url} answered with status ${statusCode}`,
        noRetry: headers['x-slack-no-retry'] === '1',
      };
    } catch (error) {
      return abort.signal.aborted
        ? {
            ok: false,
            reason: 'timeout',
            retryReason: RETRY_REASONS.timeout,
            detail: `the app at ${url} did not answer within ${ACK_WITHIN_MS / 1000} s`,
          }
        : {
            ok: false,
            reason: 'no-app',
            retryReason: RETRY_REASONS.unreachable,
            detail: `the app at ${url} cannot be reached: ${causeOf(error)}`,
          };
    } finally {
      late();
      turns.giveBack();
    }
  };

  return {
    send: (url, parcel, retry) => post(url, contentType(parcel), bodyOf(parcel), retry),
    async verify(url) {
      const challenge = crypto.randomUUID();
      const body = JSON.stringify({ token: verificationToken(workspace), challenge, type: 'url_verification' });
      const attempt = await post(url, 'application/json', body, null);
      if (!attempt.ok || challengeIn(attempt.answer) === challenge) return attempt;
      return {
        ok: false,
        reason: 'refused',
        retryReason: RETRY_REASONS.refused,
        detail: `the app at ${url} did not give the challenge back`,
      };
    },
    stop: () => agent.destroy(),
  };
}

/** The deprecated token that Slack still sends with everything. It proves nothing: the signature does. */
export function verificationToken(workspace: Pick<Shared['workspace'], 'app'>): string {
  return `local-${workspace.app.id}`;
}

function createTurns(max: number): { take(): Promise<void>; giveBack(): void } {
  let free = max;
  const waiting: (() => void)[] = [];
  return {
    take() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    giveBack() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

function contentType({ type }: Parcel): string {
  return type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded';
}

function bodyOf({ type, payload }: Parcel): string {
  switch (type) {
    case 'events_api':
      return JSON.stringify(payload);
    case 'interactive':
      return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    case 'slash_commands':
      return new URLSearchParams(payload as Record<string, string>).toString();
    default:
      return type satisfies never;
  }
}

function readAnswer(text: string, type: string): unknown {
  if (text.trim() === '') return undefined;
  if (!type.includes('application/json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function challengeIn(answer: unknown): unknown {
  if (typeof answer === 'string') return new URLSearchParams(answer).get('challenge') ?? answer.trim();
  return typeof answer === 'object' && answer !== null && 'challenge' in answer ? answer.challenge : undefined;
}

function notLoopback(url: string): string | null {
  const host = URL.canParse(url) ? new URL(url).hostname : null;
  if (host !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(host)) return null;
  return `local Slack only calls apps on this machine, and "${url}" is not: give a request URL on 127.0.0.1`;
}

function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
