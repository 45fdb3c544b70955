import type { RespondFn } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { SlackPost } from '../contract.ts';
import type { SlackLog } from '../ports.ts';

/** Where somebody is in Slack, so that words reach them alone. */
export type Whereabouts = {
  client: WebClient;
  user: string;
  /** Null in Home and in views that were opened from there. */
  channel: string | null;
  thread?: string | undefined;
  /** Slack's own way to answer what was just done, while it lasts. */
  respond: RespondFn | null;
  /** What was clicked was shown to this person only. */
  ephemeral?: boolean;
};

/** `replaces`: it takes the place of what was clicked. */
export type Told = SlackPost & { replaces?: boolean };

/** Beyond this another way is tried; who gets the words twice has lost nothing. */
const PATIENCE_MS = 5_000;

/** Tells one person, by the first way that works: the answer to what they did, an ephemeral message, a direct message. */
export async function tell(at: Whereabouts, said: Told, log: SlackLog): Promise<void> {
  const failures: string[] = [];
  for (const [way, say] of waysTo(at, said)) {
    try {
      await within(PATIENCE_MS, say());
      return;
    } catch (error) {
      failures.push(`${way}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  log.error({ user: at.user, failures }, 'somebody could not be told what came of their answer');
}

function waysTo({ client, user, channel, thread, respond }: Whereabouts, { text, blocks, replaces }: Told) {
  const words = { text, blocks };
  const ways: [string, () => Promise<unknown>][] = [];
  if (respond)
    ways.push([
      'response_url',
      () => respond({ ...words, response_type: 'ephemeral', replace_original: replaces === true }),
    ]);
  if (channel)
    ways.push([
      'chat.postEphemeral',
      () => client.chat.postEphemeral({ ...words, channel, user, ...(thread ? { thread_ts: thread } : {}) }),
    ]);
  ways.push(['chat.postMessage', () => client.chat.postMessage({ ...words, channel: user })]);
  return ways;
}

export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
