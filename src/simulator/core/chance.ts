import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** What is drawn about one thing. */
export type Draws = {
  /** At least 0, below 1. */
  uniform(): number;
  /** Standard normal: mean 0, deviation 1. */
  normal(): number;
};

/**
 * Chance that follows from a seed and from what it is about, never from how often it was asked before: so that a run that is given up
 * and taken up again, or is played elsewhere, draws the same.
 */
export function drawsOf(seed: number, ...about: readonly (string | number)[]): Draws {
  const generator = xoroshiro128plus(scramble([seed, ...about].join('\u0000')));
  const uniform = () => uniformFloat64(generator);
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 8; i++) uniform();
  return {
    uniform,
    // Box and Muller. 1 − u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** FNV-1a, 32 bits. */
function scramble(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
