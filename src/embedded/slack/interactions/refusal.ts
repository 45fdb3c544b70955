import type { Outcome } from '../contract.ts';
import { SlackError } from '../slack-error.ts';

/** Why something cannot be done on somebody's screen. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: 'not-there' | 'invalid';

  constructor(reason: 'not-there' | 'invalid', detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Turns refusals, ours and Slack's, into an outcome; anything else is a fault and stays one. */
export async function outcomeOf<T extends Outcome>(
  act: () => Promise<T>,
): Promise<T | Extract<Outcome, { ok: false }>> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason, detail: error.message };
    if (error instanceof SlackError) return { ok: false, reason: 'invalid', detail: error.message };
    throw error;
  }
}
