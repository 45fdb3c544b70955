import { z } from 'zod';
import { Name } from './ids.ts';

/**
 * A duty to notify, as a plan carries it: what the law asks and how long it gives. A rule's limit is the outer one; the duty itself
 * is usually "without undue delay". Reference data, not legal advice.
 */
export const ObligationRule = z.strictObject({
  id: Name,
  law: z.string().min(1).max(300),
  article: z.string().min(1).max(200),
  jurisdiction: z.string().min(1).max(100),
  /** Who must be told. */
  whom: z.string().min(1).max(300),
  /** What starts the clock, in words: "the controller becomes aware". */
  starts: z.string().min(1).max(300),
  limitMs: z.number().int().positive(),
  /** What the notice must hold. */
  content: z.array(z.string().min(1).max(300)).max(20),
});
export type ObligationRule = z.infer<typeof ObligationRule>;

/** Where a duty stands, folded from the timeline. Times are epoch ms. */
export type ObligationView = {
  number: number;
  /** The step that opened it. */
  path: string;
  rule: ObligationRule;
  awareAt: number;
  dueAt: number;
  owner: string;
  remindAt: number[];
  reminders: number[];
  overdueAt?: number;
  /** `at`: when it was recorded; `givenAt`: when it was given, where somebody said so afterwards. */
  met?: { at: number; how: string; person: string | null; late: boolean; givenAt?: number };
  waived?: { at: number; reason: string; person: string | null };
};

export const isOpenObligation = (obligation: ObligationView): boolean => !obligation.met && !obligation.waived;
