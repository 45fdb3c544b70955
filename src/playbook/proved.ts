import type { Json, JsonObject } from '../incident/json.ts';

/** The output of a step with a proof: whether its proof confirmed it. */
export const PROVED = 'proved';

/**
 * What a step with a proof leaves when people skipped it or took it over without saying what it left: that nothing was proved,
 * and nothing else. `"isolate" in steps` and `has(steps.isolate)` go on meaning that its outputs are there.
 */
export const NOT_PROVED: JsonObject = { [PROVED]: false };

export const leftOutputs = (left: Json | undefined): boolean =>
  left !== undefined && !(left !== null && typeof left === 'object' && !Array.isArray(left) && onlyNotProved(left));

const onlyNotProved = (left: JsonObject): boolean => left.proved === false && Object.keys(left).length === 1;
