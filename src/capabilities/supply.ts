import { z } from 'zod';
import { type CapabilityContract, Proof, system } from './contract.ts';

/** Models and services that others run for us. */
export const supplyContracts = {
  'vendor.inspect': {
    name: 'vendor.inspect',
    title: 'Look at the vendor: its status, and whether it still answers as it did',
    risk: 'read',
    input: z.strictObject({ system }),
    output: z.strictObject({
      route: z.enum(['primary', 'fallback']).describe('which of the two gets our requests'),
      fingerprintMatches: z.boolean().describe('whether the vendor answers canary prompts as it did'),
      detail: z.string(),
    }),
    timeoutMs: 120_000,
  },
  'vendor.failover': {
    name: 'vendor.failover',
    title: 'Send requests to the fallback instead of the vendor',
    risk: 'disruptive',
    input: z.strictObject({ system }),
    output: z.strictObject({ detail: z.string() }),
    undo: { capability: 'vendor.failback', keep: ['system'] },
    leaves: 'fallback',
    effect: 'contains',
    timeoutMs: 300_000,
  },
  'vendor.failback': {
    name: 'vendor.failback',
    title: 'Send requests to the vendor again',
    risk: 'disruptive',
    input: z.strictObject({ system }),
    output: z.strictObject({ detail: z.string() }),
    undo: { capability: 'vendor.failover', keep: ['system'] },
    leaves: 'primary',
    effect: 'restores',
    timeoutMs: 300_000,
  },
  'vendor.probe': {
    name: 'vendor.probe',
    title: 'See by traffic who answers',
    risk: 'read',
    input: z.strictObject({ system, expect: z.enum(['primary', 'fallback']).default('primary') }),
    output: z.strictObject(Proof),
    proves: true,
    timeoutMs: 120_000,
  },
} as const satisfies Record<string, CapabilityContract>;
