import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { PlanDraft } from './check.ts';
import type { Plan } from './plan.ts';

// The package is CommonJS whose default export TypeScript sees one level too high.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** SHA-256 (hex) over the canonical JSON (RFC 8785) of the plan without its hash. */
export function hashPlan(plan: PlanDraft | Plan): string {
  const { hash: _, ...draft } = plan as Plan;
  const canonical = canonicalize(draft);
  if (canonical === undefined) throw new Error('a plan is plain JSON');
  return createHash('sha256').update(canonical).digest('hex');
}

export const sealPlan = (draft: PlanDraft): Plan => ({ ...draft, hash: hashPlan(draft) });
