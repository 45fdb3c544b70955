import { oneLine } from '../incident/phrases.ts';

/** Text from outside, in one line and short, so that it can stand in a sentence of ours. */
export function shown(text: string, charsMax: number): string {
  // Cut first: what is hostile may also be very long.
  const line = oneLine(text.slice(0, charsMax + 1)).trim();
  return line.length > charsMax ? `${line.slice(0, charsMax)}…` : line;
}
