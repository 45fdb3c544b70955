import { types } from 'node:util';
import type { Logger } from '@slack/bolt';
import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import type { SlackSettings } from '../contract.ts';
import type { SlackLog } from '../ports.ts';

/** A trigger lives three seconds: what takes longer than this has come to nothing anyway. */
export const QUICK_TIMEOUT_MS = 2_500;

/**
 * How every client of ours talks to Slack: a time-out, no retries and no waiting of its own. Left alone, the library would wait for
 * ever, try for half an hour, and hold up every call when one channel is too busy.
 */
export function clientOptions(settings: Pick<SlackSettings, 'apiUrl'>, timeoutMs: number, logger: Logger) {
  return {
    slackApiUrl: settings.apiUrl,
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger,
    // `respond` of bolt knows no time-out of its own.
    fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(timeoutMs) }),
  } satisfies WebClientOptions;
}

export function createSlackClient(
  settings: Pick<SlackSettings, 'apiUrl' | 'botToken'>,
  { timeoutMs, log }: { timeoutMs: number; log: SlackLog },
): WebClient {
  return new WebClient(settings.botToken, clientOptions(settings, timeoutMs, slackLogger(log, 'client')));
}

/**
 * What Slack's libraries have to say. Their `debug` and `info` hold what people wrote and are dropped; what they call errors of
 * the line or of a call reaches our code as well, which says it once and better.
 */
export function slackLogger(log: SlackLog, from: 'app' | 'client' | 'socket'): Logger {
  const say = (words: unknown[]) => withoutSecrets(words.map(inWords).join(' '));
  return {
    debug: () => {},
    info: () => {},
    warn: (...words) => log.debug({ from }, say(words)),
    error: (...words) => (from === 'app' ? log.warn : log.debug).call(log, { from }, say(words)),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}

const inWords = (word: unknown): string => (types.isNativeError(word) ? word.message : String(word));

/** Tokens and one-time addresses of sockets, wherever a library put them. */
export const withoutSecrets = (text: string): string =>
  text.replace(/\bx(?:ox[a-z]?|app)-[\w.-]+/g, '[secret]').replace(/\bwss?:\/\/\S+/g, '[socket]');
