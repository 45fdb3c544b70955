import type { Call } from '../../src/engine/stage.ts';

/** A call as the engine makes it. */
export function aCall(changes: Partial<Call> = {}): Call {
  return {
    key: 'INC-2026-0001:notify:act:0',
    path: 'notify',
    capability: 'notify.mail',
    risk: 'irreversible',
    purpose: 'act',
    with: {},
    attempt: 1,
    timeoutMs: 10_000,
    undoes: null,
    approval: null,
    ...changes,
  };
}

export const aContext = (signal = new AbortController().signal) => ({
  incident: 'INC-2026-0001',
  signal,
  beat: () => undefined,
});
