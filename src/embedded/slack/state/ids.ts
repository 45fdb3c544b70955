import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** An id as Slack's look: a letter for the kind, then capitals and digits. */
export function newId(prefix: string): string {
  return prefix + letters(randomBytes(10));
}

/** The same id for the same name, so that what was seeded keeps its ids over restarts and resets. */
export function idOf(prefix: string, name: string): string {
  return prefix + letters(createHash('sha256').update(`${prefix}:${name}`).digest().subarray(0, 10));
}

export function secret(bytes = 24): string {
  return randomBytes(bytes).toString('hex');
}

/** Of blocks and elements that were sent without one. */
export function shortId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}

function letters(bytes: Uint8Array): string {
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
