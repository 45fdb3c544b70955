import type { Call } from '../../engine/stage.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { CapabilityProvider } from '../contract.ts';
import { asResult } from '../faults.ts';

/** A provider of a capability that only looks: after a crash it simply looks again. */
export const reading = (
  look: (call: Call, context: { signal: AbortSignal; beat: () => void }) => Promise<JsonObject>,
): CapabilityProvider => ({
  act: (call, context) => asResult(context.signal, () => look(call, context)),
  readBack: async () => ({ state: 'not-done' }),
});
