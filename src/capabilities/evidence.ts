import { z } from 'zod';
import { type CapabilityContract, Proof, system } from './contract.ts';

/** Keeping what an investigation and a court will ask for. */
export const evidenceContracts = {
  /** No undo: a hold outlives the incident, also one that was stood down, until legal counsel lifts it. */
  'evidence.preserve': {
    name: 'evidence.preserve',
    title: 'Copy logs and artefacts, and put them under hold',
    risk: 'reversible',
    input: z.strictObject({
      system,
      artefacts: z.array(z.string()).describe('what to copy, such as "prompts and outputs" or "access log"'),
    }),
    output: z.strictObject({
      holdId: z.string(),
      items: z.number().int().describe('how many artefacts are under hold'),
      detail: z.string(),
    }),
    leaves: 'held',
    timeoutMs: 600_000,
  },
  'evidence.verify': {
    name: 'evidence.verify',
    title: 'Read the evidence under hold back',
    risk: 'read',
    input: z.strictObject({ system, expect: z.enum(['held']).default('held') }),
    output: z.strictObject(Proof),
    proves: true,
    timeoutMs: 300_000,
  },
} as const satisfies Record<string, CapabilityContract>;
