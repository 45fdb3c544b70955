import type { App } from '@slack/bolt';
import { onTestFinished } from 'vitest';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';
import {
  createSlackConnection,
  type SlackConnection,
  type SlackState,
} from '../../../src/surfaces/slack/connection/connection.ts';
import type { Pace } from '../../../src/surfaces/slack/connection/pace.ts';
import type { SlackSettings } from '../../../src/surfaces/slack/contract.ts';
import type { SlackLog } from '../../../src/surfaces/slack/ports.ts';
import { channelId, openLocalSlack } from '../../support/local-slack.ts';

/** The same as in production, in milliseconds instead of seconds and minutes. */
export const BRISK: Pace = { firstMs: 20, maxMs: 100, refusedMs: 50, heartMs: 100, steadyMs: 200 };

export type Line = {
  level: 'debug' | 'info' | 'warn' | 'error';
  about: Record<string, unknown>;
  message: string;
};

export function listeningLog(): { log: SlackLog; lines: Line[] } {
  const lines: Line[] = [];
  const to = (level: Line['level']) => (about: Record<string, unknown>, message: string) =>
    void lines.push({ level, about, message });
  return { lines, log: { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') } };
}

export const BUTTON = 'decide.approve';

export type Held = {
  connection: SlackConnection;
  lines: Line[];
  states: SlackState[];
  /** Values of the buttons that were heard, in order. */
  heard: string[];
  until(wanted: (state: SlackState) => boolean): Promise<SlackState>;
};

/** A connection of ours to this Slack. Ends with the test. */
export function hold(
  settings: SlackSettings,
  more: { listen?: (app: App) => void; now?: () => number; pace?: Pace } = {},
): Held {
  const { log, lines } = listeningLog();
  const states: SlackState[] = [];
  const heard: string[] = [];
  const waiting = new Set<() => void>();
  const connection = createSlackConnection({
    settings,
    listen(app) {
      if (more.listen) return more.listen(app);
      app.action(BUTTON, async ({ ack, action }) => {
        heard.push('value' in action ? String(action.value) : '');
        await ack();
      });
    },
    onState(state) {
      states.push(state);
      for (const look of waiting) look();
    },
    log,
    now: more.now ?? Date.now,
    pace: more.pace ?? BRISK,
  });
  onTestFinished(() => connection.stop());
  const until = (wanted: (state: SlackState) => boolean) =>
    new Promise<SlackState>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`Slack is ${JSON.stringify(connection.state())}`)), 15_000);
      const look = () => {
        if (!wanted(connection.state())) return;
        clearTimeout(deadline);
        waiting.delete(look);
        resolve(connection.state());
      };
      waiting.add(look);
      look();
    });
  return { connection, lines, states, heard, until };
}

export const settingsOf = (slack: LocalSlack, more: Partial<SlackSettings> = {}): SlackSettings => ({
  botToken: slack.workspace.app.botToken,
  appToken: slack.workspace.app.appToken,
  signingSecret: null,
  apiUrl: slack.apiUrl,
  local: true,
  ...more,
});

export const isConnected = (state: SlackState) => state.status === 'connected' && state.sockets !== 1;

/** A message with a button, and how somebody presses it. */
export async function messageWithButton(slack: LocalSlack, client: SlackConnection['client']) {
  const channel = channelId(slack, 'incidents');
  await client.conversations.join({ channel });
  const press = async (value: string) => {
    const { ts } = await client.chat.postMessage({
      channel,
      text: value,
      blocks: [
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: BUTTON, value, text: { type: 'plain_text', text: 'Approve' } }],
        },
      ],
    });
    if (!ts) throw new Error('no message');
    return slack.interactions.act({ user: 'U0ASHA', on: { channel, ts }, actionId: BUTTON });
  };
  return { press, channel };
}

/** Tests here are not about how often one may speak. */
export const PATIENT = {
  tier1: 10_000,
  tier2: 10_000,
  tier3: 10_000,
  tier4: 10_000,
  channelPerS: 10_000,
  channelBurst: 10_000,
  messages: 600_000,
};

export const openPatientSlack = (seed: Parameters<typeof openLocalSlack>[0] = {}): Promise<LocalSlack> =>
  openLocalSlack({ limits: PATIENT, ...seed });
