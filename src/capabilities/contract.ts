import { z } from 'zod';
import type { Risk } from '../incident/decision.ts';

/** How much a proof is worth: live traffic > a listing > reading back what was written. Only traffic may display "isolated". */
export const Strength = z.enum(['traffic', 'listing', 'read-back']);
export type Strength = z.infer<typeof Strength>;

/** What every capability that acts on one AI system is given. */
export const system = z.string().describe('id of the AI system');

/** Outputs of every capability that proves something. */
export const Proof = { proved: z.boolean(), vantage: z.string(), strength: Strength, detail: z.string() };

export type Effect = 'contains' | 'restores' | 'replaces';

/** What a playbook may ask of the world. Inputs and outputs are flat zod objects, so that expressions can be type-checked. */
export type CapabilityContract = {
  name: string;
  title: string;
  risk: Risk;
  /** Why it cannot be undone, or null when `undo` names the capability that does. Reads and messages have neither need. */
  irreversible?: string;
  input: z.ZodObject;
  output: z.ZodObject;
  /** The capability that undoes it: its inputs are these of the act's own, and constants. */
  undo?: { capability: string; keep: string[]; set?: Record<string, string> };
  /** What `model.probe` must find for this act to count as done. */
  expects?: 'cut' | 'serving';
  /** As `expects`, for acts on what stands around the model: the state that the probe of its family must find. */
  leaves?: string;
  /**
   * What it means for users once it is proved: `contains` takes something away, `restores` gives back what its undo takes away, and
   * `replaces` puts something good in place, which contains and leaves nothing to be given back.
   */
  effect?: Effect;
  /** Its output tells whether an earlier act had its effect: outputs hold `Proof`. */
  proves?: boolean;
  /** Acts outside the organisation (a mail to a regulator): approve-by-silence is refused. */
  outside?: boolean;
  timeoutMs: number;
};
