import type { Outbox } from '../contract.ts';
import type { Clock } from './clock.ts';

export type Urgency = Parameters<Outbox['call']>[0]['urgency'];
export const URGENCIES = ['decision', 'status', 'chatter'] as const satisfies readonly Urgency[];

/** Calls a minute that Slack promises for each method and workspace (its tiers); others are not paced. */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.postMessage': 300,
  'chat.update': 50,
  'conversations.archive': 20,
  'conversations.create': 20,
  'conversations.info': 50,
  'conversations.invite': 50,
  'conversations.join': 50,
  'conversations.list': 20,
  'conversations.open': 50,
  'conversations.setTopic': 20,
  'pins.add': 20,
  'views.publish': 100,
};

/** Messages to one channel: one a second, and so many at once. */
const CHANNEL_BURST = 3;
const CHANNEL_PER_S = 1;
/** How many must be left for a message of this urgency: the last ones are kept for decisions. */
const CHANNEL_LEFT: Readonly<Record<Urgency, number>> = { decision: 1, status: 2, chatter: 3 };
/** The same as a share of a method's calls. A decision goes out in any case; Slack says when it is too much. */
const METHOD_LEFT: Readonly<Record<Urgency, number>> = { decision: 0, status: 0.3, chatter: 0.5 };

type Bucket = { tokens: number; at: number };

/** How fast we may speak: a little slower than Slack allows for what is not urgent, so that decisions find the road free. */
export function createPace(clock: Clock) {
  const channels = new Map<string, Bucket>();
  const methods = new Map<string, Bucket>();
  /** Until when Slack asked us to wait, by method, or by method and channel. */
  const pauses = new Map<string, number>();

  const filled = (buckets: Map<string, Bucket>, key: string, size: number, perMs: number): Bucket => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: size, at: now };
    bucket.tokens = Math.min(size, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
    bucket.at = now;
    buckets.set(key, bucket);
    return bucket;
  };
  const channelBucket = (queue: string) => filled(channels, queue, CHANNEL_BURST, CHANNEL_PER_S / 1000);
  const methodBucket = (method: string, perMinute: number) => filled(methods, method, perMinute, perMinute / 60_000);
  const pauseKey = (method: string, queue: string) => (isPost(method) ? `${method} ${queue}` : method);

  return {
    /** Milliseconds until this call may be made. */
    waitMs(method: string, queue: string, urgency: Urgency): number {
      const waits = [(pauses.get(pauseKey(method, queue)) ?? 0) - clock.now()];
      if (isPost(method)) waits.push((CHANNEL_LEFT[urgency] - channelBucket(queue).tokens) * (1000 / CHANNEL_PER_S));
      const perMinute = PER_MINUTE[method];
      if (perMinute && urgency !== 'decision')
        waits.push(
          (METHOD_LEFT[urgency] * perMinute + 1 - methodBucket(method, perMinute).tokens) * (60_000 / perMinute),
        );
      // Rounded, so that a timer never comes a fraction too early for ever.
      return Math.max(0, Math.ceil(Math.max(...waits)));
    },
    take(method: string, queue: string): void {
      if (isPost(method)) channelBucket(queue).tokens -= 1;
      const perMinute = PER_MINUTE[method];
      if (perMinute) {
        const bucket = methodBucket(method, perMinute);
        bucket.tokens = Math.max(0, bucket.tokens - 1);
      }
      if (channels.size > QUEUES_KEPT) forgetFull(channels, clock.now());
    },
    /** Slack says when: for messages it means the channel, for all else the method. */
    pause(method: string, queue: string, forMs: number): void {
      pauses.set(pauseKey(method, queue), clock.now() + forMs);
      for (const [key, until] of pauses) if (until <= clock.now()) pauses.delete(key);
    },
  };
}

const isPost = (method: string): boolean => method === 'chat.postMessage';

const QUEUES_KEPT = 1_000;

/** What has not been used for a while is full again, which is where a new one starts. */
function forgetFull(buckets: Map<string, Bucket>, now: number): void {
  for (const [key, { at }] of buckets) if (now - at > (CHANNEL_BURST / CHANNEL_PER_S) * 1000) buckets.delete(key);
}
