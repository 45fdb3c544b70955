import type { Config } from './config.ts';
import { holderOf } from './data-folder.ts';
import { lastSlackPort, localSlackReferences } from './local-slack-secrets.ts';
import type { SlackReferences } from './slack-config.ts';

/** The local Slack of the `npm start` that runs on this data folder. */
export function runningLocalSlack({ dataDir, slack }: Config): SlackReferences | null {
  const port = slack.local === 'off' || holderOf(dataDir) === null ? null : lastSlackPort(dataDir);
  return port === null ? null : localSlackReferences(dataDir, port);
}
