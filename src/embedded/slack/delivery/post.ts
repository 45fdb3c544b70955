import { Agent, fetch } from 'undici';
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

export function createPoster({ workspace }: Pick<Shared, 'workspace'>): Poster {
  // No connection is kept: one that the app closed meanwhile would look like an app that is away.
  const agent = new Agent({ pipelining: 0 });

  const post = async (url: string, type: string, body: string, retry: Retry | null): Promise<Attempt> => {
    const away = notLoopback(url);
    if (away !== null) return { ok: false, reason: 'no-app', retryReason: RETRY_REASONS.unreachable, detail: away };
    const abort = new AbortController();
    const late = workspace.clock.after(ACK_WITHIN_MS, () => abort.abort());
    try {
      const response = await fetch(url, {
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
        redirect: 'manual',
        dispatcher: agent,
        signal: abort.signal,
      });
      const text = await response.text();
      if (response.status >= 200 && response.status < 300)
        return { ok: true, answer: readAnswer(text, response.headers.get('content-type')) };
      return {
        ok: false,
        reason: 'refused',
        retryReason: RETRY_REASONS.refused,
        detail: `the app at ${url} answered with status ${response.status}`,
        noRetry: response.headers.get('x-slack-no-retry') === '1',
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

function readAnswer(text: string, type: string | null): unknown {
  if (text.trim() === '') return undefined;
  if (type?.includes('application/json') !== true) return text;
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
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
