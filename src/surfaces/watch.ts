import type { Reader } from './ports.ts';

/** Turns the reader's call-backs into something to await: growth between two calls of `next` is not missed. */
export function watch(reader: Reader, incident: string | null) {
  let grown = false;
  let wake: () => void = () => {};
  const unsubscribe = reader.subscribe(incident, () => {
    grown = true;
    wake();
  });
  return {
    /** True when the timeline grew, false when nothing came within the time or it was stopped. */
    async next(timeoutMs: number): Promise<boolean> {
      if (!grown) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const result = grown;
      grown = false;
      return result;
    },
    stop(): void {
      unsubscribe();
      wake();
    },
  };
}
