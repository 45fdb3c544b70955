import type { SlackLog } from '../ports.ts';
import type { Clock } from './clock.ts';

/** So many incidents are looked at side by side: each look asks the database a few times. */
const AT_ONCE = 4;
const AGAIN_MS = 1_000;

/**
 * Looks at incidents, one look an incident at a time. What is asked for while a look is under way is one more look after it, so
 * that a look always comes after the latest change.
 */
export function createLooks(look: (incident: string) => Promise<void>, clock: Clock, log: SlackLog) {
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let stopped = false;

  const next = (): void => {
    for (const incident of waiting) {
      if (running.size >= AT_ONCE) return;
      if (running.has(incident)) continue;
      waiting.delete(incident);
      const one = look(incident)
        .catch((error: unknown) => {
          log.warn({ incident, error: String(error) }, 'Slack could not be brought up to date; it is tried again');
          clock.after(AGAIN_MS, () => soon(incident));
        })
        .finally(() => {
          running.delete(incident);
          next();
        });
      running.set(incident, one);
    }
  };
  const soon = (incident: string): void => {
    if (stopped) return;
    waiting.add(incident);
    next();
  };

  return {
    soon,
    async stop(): Promise<void> {
      stopped = true;
      waiting.clear();
      await Promise.all(running.values());
    },
  };
}
