import type { IncidentView } from '../incident/view.ts';
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

const SHOWN_WITHIN_MS = 3_000;

/** Waits until the reader shows what was just accepted: the timeline is written a moment after the answer. False when it takes longer. */
export async function untilShown(
  reader: Reader,
  incident: string,
  shown: (view: IncidentView) => boolean,
): Promise<boolean> {
  const deadline = performance.now() + SHOWN_WITHIN_MS;
  const growth = watch(reader, incident);
  try {
    for (;;) {
      const found = await reader.incident(incident);
      if (found && shown(found.view)) return true;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return false;
      await growth.next(leftMs);
    }
  } finally {
    growth.stop();
  }
}
