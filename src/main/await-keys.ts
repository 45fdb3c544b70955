import { setTimeout as pause } from 'node:timers/promises';
import { KeyError, loadKeys, type WorkerKeys } from './keys.ts';
import type { Log } from './log.ts';

const KEYS_WITHIN_MS = 60_000;

/** On a fresh machine the server makes the keys, as soon as it knows that nothing was ever encrypted with others. */
export async function awaitKeys(dir: string, log: Log): Promise<WorkerKeys> {
  let waiting = false;
  for (const giveUpAt = Date.now() + KEYS_WITHIN_MS; ; ) {
    try {
      return loadKeys(dir, 'worker');
    } catch (error) {
      if (!(error instanceof KeyError) || error.code !== 'keys-missing' || Date.now() > giveUpAt) throw error;
      if (!waiting) log.info(`waiting for the server to make the keys in ${dir}`);
      waiting = true;
      await pause(100);
    }
  }
}
