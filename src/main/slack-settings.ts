import { SetupError } from '../embedded/failure.ts';
import type { SlackSettings } from '../surfaces/slack/contract.ts';
import { resolveReference } from './config.ts';
import { isLocalSlack, type SlackReferences } from './slack-config.ts';

/** The secrets behind the references. A token that is surely of the wrong kind is named by its setting, never by what it is. */
export function slackSettings(references: SlackReferences, env: NodeJS.ProcessEnv = process.env): SlackSettings {
  const { botToken, appToken, signingSecret, apiUrl } = references;
  return {
    botToken: token('TOCSIN_SLACK_BOT_TOKEN', 'xoxb-', botToken, env),
    appToken: appToken === null ? null : token('TOCSIN_SLACK_APP_TOKEN', 'xapp-', appToken, env),
    signingSecret: signingSecret === null ? null : resolveReference(signingSecret, env),
    apiUrl,
    local: isLocalSlack(references),
  };
}

const KINDS: readonly [string, string][] = [
  ['xapp-', 'an app-level token'],
  ['xoxb-', 'a bot token'],
  ['xoxp-', "a person's token"],
  ['xoxe', 'a token that expires (token rotation)'],
];

function token(setting: string, prefix: string, reference: string, env: NodeJS.ProcessEnv): string {
  const value = resolveReference(reference, env);
  if (value.startsWith(prefix)) return value;
  const found = KINDS.find(([start]) => value.startsWith(start))?.[1] ?? 'something else';
  throw new SetupError(
    'slack-token',
    `${setting} (${reference}) refers to ${found}; it must be a token that begins with ${prefix}`,
    prefix === 'xoxb-'
      ? 'Copy the Bot User OAuth Token from the page of the app, "OAuth & Permissions"'
      : 'Make an app-level token with the scope connections:write on the page of the app, "Basic Information"',
  );
}
