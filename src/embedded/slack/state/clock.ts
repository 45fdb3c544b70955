import type { Clock } from '../contract.ts';

type Timer = { dueMs: number; run: () => void; call: NodeJS.Timeout | null };

/** A clock that runs with the machine's and can be moved ahead of it. */
export function runningClock(): Clock {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  return withTimers(now, (ms) => {
    aheadMs += ms;
  });
}

/** A clock that stands until it is moved. */
export function standingClock(startMs: number): Clock {
  let nowMs = startMs;
  return withTimers(
    () => nowMs,
    (ms) => {
      nowMs += ms;
    },
    { stands: true },
  );
}

function withTimers(now: () => number, move: (ms: number) => void, { stands = false } = {}): Clock {
  const timers = new Set<Timer>();
  const fire = (timer: Timer) => {
    if (!timers.delete(timer)) return;
    if (timer.call) clearTimeout(timer.call);
    timer.run();
  };
  // A timer of Node is a hint only: it may come early, and the clock may have been moved since it was set.
  const set = (timer: Timer) => {
    if (stands) return;
    timer.call = setTimeout(() => (now() >= timer.dueMs ? fire(timer) : set(timer)), Math.max(1, timer.dueMs - now()));
    timer.call.unref();
  };
  return {
    now,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`A clock moves forward only, not by ${ms} ms`);
      move(ms);
      const due = [...timers].filter((timer) => timer.dueMs <= now()).sort((a, b) => a.dueMs - b.dueMs);
      for (const timer of due) fire(timer);
    },
    after(delayMs, run) {
      const timer: Timer = { dueMs: now() + delayMs, run, call: null };
      timers.add(timer);
      set(timer);
      return () => {
        timers.delete(timer);
        if (timer.call) clearTimeout(timer.call);
      };
    },
  };
}
