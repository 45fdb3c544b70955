import type { ActFault, ActResult } from '../engine/stage.ts';
import type { JsonObject } from '../incident/json.ts';
import { ConnectorError } from './contract.ts';

/** To be called right before the first call that may change something outside: from then on a failure cannot say "nothing happened". */
export type Changing = () => void;

/**
 * Runs an act, and makes a fault of what a connector throws. Everything else, and whatever is thrown once the act was aborted, goes
 * on as it is: it is our own trouble, not an answer of the world.
 */
export async function asResult(
  signal: AbortSignal,
  work: (changing: Changing) => Promise<JsonObject>,
): Promise<ActResult> {
  let changed = false;
  try {
    return {
      ok: true,
      outputs: await work(() => {
        changed = true;
      }),
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof ConnectorError)) throw error;
    return { ok: false, fault: faultOf(error, changed) };
  }
}

/** `changed`: an earlier call of the same act had its effect already. */
export const faultOf = ({ code, message, retryable, effect }: ConnectorError, changed = false): ActFault => ({
  code,
  message,
  retryable,
  effect: changed ? 'unknown' : effect,
});
