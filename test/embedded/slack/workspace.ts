import { LogLevel, type WebAPICallResult, WebClient } from '@slack/web-api';
import { expect, onTestFinished } from 'vitest';
import type { LocalSlack, LocalSlackOptions } from '../../../src/embedded/slack/contract.ts';
import { startLocalSlack } from '../../../src/embedded/slack/start.ts';
import { standingClock } from '../../../src/embedded/slack/state/clock.ts';
import { readManifest } from '../../../src/main/slack-manifest.ts';

/** What the app's manifest asks for. */
export const SCOPES = readManifest().scopes;

export const ASHA = 'U0ASHA';
export const BEN = 'U0BEN';
export const GUS = 'U0GUS';

/** Lets nothing wait that is not about waiting. */
export const GENEROUS = {
  tier1: 10_000,
  tier2: 10_000,
  tier3: 10_000,
  tier4: 10_000,
  channelPerS: 10_000,
  channelBurst: 10_000,
  messages: 600_000,
};

export type Opened = { slack: LocalSlack; client: WebClient; channel: string; options: LocalSlackOptions };

/** A workspace whose clock stands, and the unmodified client, which tries once. The app is in `#incidents`. */
export async function opened(more: Partial<LocalSlackOptions> & { scopes?: string[] } = {}): Promise<Opened> {
  const { scopes = SCOPES, ...rest } = more;
  const options: LocalSlackOptions = {
    port: 0,
    file: null,
    team: { id: 'T0TEST', name: 'Test & Co', domain: 'test' },
    users: [
      { id: ASHA, name: 'asha', real_name: 'Asha Rao', email: 'asha@example.com', title: 'Safety lead' },
      { id: BEN, name: 'ben', real_name: 'Ben Okafor', email: 'ben@example.com' },
      { id: GUS, name: 'gus', real_name: 'Gus Gone', email: 'gus@example.com', deleted: true },
    ],
    groups: [{ id: 'S0SAFETY', handle: 'safety', name: 'Safety leads', users: ['asha', 'ben'] }],
    channels: [{ id: 'C0INC', name: 'incidents' }, { name: 'quiet' }, { name: 'board', private: true }],
    app: { name: 'Tocsin', requestUrl: null, commands: [], shortcuts: [], scopes },
    clock: standingClock(Date.UTC(2026, 5, 1, 12)),
    limits: GENEROUS,
    ...rest,
  };
  const slack = await startLocalSlack(options);
  onTestFinished(() => slack.stop());
  const client = clientOf(slack);
  if (scopes.includes('channels:join')) await client.conversations.join({ channel: 'C0INC' });
  return { slack, client, channel: 'C0INC', options };
}

export function clientOf(slack: LocalSlack, token: string | undefined = slack.workspace.app.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 5_000,
    logger: silent,
  });
}

export type Refused = WebAPICallResult & { error: string; errors?: string[]; needed?: string; provided?: string };

/** What Slack said to a call that it refuses. */
export async function refused(call: Promise<WebAPICallResult>): Promise<Refused> {
  const error = await call.then(
    (answer) => expect.fail(`was taken: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'data' in error) return error.data as Refused;
  throw error;
}

/** The code alone. */
export async function refusal(call: Promise<WebAPICallResult>): Promise<string> {
  return (await refused(call)).error;
}

export const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

const ignore = (): void => undefined;
/** Refusals are what most of these tests are about: they need not be printed too. */
const silent = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  getLevel: () => LogLevel.ERROR,
  setName: ignore,
};
