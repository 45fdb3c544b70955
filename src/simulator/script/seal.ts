import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { Script } from '../core/script.ts';
import type { ScriptDraft } from './checking.ts';

// The package is CommonJS whose default export TypeScript sees one level too high.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** The script with its hash: SHA-256 (hex) over its canonical JSON (RFC 8785) without it. */
export function sealScript(draft: ScriptDraft): Script {
  const canonical = canonicalize(draft);
  if (canonical === undefined) throw new Error('a script is plain JSON');
  return { ...draft, hash: createHash('sha256').update(canonical).digest('hex') };
}
