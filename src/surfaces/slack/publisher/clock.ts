/** Time as the publisher knows it, so that tests can move it. Epoch milliseconds. */
export type Clock = {
  now(): number;
  /** Runs it once after the delay; returns how to call it off. */
  after(delayMs: number, run: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
