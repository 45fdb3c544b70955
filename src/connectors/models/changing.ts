import type { Call } from '../../engine/stage.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { CapabilityProvider } from '../contract.ts';
import { asResult, type Changing } from '../faults.ts';

/** What one act wants of the world. Every part may be called again after a crash, by another worker. */
export type Change = {
  /** Makes it so, and says so in the act's outputs. `changing` is called right before the first call that changes anything. */
  carryOut(changing: Changing): Promise<JsonObject>;
  /** The outputs when it was begun and is so; null when it is not, and may be done. */
  isDone(): Promise<JsonObject | null>;
};

/** A provider of a capability that changes something, and can tell after a crash whether it did. */
export const changing = (plan: (call: Call, signal: AbortSignal) => Change): CapabilityProvider => ({
  act: (call, { signal }) => asResult(signal, (begin) => plan(call, signal).carryOut(begin)),
  async readBack(call, { signal }) {
    const outputs = await plan(call, signal).isDone();
    return outputs === null ? { state: 'not-done' } : { state: 'done', outputs };
  },
});
