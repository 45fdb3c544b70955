import { setTimeout as pause } from 'node:timers/promises';
import { SetupError } from '../embedded/failure.ts';
import type { Log } from './log.ts';

const FIRST_PAUSE_MS = 100;
const PAUSE_MAX_MS = 5_000;

/** Tries until it works: what a service depends on may come later than the service. Says so once, and again when it is there. */
export async function untilThere<T>(
  what: string,
  log: Log,
  attempt: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let waiting = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      const there = await attempt();
      if (waiting) log.info(`${what} is there`);
      return there;
    } catch (error) {
      if (isFinal(error)) throw error;
      if (!waiting) log.warn({ error: error instanceof Error ? error.message : String(error) }, `waiting for ${what}`);
      waiting = true;
      await pause(pauseMs, undefined, { signal });
    }
  }
}

/** Waiting does not help against a wrong set-up or password, a missing database, a certificate that is not trusted, a lost key. */
function isFinal(error: unknown): boolean {
  if (error instanceof SetupError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(28|3D)/.test(code) || /^keys-/.test(code) || /CERT|SELF_SIGNED/.test(code);
}
