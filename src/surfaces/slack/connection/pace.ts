import type { SlackFailure } from './failure.ts';

/** How often we try. */
export type Pace = {
  /** After a socket ended, and after the first failure; doubled by each further one, up to `maxMs`. */
  firstMs: number;
  maxMs: number;
  /** When Slack does not let us in: only people can mend that. */
  refusedMs: number;
  /** How often we ask whether our token still counts. */
  heartMs: number;
  /** A socket that lasted so long was a good one. */
  steadyMs: number;
};

export const PACE: Pace = {
  firstMs: 250,
  maxMs: 10_000,
  refusedMs: 60_000,
  heartMs: 60_000,
  steadyMs: 5_000,
};

/** How long to wait after so many failures in a row: with jitter, so that many servers do not come back in step. */
export function pauseMs(pace: Pace, failures: number, failure: SlackFailure | null, chance = Math.random): number {
  if (failures === 0) return 0;
  if (failure?.retryAfterMs != null) return failure.retryAfterMs + pace.firstMs * chance();
  if (failure?.kind === 'refused') return pace.refusedMs;
  const growing = Math.min(pace.maxMs, pace.firstMs * 2 ** (failures - 1));
  return growing / 2 + (growing / 2) * chance();
}

/** A pause that can be ended. It never rejects: whoever waits looks at the signal. */
export function waiting(ms: number, signal?: AbortSignal): { over: Promise<void>; end(): void } {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
    end = done;
  });
  return { over, end };
}
