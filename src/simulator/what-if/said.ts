import type { NumberedEvent } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { Message } from '../../incident/messages.ts';
import type { Plan } from '../../playbook/plan.ts';

type Without<T> = T extends Message ? Omit<T, 'id' | 'at'> : never;
/** What somebody said beside their votes, or a monitor sent. */
export type Said = {
  seq: number;
  at: number;
  message: Without<Message>;
  /** What it is taken to follow, by `placeOfAnchor`; null: it comes when it came. `after`: how long after that. */
  follows: { anchor: string; afterMs: number } | null;
};

/** Events that others wait for: the end of a plan, a duty that begins to run. Counted, for a step can be gone through again. */
export class Anchors {
  readonly #counts = new Map<string, number>();

  next({ type, path }: Pick<NumberedEvent, 'type' | 'path'>): string | null {
    if (type !== 'plan.finished' && type !== 'obligation.opened') return null;
    const place = `${type} ${path}`;
    const count = (this.#counts.get(place) ?? 0) + 1;
    this.#counts.set(place, count);
    return `${place} ${count}`;
  }
}

/**
 * All that people and monitors told the incident. What is said of a duty keeps its distance to the beginning of the duty; what is said
 * when all plans have ended keeps its distance to that end; everything else, alerts too, comes when it came.
 */
export function saidIn(events: readonly NumberedEvent[], planByHash: (hash: string) => Plan): Said[] {
  const anchors = new Anchors();
  const duties = new Map<number, { anchor: string; at: number }>();
  let ended: { anchor: string; at: number } | null = null;
  let running = 0;
  const said: Said[] = [];
  for (const event of events) {
    const anchor = anchors.next(event);
    if (event.type === 'plan.started') running += 1;
    if (event.type === 'plan.finished') running -= 1;
    if (anchor !== null && event.type === 'plan.finished') ended = { anchor, at: event.at };
    if (anchor !== null && event.type === 'obligation.opened') duties.set(event.data.number, { anchor, at: event.at });
    const message = messageOf(event, planByHash);
    if (!message) continue;
    const { seq, at } = event;
    const isAlert = message.type === 'alert' || message.type === 'alert-resolved';
    const before =
      message.type === 'obligation' ? duties.get(message.number) : running === 0 && !isAlert ? ended : null;
    said.push({ seq, at, message, follows: before ? { anchor: before.anchor, afterMs: at - before.at } : null });
  }
  return said;
}

function messageOf(event: NumberedEvent, planByHash: (hash: string) => Plan): Without<Message> | null {
  const person = event.actor.kind === 'person' ? event.actor.id : 'monitoring';
  switch (event.type) {
    case 'note.added':
      return { type: 'note', person, text: event.data.text };
    case 'amendment.added':
      // One that is about an event is none that the incident was told.
      return event.data.about === null ? { type: 'note', person, text: event.data.text } : null;
    case 'alert.joined':
      return { type: 'alert', person, alert: event.data.alert, count: event.data.count };
    case 'alert.resolved': {
      const { alert, count } = event.data;
      return { type: 'alert-resolved', person, alert, ...(count !== undefined && { count }) };
    }
    case 'obligation.met': {
      const { number, by, how, givenAt } = event.data;
      if (by !== null) return null;
      return {
        type: 'obligation',
        person,
        number,
        outcome: 'met',
        text: how,
        ...(givenAt !== undefined && { givenAt }),
      };
    }
    case 'obligation.waived':
      return { type: 'obligation', person, number: event.data.number, outcome: 'waived', text: event.data.reason };
    case 'role.assigned':
      return { type: 'role', person, ...event.data };
    case 'incident.severity-changed':
      return { type: 'severity', person, severity: event.data.to, reason: event.data.reason };
    case 'incident.paused':
      return { type: 'pause', person, reason: event.data.reason };
    case 'incident.resumed':
      return { type: 'resume', person };
    case 'incident.stood-down':
      return { type: 'stand-down', person, reason: event.data.reason };
    case 'incident.resolved':
      return { type: 'resolve', person, summary: event.data.summary };
    case 'incident.closed':
      return { type: 'close', person };
    case 'incident.reopened':
      return { type: 'reopen', person, reason: event.data.reason };
    case 'plan.added': {
      const { playbook, inputs, reason } = event.data;
      return { type: 'add-playbook', person, plan: planByHash(playbook.hash) as unknown as JsonObject, inputs, reason };
    }
    default:
      return null;
  }
}
