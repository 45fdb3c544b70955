import { SetupError } from '../embedded/failure.ts';
import { loadInventory } from '../inventory/load.ts';
import { slackOf } from '../inventory/slack.ts';
import type { SlackFinding } from '../surfaces/cli/slack.ts';
import { checkSlack } from '../surfaces/slack/check/check.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { runningLocalSlack } from './running-local-slack.ts';
import { slackSettings } from './slack-settings.ts';

/** `tocsin slack check`, with the settings of this environment. */
export async function checkSlackHere(
  config: Config,
  { live }: { live: boolean },
): Promise<{ where: string; findings: SlackFinding[] }> {
  const references = config.slack.references ?? runningLocalSlack(config);
  if (references === null)
    throw new SetupError(
      'no-slack',
      'no Slack is configured here',
      'Set TOCSIN_SLACK_BOT_TOKEN and TOCSIN_SLACK_APP_TOKEN as docs/slack.md says; or run `npm start`, which brings a local one',
    );
  const settings = slackSettings(references);
  const inventory = loadInventory(config.inventory);
  const findings = await checkSlack(
    {
      settings: { ...settings, publicUrl: config.publicUrl },
      facts: slackOf(inventory),
      people: inventory.people,
      log: createLog({ name: 'slack', level: 'silent' }),
      now: Date.now,
    },
    { live },
  );
  return { where: `Slack at ${references.apiUrl}`, findings };
}
