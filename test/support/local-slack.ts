import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import type { LocalSlack, LocalSlackOptions } from '../../src/embedded/slack/contract.ts';
import { startLocalSlack } from '../../src/embedded/slack/start.ts';

/** How an app hears Slack. */
export const TRANSPORTS = ['socket', 'http'] as const;
export type Transport = (typeof TRANSPORTS)[number];

type Seed = Partial<Omit<LocalSlackOptions, 'app'>> & { app?: Partial<LocalSlackOptions['app']> };

/** A small workspace on a free port: Asha and Ben, `#incidents`. Ends with the test. */
export async function openLocalSlack(seed: Seed = {}): Promise<LocalSlack> {
  const slack = await startLocalSlack({
    port: 0,
    file: null,
    team: { id: 'T0TEST', name: 'Test', domain: 'test' },
    users: [
      { id: 'U0ASHA', name: 'asha', real_name: 'Asha Rao', email: 'asha@example.com' },
      { id: 'U0BEN', name: 'ben', real_name: 'Ben Okafor', email: 'ben@example.com' },
    ],
    groups: [{ id: 'S0SAFETY', handle: 'safety', name: 'Safety leads', users: ['U0ASHA'] }],
    channels: [{ name: 'incidents' }],
    ...seed,
    app: {
      name: 'Tocsin',
      requestUrl: null,
      commands: [{ command: '/tocsin', description: 'Incidents', usageHint: 'status' }],
      shortcuts: [
        { callbackId: 'report', name: 'Report', type: 'global' },
        { callbackId: 'report-message', name: 'Report this', type: 'message' },
      ],
      scopes: ['chat:write', 'commands', 'channels:read', 'channels:join', 'channels:manage', 'im:write', 'users:read'],
      ...seed.app,
    },
  });
  onTestFinished(() => slack.stop());
  return slack;
}

/** Where a bolt app over HTTP will listen. */
export async function requestUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}/slack/events`;
}

/** The unmodified bolt, told nothing but another API address. Ends with the test. */
export async function startBolt(
  slack: LocalSlack,
  transport: Transport,
  handle: (app: App) => void,
  more: Partial<WebClientOptions> = {},
): Promise<{ app: App; stop(): Promise<void> }> {
  const { botToken, appToken, signingSecret, requestUrl } = slack.workspace.app;
  const receiver =
    transport === 'socket'
      ? new SocketModeReceiver({
          appToken,
          logLevel: LogLevel.ERROR,
          installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
        })
      : new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const app = new App({
    token: botToken,
    receiver,
    deferInitialization: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, ...more },
  });
  await app.init();
  handle(app);
  if (requestUrl !== null && receiver instanceof HTTPReceiver)
    await receiver.start({ host: '127.0.0.1', port: Number(new URL(requestUrl).port) });
  else await app.start();
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= app.stop().then(() => undefined));
  onTestFinished(stop);
  return { app, stop };
}

/** A workspace and its app over one of the transports. */
export async function openSlackWithApp(
  transport: Transport,
  handle: (app: App) => void,
  seed: Seed = {},
): Promise<{ slack: LocalSlack; app: App; stop(): Promise<void> }> {
  const slack = await openLocalSlack({
    ...seed,
    app: { ...seed.app, requestUrl: transport === 'http' ? await requestUrl() : null },
  });
  return { slack, ...(await startBolt(slack, transport, handle)) };
}

/** The id of a channel by its name. */
export function channelId(slack: LocalSlack, name: string): string {
  const channel = slack.workspace.channels().find((candidate) => candidate.name === name);
  if (channel === undefined) throw new Error(`no channel ${name}`);
  return channel.id;
}

/** The control API, as scripts call it. */
export async function control(slack: LocalSlack, command: unknown, key = slack.key) {
  const response = await fetch(slack.controlUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: typeof command === 'string' ? command : JSON.stringify(command),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
