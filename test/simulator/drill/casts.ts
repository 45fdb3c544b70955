import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import { type Result, resultsOf } from '../../../src/simulator/core/results.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { shippedScript } from '../../support/scripts.ts';

/** Everybody of one persona. */
export const castOf = (script: Script, persona: string): Script => ({
  ...script,
  seats: script.seats.map((seat) => ({ ...seat, persona })),
});

export const LENGTHS: readonly string[] = ['15m', '60m', '2h'];
export const steady = (script: Script): Script => castOf(script, 'steady');
export const hasty = (script: Script): Script => castOf(script, 'hasty');
/** Steady people who sit at their screens, as in a warm-up. */
export const atTheirScreens = (script: Script): Script => ({
  ...steady(script),
  personas: script.personas.map((persona) => ({ ...persona, medianMs: persona.medianMs / 2 })),
});

/** Everybody looks on. */
export const idle = (script: Script): Script => ({
  ...script,
  personas: script.personas.map((persona) => ({ ...persona, diligence: 0 })),
});

type Results = Record<string, Result['result']>;

/** How the expectations of a shipped simulation stand with a cast, by seed. */
export async function resultsWith(
  simulation: string,
  length: string,
  cast: (script: Script) => Script,
  seeds: readonly number[],
): Promise<Results[]> {
  const { script: shipped, plan } = shippedScript(simulation, length);
  const script = cast(shipped);
  const results: Results[] = [];
  for (const seed of seeds) {
    const { events } = await rehearseScript({ script, plan, seed });
    results.push(Object.fromEntries(resultsOf(script, events).map((one) => [one.expectation, one.result])));
  }
  return results;
}

/** A shipped simulation, played once with a cast. */
export function playedWith(simulation: string, length: string, cast: (script: Script) => Script) {
  const { script, plan } = shippedScript(simulation, length);
  return rehearseScript({ script: cast(script), plan, seed: 7 });
}

export const SEEDS: readonly number[] = [1, 2, 3, 5, 8, 13, 21, 34];

/** Expectations that a machine can judge and that are not met, or late. */
export const unmet = (results: Results): string[] =>
  Object.keys(results).filter((id) => results[id] !== 'met' && results[id] !== 'not-observed');
