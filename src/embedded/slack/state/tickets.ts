import type { Clock, ResponseTarget, WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { secret } from './ids.ts';

type Tickets = Pick<WorkspaceState, 'issueTrigger' | 'useTrigger' | 'issueResponse' | 'useResponse'>;

const TRIGGER_MS = 3_000;
const RESPONSE_MS = 30 * 60_000;
const RESPONSE_USES_MAX = 5;
/** So long what has expired is remembered, to tell it from what never was. */
const REMEMBERED_MS = 60 * 60_000;

/** What lets an app answer something that a person did: for a short time and a few uses. */
export function ticketsOf(clock: Clock): Tickets {
  const triggers = new Map<string, { user: string; view: string | null; issuedMs: number; used: boolean }>();
  const responses = new Map<string, { target: ResponseTarget; issuedMs: number; uses: number }>();
  return {
    issueTrigger(user, view) {
      forget(triggers, clock);
      const id = `${Math.floor(clock.now())}.${triggers.size + 1}.${secret(16)}`;
      triggers.set(id, { user, view: view ?? null, issuedMs: clock.now(), used: false });
      return id;
    },
    useTrigger(id) {
      const trigger = triggers.get(id);
      if (!trigger) throw new SlackError('invalid_trigger_id');
      if (trigger.used) throw new SlackError('exchanged_trigger_id');
      if (clock.now() - trigger.issuedMs > TRIGGER_MS) throw new SlackError('expired_trigger_id');
      trigger.used = true;
      return { user: trigger.user, view: trigger.view };
    },
    issueResponse(target) {
      forget(responses, clock);
      const token = secret(18);
      responses.set(token, { target, issuedMs: clock.now(), uses: 0 });
      return token;
    },
    useResponse(token) {
      const response = responses.get(token);
      if (!response || clock.now() - response.issuedMs > RESPONSE_MS) throw new SlackError('expired_url');
      if (response.uses >= RESPONSE_USES_MAX) throw new SlackError('used_url');
      response.uses += 1;
      return response.target;
    },
  };
}

function forget(tickets: Map<string, { issuedMs: number }>, clock: Clock): void {
  for (const [id, { issuedMs }] of tickets) {
    // Oldest first: a Map keeps the order of insertion.
    if (clock.now() - issuedMs <= REMEMBERED_MS) return;
    tickets.delete(id);
  }
}
