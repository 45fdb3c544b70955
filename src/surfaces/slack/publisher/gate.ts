import type { Clock } from './clock.ts';

/** So many calls in a row without an answer, and Slack counts as away. */
const AWAY_AFTER = 3;
const FIRST_MS = 500;
const HICCUP_MS = 10_000;
const LOOK_EVERY_MS_MAX = 10_000;

/** Grows with every try, with jitter, so that many who wait do not come back in step. */
export function backOffMs(tries: number, maxMs: number, random: () => number): number {
  const growing = Math.min(maxMs, FIRST_MS * 2 ** Math.min(20, Math.max(0, tries - 1)));
  return Math.ceil(growing / 2 + (growing / 2) * random());
}

/**
 * While Slack is away one call at a time looks whether it is back, instead of all of them. Any answer, even a refusal, opens the
 * gate again.
 */
export function createGate(clock: Clock, random: () => number) {
  let unanswered = 0;
  let looks = 0;
  let nextLookAt = 0;
  let away: { since: number; reason: string } | null = null;
  return {
    /** Milliseconds until a call may be made; Infinity while another is looking. */
    waitMs(underWay: number): number {
      if (unanswered < AWAY_AFTER) return 0;
      return underWay > 0 ? Number.POSITIVE_INFINITY : Math.max(0, nextLookAt - clock.now());
    },
    answered(): void {
      unanswered = 0;
      looks = 0;
      away = null;
    },
    /** True when this is what makes Slack count as away. */
    unanswered(reason: string, startedAt: number, retryAfterMs: number | null): boolean {
      unanswered += 1;
      away = { since: away?.since ?? startedAt, reason };
      if (unanswered < AWAY_AFTER) return false;
      looks += 1;
      nextLookAt = clock.now() + (retryAfterMs ?? backOffMs(looks, LOOK_EVERY_MS_MAX, random));
      return unanswered === AWAY_AFTER;
    },
    /** One call that failed is a hiccup; several in a row, or one for a while, are not. */
    away: () =>
      away && (unanswered >= AWAY_AFTER || clock.now() - away.since > HICCUP_MS)
        ? { since: away.since, reason: away.reason }
        : null,
  };
}
