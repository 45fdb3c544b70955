import { WebClient } from '@slack/web-api';
import { clientOptions, slackLogger } from '../connection/client.ts';
import { slackFailure } from '../connection/failure.ts';
import type { SlackSettings } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import { error, type Finding, failed, ok, warning } from './finding.ts';
import { APP_SCOPE, BOT_SCOPES } from './scopes.ts';

/** Who the bot token is; null with findings that say why nothing more can be looked at. */
export type Bot = { team: string; teamName: string; user: string; userName: string };

export async function checkBot(client: WebClient): Promise<{ bot: Bot | null; findings: Finding[] }> {
  try {
    const { team_id, team, user_id, user, bot_id, response_metadata } = await client.auth.test();
    if (!team_id || !user_id || !bot_id)
      return { bot: null, findings: [error('bot token', 'This is the token of a person, not of the app.', BOT_TOKEN)] };
    const bot = { team: team_id, teamName: team ?? team_id, user: user_id, userName: user ?? user_id };
    return {
      bot,
      findings: [ok('bot token', `It is @${bot.userName} in ${bot.teamName}.`), checkScopes(response_metadata?.scopes)],
    };
  } catch (cause) {
    return { bot: null, findings: [failed('bot token', slackFailure(cause), BOT_FIXES)] };
  }
}

const BOT_TOKEN =
  'Copy the Bot User OAuth Token (xoxb-…) from "OAuth & Permissions" of the app into what TOCSIN_SLACK_BOT_TOKEN refers to.';
const REINSTALL = 'Install the app again on its page, "Install App", and copy the new Bot User OAuth Token.';

const BOT_FIXES: Readonly<Record<string, string>> = {
  invalid_auth: BOT_TOKEN,
  not_authed: BOT_TOKEN,
  not_allowed_token_type: BOT_TOKEN,
  account_inactive: REINSTALL,
  token_revoked: REINSTALL,
  token_expired: REINSTALL,
  team_disabled: 'The workspace is disabled: ask its owner.',
};

/** Slack says with every answer what a token may do. */
function checkScopes(granted: readonly string[] | undefined): Finding {
  if (granted === undefined)
    return warning('scopes', 'Slack did not say what the token may do.', 'Compare the app with slack-manifest.json.');
  const history = granted.filter((scope) => scope.endsWith(':history'));
  const missing = Object.entries(BOT_SCOPES).filter(([scope]) => !granted.includes(scope));
  if (missing.length > 0)
    return error(
      'scopes',
      `These are missing: ${missing.map(([scope, why]) => `${scope} (${why})`).join(', ')}.`,
      'Put slack-manifest.json into "App Manifest" on the page of the app, save, and install the app again.',
    );
  if (history.length > 0)
    return warning(
      'scopes',
      `The token may read conversations (${history.join(', ')}); Tocsin does not need that.`,
      'Remove these scopes on the page of the app, "OAuth & Permissions", and install it again.',
    );
  return ok('scopes', `All ${Object.keys(BOT_SCOPES).length} that are needed, and none that reads conversations.`);
}

/** How Slack reaches us: sockets that we open, or requests that it sends. */
export async function checkLine(
  settings: SlackSettings & { publicUrl: string },
  timeoutMs: number,
  log: SlackLog,
): Promise<Finding[]> {
  const { appToken, signingSecret } = settings;
  if (appToken) {
    const both = signingSecret
      ? [
          warning(
            'signing secret',
            'Socket Mode is used; the signing secret is not.',
            'Remove TOCSIN_SLACK_SIGNING_SECRET, or the app token.',
          ),
        ]
      : [];
    return [await checkAppToken({ ...settings, appToken }, timeoutMs, log), ...both];
  }
  if (signingSecret) return checkRequestUrl(settings, signingSecret);
  return [
    error(
      'line',
      'Slack has no way to tell Tocsin what people do.',
      'Set TOCSIN_SLACK_APP_TOKEN (Socket Mode, nothing to open to the internet), or TOCSIN_SLACK_SIGNING_SECRET (HTTP).',
    ),
  ];
}

async function checkAppToken(
  { apiUrl, appToken }: { apiUrl: string; appToken: string },
  timeoutMs: number,
  log: SlackLog,
): Promise<Finding> {
  try {
    const client = new WebClient(appToken, clientOptions({ apiUrl }, timeoutMs, slackLogger(log, 'client')));
    await client.apps.connections.open({});
    return ok('app token', 'It opens sockets (Socket Mode).');
  } catch (cause) {
    const failure = slackFailure(cause);
    // A server that is running has just used up the calls of this minute: then the token is right.
    if (failure.kind === 'limited')
      return warning(
        'app token',
        'Slack knows it, and has too many calls of it just now.',
        'Nothing, or check again in a minute.',
      );
    return failed('app token', failure, APP_FIXES);
  }
}

const APP_TOKEN = `Make an app-level token (xapp-…) with the scope ${APP_SCOPE} on the page of the app, "Basic Information", and put it into what TOCSIN_SLACK_APP_TOKEN refers to.`;
const APP_FIXES: Readonly<Record<string, string>> = {
  invalid_auth: APP_TOKEN,
  not_authed: APP_TOKEN,
  not_allowed_token_type: APP_TOKEN,
  missing_scope: APP_TOKEN,
  token_revoked: APP_TOKEN,
  socket_mode_not_enabled: 'Switch Socket Mode on, on the page of the app.',
};

/** Only the page of the app knows where it sends to; we can say what must stand there. */
function checkRequestUrl({ publicUrl, local }: SlackSettings & { publicUrl: string }, secret: string): Finding[] {
  const url = new URL('/slack/events', publicUrl).href;
  const length = /^[0-9a-f]{32}$/.test(secret)
    ? ok('signing secret', 'It looks like one.')
    : warning(
        'signing secret',
        'It does not look like one: 32 characters of 0–9 and a–f.',
        'Copy it from "Basic Information" on the page of the app.',
      );
  if (!url.startsWith('https:') && !local)
    return [
      length,
      error(
        'request URL',
        `Slack sends only to https, and this server is ${publicUrl}.`,
        'Set TOCSIN_PUBLIC_URL to its https address, or use Socket Mode.',
      ),
    ];
  return [
    length,
    ok(
      'request URL',
      `On the page of the app, "Interactivity", "Event Subscriptions" and the command must say ${url}.`,
    ),
  ];
}
