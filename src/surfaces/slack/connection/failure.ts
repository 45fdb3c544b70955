import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { withoutSecrets } from './client.ts';

/**
 * Why a call to Slack came to nothing.
 * - `refused`: Slack does not let us in; waiting does not mend it, people must.
 * - `limited`: too many calls; the wait is known. `away`: no answer, or one that says "not now".
 * - `said-no`: Slack answered and means this call alone.
 */
export type SlackFailure = {
  kind: 'refused' | 'limited' | 'away' | 'said-no';
  /** Slack's own code, or ours for failures of the line. */
  code: string;
  words: string;
  retryAfterMs: number | null;
};

/** Slack lets it in, but not as our app. */
export class NotOurs extends Error {
  override readonly name = 'NotOurs';
}

export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError)
    return {
      kind: 'limited',
      code: 'ratelimited',
      words: `Slack asks to wait ${error.retryAfter} s`,
      retryAfterMs: error.retryAfter * 1000,
    };
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    const kind = REFUSALS.has(code) ? 'refused' : NOT_NOW.has(code) ? 'away' : 'said-no';
    return { kind, code, words: `Slack answers "${code}"`, retryAfterMs: null };
  }
  if (error instanceof NotOurs) return { kind: 'refused', code: 'not_a_bot', words: error.message, retryAfterMs: null };
  if (error instanceof WebAPIHTTPError)
    return { kind: 'away', code: 'http', words: `Slack answers with status ${error.statusCode}`, retryAfterMs: null };
  const cause = error instanceof WebAPIRequestError ? error.original : error;
  return { kind: 'away', code: 'unreachable', words: `Slack cannot be reached: ${reason(cause)}`, retryAfterMs: null };
}

/** Answers that mean the token, the app or the workspace, not the call. */
const REFUSALS: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
  'team_access_not_granted',
  'app_not_found',
  'org_login_required',
  'ekm_access_denied',
  'access_denied',
]);

const NOT_NOW: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'accesslimited',
]);

function reason(error: unknown): string {
  if (!(error instanceof Error)) return withoutSecrets(String(error));
  if (error.name === 'TimeoutError') return 'it does not answer in time';
  // `fetch failed` says nothing; what failed is its cause.
  const { cause } = error;
  return withoutSecrets(cause instanceof Error ? cause.message || cause.name : error.message);
}
