import type { SlackFailure } from '../connection/failure.ts';

/** One thing that was looked at. `about` is stable and short; `fix` says what to do, for all that is not right. */
export type Finding =
  | { level: 'ok'; about: string; what: string; fix: null }
  | { level: 'warning' | 'error'; about: string; what: string; fix: string };

export const ok = (about: string, what: string): Finding => ({ level: 'ok', about, what, fix: null });
export const warning = (about: string, what: string, fix: string): Finding => ({ level: 'warning', about, what, fix });
export const error = (about: string, what: string, fix: string): Finding => ({ level: 'error', about, what, fix });

/** A call that came to nothing. `fixes`: by Slack's own code, what to do about it. */
export function failed(about: string, failure: SlackFailure, fixes: Readonly<Record<string, string>> = {}): Finding {
  const { kind, code, words } = failure;
  const own = fixes[code];
  if (own !== undefined) return error(about, sentence(words), own);
  if (kind === 'limited') return warning(about, sentence(words), 'Run the check again then.');
  if (kind === 'away')
    return error(
      about,
      sentence(words),
      'See whether this machine reaches Slack: proxy, firewall, TOCSIN_SLACK_API_URL.',
    );
  return error(about, sentence(words), `See what "${code}" means at https://docs.slack.dev/reference/methods.`);
}

const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);
