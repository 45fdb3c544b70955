import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalSlack, LocalSlackOptions } from '../../src/embedded/slack/contract.ts';
import { startLocalSlack } from '../../src/embedded/slack/start.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { localWorkspace } from '../../src/main/local-slack.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { readManifest } from '../../src/main/slack-manifest.ts';

/** The Slack that `npm start` brings for the sample inventory, in this process and in memory. */
export const sampleSlack = (more: Partial<LocalSlackOptions> = {}): Promise<LocalSlack> =>
  startLocalSlack({
    port: 0,
    file: null,
    ...localWorkspace(loadInventory(join(packageRoot, 'tocsin.yaml'))),
    app: { ...readManifest(), requestUrl: null },
    ...more,
  });

/** The settings of a server that uses it; the secrets lie in `folder`. */
export function slackSettingsFor({ apiUrl, workspace: { app } }: LocalSlack, folder: string): Record<string, string> {
  const secrets = join(folder, 'slack-secrets');
  mkdirSync(secrets, { recursive: true });
  const file = (name: string, secret: string): string => {
    writeFileSync(join(secrets, name), `${secret}\n`, { mode: 0o600 });
    return `file:${join(secrets, name)}`;
  };
  return {
    TOCSIN_SLACK_API_URL: apiUrl,
    TOCSIN_SLACK_BOT_TOKEN: file('bot-token', app.botToken),
    TOCSIN_SLACK_APP_TOKEN: file('app-token', app.appToken),
  };
}
