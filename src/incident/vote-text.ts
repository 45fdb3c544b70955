import canonicalizeModule from 'canonicalize';
import type { Vote } from './decision.ts';

// The package is CommonJS whose default export TypeScript sees one level too high.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** What a vote's signature covers: RFC 8785 canonical JSON of everything but the signature. */
export function signedText(vote: Omit<Vote, 'signature'> & { signature?: string }): string {
  const { signature: _, ...signed } = vote;
  // An absent reason and an undefined one are the same vote: JSON on the way drops the latter.
  const plain = Object.fromEntries(Object.entries(signed).filter(([, value]) => value !== undefined));
  const text = canonicalize(plain);
  if (text === undefined) throw new TypeError('A vote must be plain JSON to be signed.');
  return text;
}
