import type { Clock, RateLimits } from '../contract.ts';
import { SlackError } from '../slack-error.ts';

export const SLACK_LIMITS: RateLimits = {
  tier1: 1,
  tier2: 20,
  tier3: 50,
  tier4: 100,
  channelPerS: 1,
  channelBurst: 3,
  messages: 300,
};

export type Tier = 'tier1' | 'tier2' | 'tier3' | 'tier4';

export type Limiter = {
  /** Throws `ratelimited` when this method was called too often. */
  method(name: string, tier: Tier): void;
  /** The same for a message to this channel. */
  message(channel: string): void;
};

/** Buckets that fill with time: each call takes one token, and none is left when calls come faster than the limit for long. */
export function limiterOf(clock: Clock, limits: RateLimits): Limiter {
  const buckets = new Map<string, { tokens: number; atMs: number }>();

  function take(name: string, perS: number, burst: number): void {
    const now = clock.now();
    const { tokens, atMs } = buckets.get(name) ?? { tokens: burst, atMs: now };
    const filled = Math.min(burst, tokens + ((now - atMs) / 1000) * perS);
    if (filled < 1) {
      buckets.set(name, { tokens: filled, atMs: now });
      throw new SlackError('ratelimited', { retryAfterS: Math.max(1, Math.ceil((1 - filled) / perS)) });
    }
    buckets.set(name, { tokens: filled - 1, atMs: now });
  }

  return {
    method(name, tier) {
      // The lowest tier tolerates bursts, says Slack: two sockets and a reconnect open at the same moment.
      const burst = tier === 'tier1' ? Math.max(limits.tier1, 10) : limits[tier];
      take(`method ${name}`, limits[tier] / 60, burst);
    },
    message(channel) {
      take(`channel ${channel}`, limits.channelPerS, limits.channelBurst);
      take('messages', limits.messages / 60, limits.messages);
    },
  };
}
