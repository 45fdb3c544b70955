import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { Script } from '../core/script.ts';
import type { ScriptDraft } from './checking.ts';

// The package is CommonJS whose default export TypeScript sees one level too high.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** Raise it with every change of the rules by which results and ratings are found: scores are compared within one of them. */
const SCORING = 1;

/**
 * The script with its hashes, each SHA-256 (hex) over canonical JSON (RFC 8785): `rubric` over what it is scored by (the rules' version,
 * objectives, expectations), `hash` over all of it but itself.
 */
export function sealScript(draft: ScriptDraft): Script {
  const { objectives, expectations } = draft;
  const scored = { ...draft, rubric: hashOf({ scoring: SCORING, objectives, expectations }) };
  return { ...scored, hash: hashOf(scored) };
}

/** Whether a script is what its hash says. */
export const isSealed = ({ hash, ...rest }: Script): boolean => hash === hashOf(rest);

function hashOf(value: unknown): string {
  const canonical = canonicalize(value);
  if (canonical === undefined) throw new Error('a script is plain JSON');
  return createHash('sha256').update(canonical).digest('hex');
}
