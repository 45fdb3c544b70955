import { isLoopback } from './loopback.ts';

/** How Slack is reached; secrets by reference. */
export type SlackReferences = {
  botToken: string;
  /** Socket Mode when there is one. */
  appToken: string | null;
  /** Signed HTTP when there is one, and no app token. */
  signingSecret: string | null;
  /** Ends with a slash. */
  apiUrl: string;
};

export type SlackConfig = {
  /** Null: none is configured, or it is turned off. */
  references: SlackReferences | null;
  /** Whether `npm start` brings a Slack of its own: asked for, the default where none is configured, or not wanted. */
  local: 'asked' | 'default' | 'off';
  /** Of the local one; null: the usual one, or the next that is free. */
  port: number | null;
};

export const SLACK_API_URL = 'https://slack.com/api/';
export const LOCAL_SLACK_PORT = 7374;

/** What the settings say, each null where it is not set. */
export type SlackSettingValues = {
  TOCSIN_SLACK: 'local' | 'off' | null;
  TOCSIN_SLACK_BOT_TOKEN: string | null;
  TOCSIN_SLACK_APP_TOKEN: string | null;
  TOCSIN_SLACK_SIGNING_SECRET: string | null;
  TOCSIN_SLACK_API_URL: string | null;
  TOCSIN_SLACK_PORT: number | null;
};

/** Puts them together; what does not fit goes to `problems`. */
export function slackConfig(values: SlackSettingValues, problems: string[]): SlackConfig {
  const botToken = values.TOCSIN_SLACK_BOT_TOKEN;
  const appToken = values.TOCSIN_SLACK_APP_TOKEN;
  const signingSecret = values.TOCSIN_SLACK_SIGNING_SECRET;
  const wanted = values.TOCSIN_SLACK;
  const port = values.TOCSIN_SLACK_PORT;
  if (botToken === null) {
    for (const name of ['TOCSIN_SLACK_APP_TOKEN', 'TOCSIN_SLACK_SIGNING_SECRET', 'TOCSIN_SLACK_API_URL'] as const)
      if (values[name] !== null)
        problems.push(`${name} is set without TOCSIN_SLACK_BOT_TOKEN: Slack needs both, or neither`);
  } else if (appToken === null && signingSecret === null) {
    problems.push(
      'TOCSIN_SLACK_BOT_TOKEN is set, but not how clicks reach Tocsin: add TOCSIN_SLACK_APP_TOKEN (Socket Mode), or TOCSIN_SLACK_SIGNING_SECRET (HTTP)',
    );
  }
  if (wanted === 'local' && botToken !== null)
    problems.push('TOCSIN_SLACK is local, and yet TOCSIN_SLACK_BOT_TOKEN names another Slack: take one of them away');
  const apiUrl = withSlash(values.TOCSIN_SLACK_API_URL ?? SLACK_API_URL);
  if (apiUrl.startsWith('http:') && !isLoopback(new URL(apiUrl).hostname))
    problems.push('TOCSIN_SLACK_API_URL must be https:// unless it is on this machine: tokens would travel in clear');
  const references = botToken === null || wanted === 'off' ? null : { botToken, appToken, signingSecret, apiUrl };
  return { references, local: localOf(wanted, references), port };
}

function localOf(wanted: 'local' | 'off' | null, references: SlackReferences | null): SlackConfig['local'] {
  if (wanted === 'local') return 'asked';
  return wanted === 'off' || references !== null ? 'off' : 'default';
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

/** A Slack on this machine: for trying, not for deciding about real systems. */
export const isLocalSlack = ({ apiUrl }: SlackReferences): boolean => isLoopback(new URL(apiUrl).hostname);
