import type { SlackFacts } from '../../../inventory/slack.ts';
import type { Person } from '../../ports.ts';
import { createSlackClient } from '../connection/client.ts';
import type { SlackSettings } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import type { Finding } from './finding.ts';
import { checkBlocks } from './live.ts';
import { checkBot, checkLine } from './tokens.ts';
import { checkChannel, checkGroups, checkPeople } from './workspace.ts';

export type SlackCheckDeps = {
  settings: SlackSettings & { publicUrl: string };
  facts: SlackFacts;
  people: readonly Person[];
  log: SlackLog;
  now(): number;
};

const TIMEOUT_MS = 10_000;

/**
 * Looks at everything that Slack needs to be right, and changes nothing. `live`: Slack itself looks at every kind of message and view
 * of ours. What the bot token cannot see is not looked at.
 */
export async function checkSlack(deps: SlackCheckDeps, { live }: { live: boolean }): Promise<Finding[]> {
  const { settings, log, now } = deps;
  const client = createSlackClient(settings, { timeoutMs: TIMEOUT_MS, log });
  const { bot, findings } = await checkBot(client);
  const line = await checkLine(settings, TIMEOUT_MS, log);
  if (bot === null) return [...findings, ...line];
  return [
    ...findings,
    ...line,
    await checkChannel(client, deps, bot),
    ...(await checkGroups(client, deps)),
    ...(await checkPeople(client, deps, bot, now)),
    ...(live ? await checkBlocks(client, settings) : []),
  ];
}
