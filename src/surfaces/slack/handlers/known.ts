import type { SlackPerson } from '../contract.ts';
import { within } from './tell.ts';

/** A trigger lives for three seconds and serves once: nobody is waited for beyond this before a modal opens. */
const KNOWN_WITHIN_MS = 800;

/**
 * Asked before anything is shown: forms, and what is said about mistakes, name incidents, questions and systems. Refusals are thrown.
 * Null when Slack takes its time: the form opens, and who it is is asked when it is submitted.
 */
export async function knownSoon(resolving: Promise<SlackPerson>): Promise<SlackPerson | null> {
  const settled = resolving.then(
    (who) => ({ who }),
    (error: unknown) => ({ error }),
  );
  const result = await within(KNOWN_WITHIN_MS, settled).catch(() => null);
  if (result && 'error' in result) throw result.error;
  return result?.who ?? null;
}
