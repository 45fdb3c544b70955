import type { EffectOf } from '../incident/measures.ts';
import { contractOf } from './contracts.ts';

/** What gives back is what its undo would take away. */
export const effectOf: EffectOf = (capability) => {
  const { effect, undo } = contractOf(capability) ?? {};
  if (effect !== 'restores') return effect && { kind: effect };
  return undo && { kind: effect, what: undo.capability };
};
