import { WebAPIRateLimitedError } from '@slack/web-api';

/** `at`: when Slack was asked, in epoch milliseconds: it is not older than that. */
export type Said<T> = { value: T; at: number };

/** Something that only Slack knows, and what it last said about it. */
export type Asked<T> = {
  /** An answer to a question that was put after this call. Callers who come while one is under way share the next one. */
  ask(): Promise<Said<T>>;
  known(): Said<T> | null;
  /** Heard of by other ways; the newest counts. */
  keep(said: Said<T>): void;
};

export function createAsked<T>(put: () => Promise<T>, allowed: Budget): Asked<T> {
  const { now } = allowed;
  let known: Said<T> | null = null;
  let flying: Promise<Said<T>> | null = null;
  let next: Promise<Said<T>> | null = null;

  const keep = (said: Said<T>) => {
    if (known === null || said.at >= known.at) known = said;
  };
  const fly = (): Promise<Said<T>> => {
    const at = now();
    const flight = allowed.spend(put).then((value) => {
      keep({ value, at });
      return { value, at };
    });
    flying = flight;
    const landed = () => {
      if (flying === flight) flying = null;
    };
    flight.then(landed, landed);
    return flight;
  };
  return {
    ask() {
      if (flying === null) return fly();
      const after = () => {
        next = null;
        return fly();
      };
      next ??= flying.then(after, after);
      return next;
    },
    known: () => known,
    keep,
  };
}

/** Calls of one method: while Slack has asked us to wait, none is made. */
export type Budget = { now(): number; spend<T>(call: () => Promise<T>): Promise<T> };

export function createBudget(now: () => number): Budget {
  let closedUntil = 0;
  return {
    now,
    async spend(call) {
      const waitMs = closedUntil - now();
      if (waitMs > 0) throw new WebAPIRateLimitedError(Math.ceil(waitMs / 1000));
      try {
        return await call();
      } catch (error) {
        if (error instanceof WebAPIRateLimitedError) closedUntil = now() + error.retryAfter * 1000;
        throw error;
      }
    },
  };
}
