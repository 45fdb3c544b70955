import { z } from 'zod';
import { type CapabilityContract, Proof, system } from './contract.ts';

/** Looking at a model, cutting it off, and putting an earlier version back. */
export const modelContracts = {
  'model.inspect': {
    name: 'model.inspect',
    title: 'Inspect the model that is serving',
    risk: 'read',
    input: z.strictObject({ system }),
    output: z.strictObject({
      version: z.string(),
      since: z.string().describe('since when that version is live, ISO 8601, or "unknown"'),
      lastKnownGood: z.string(),
      signatureValid: z.boolean().describe('whether the signature of the live version verifies'),
      lastKnownGoodValid: z.boolean().describe('whether the signature of the last known good version verifies'),
      traffic: z.enum(['serving', 'cut']),
      detail: z.string(),
    }),
    timeoutMs: 120_000,
  },
  'model.verify': {
    name: 'model.verify',
    title: 'Verify the signature of the model',
    risk: 'read',
    input: z.strictObject({
      system,
      version: z.string().default('live').describe('a version, "live" or "last-known-good"'),
    }),
    /** A signature that does not verify is a finding, not a failed step. */
    output: z.strictObject({ version: z.string(), valid: z.boolean(), signer: z.string(), detail: z.string() }),
    timeoutMs: 120_000,
  },
  'model.canary': {
    name: 'model.canary',
    title: 'Ask the model for planted secrets',
    risk: 'read',
    input: z.strictObject({ system }),
    /** `leaked`: ids of the canaries that the model gave away. */
    output: z.strictObject({
      version: z.string(),
      asked: z.number().int(),
      leaked: z.array(z.string()),
      detail: z.string(),
    }),
    timeoutMs: 120_000,
  },
  'model.isolate': {
    name: 'model.isolate',
    title: 'Cut traffic to the model',
    risk: 'disruptive',
    input: z.strictObject({ system }),
    output: z.strictObject({ detail: z.string() }),
    undo: { capability: 'model.restore', keep: ['system'] },
    expects: 'cut',
    effect: 'contains',
    timeoutMs: 120_000,
  },
  'model.restore': {
    name: 'model.restore',
    title: 'Put traffic back',
    risk: 'disruptive',
    input: z.strictObject({ system }),
    output: z.strictObject({ detail: z.string() }),
    undo: { capability: 'model.isolate', keep: ['system'] },
    expects: 'serving',
    effect: 'restores',
    timeoutMs: 120_000,
  },
  'model.rollback': {
    name: 'model.rollback',
    title: 'Roll the model back',
    risk: 'disruptive',
    input: z.strictObject({
      system,
      to: z.string().default('last-known-good').describe('a version, "last-known-good", or "before" in an undo'),
    }),
    output: z.strictObject({ from: z.string(), to: z.string(), detail: z.string() }),
    undo: { capability: 'model.rollback', keep: ['system'], set: { to: 'before' } },
    effect: 'replaces',
    timeoutMs: 300_000,
  },
  'model.validate': {
    name: 'model.validate',
    title: 'Validate the model: signature, golden questions, canaries',
    risk: 'read',
    input: z.strictObject({ system }),
    /** A failed validation is a failed step (fault `validation-failed`), not an output. */
    output: z.strictObject({ version: z.string(), checks: z.array(z.string()), detail: z.string() }),
    timeoutMs: 300_000,
  },
  'model.probe': {
    name: 'model.probe',
    title: 'Probe the model by traffic',
    risk: 'read',
    input: z.strictObject({ system, expect: z.enum(['cut', 'serving']).default('serving') }),
    output: z.strictObject(Proof),
    proves: true,
    timeoutMs: 120_000,
  },
} as const satisfies Record<string, CapabilityContract>;
