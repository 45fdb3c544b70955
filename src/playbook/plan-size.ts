import { deflateRawSync } from 'node:zlib';
import type { PlanDraft } from './check.ts';
import type { Diagnostic } from './diagnostics.ts';

/** As JSON, as it travels with its incident; below what a worker takes up with the state besides. */
const CHARS_MAX = 8_000_000;
/** Packed: half of what Temporal takes at once, so that the state has room. Smaller plans fit however little they can be packed. */
const PACKED_BYTES_MAX = 900_000;

/** Why a plan is too large to travel with an incident, which would otherwise stand still in the middle of it. */
export function planTooLarge(plan: PlanDraft, file: string): Diagnostic | null {
  const chars = charsOf(plan, CHARS_MAX);
  if (chars > CHARS_MAX) return tooLarge(file, `the plan takes more than ${CHARS_MAX / 1_000_000} MB`);
  if (chars <= PACKED_BYTES_MAX / 3) return null;
  const bytes = deflateRawSync(JSON.stringify(plan)).length;
  return bytes > PACKED_BYTES_MAX ? tooLarge(file, `the plan takes ${Math.ceil(bytes / 1_000)} kB packed`) : null;
}

const tooLarge = (file: string, what: string): Diagnostic => ({
  file,
  line: 1,
  column: 1,
  severity: 'error',
  code: 'too-large',
  message: `${what}, with the playbooks and templates it embeds: more than an incident can carry`,
  suggestion: 'shorten its texts, or run long playbooks fewer times',
});

/** About the length of its JSON. Stops counting beyond `max`: texts that are embedded often are one text here and many there. */
function charsOf(value: unknown, max: number): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 6;
  let chars = 2;
  const inside = Array.isArray(value) ? value.map((one) => ['', one] as const) : Object.entries(value);
  for (const [key, one] of inside) {
    chars += key.length + 4 + charsOf(one, max - chars);
    if (chars > max) return chars;
  }
  return chars;
}
