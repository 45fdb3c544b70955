import type { IncidentEvent, NumberedEvent } from '../src/incident/events.ts';

/** The server ends a workflow that gives an activity more than 2 MB; a character takes up to three bytes. */
export const CARRIED_CHARS_MAX = 500_000;

type Waiting = { event: NumberedEvent; chars: number };

/**
 * Numbers events and keeps each until an activity that carried it has returned. Every carrier takes what is unconfirmed,
 * from the first on: appending is idempotent and refuses gaps, so carriers may overlap and overtake each other, and none leaves
 * a hole.
 */
export class Outbox {
  #seq: number;
  #carried: number;
  #waiting: Waiting[];

  constructor(seq: number, unconfirmed: readonly NumberedEvent[]) {
    this.#seq = seq;
    this.#waiting = unconfirmed.map(measured);
    this.#carried = seq - unconfirmed.length;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Events that nothing in flight carries. */
  get idleCount(): number {
    return this.#seq - this.#carried;
  }

  get unconfirmed(): readonly NumberedEvent[] {
    return this.#waiting.map(({ event }) => event);
  }

  /** How much all that is unconfirmed would take. */
  get chars(): number {
    return this.#waiting.reduce((sum, { chars }) => sum + chars, 0);
  }

  add(event: IncidentEvent): NumberedEvent {
    const numbered = { ...event, seq: ++this.#seq };
    this.#waiting.push(measured(numbered));
    return numbered;
  }

  /** For an activity that is about to be scheduled: of what is unconfirmed the first so many, and no more than can be sent at once. */
  carry(max = Number.POSITIVE_INFINITY): NumberedEvent[] {
    const events: NumberedEvent[] = [];
    let left = CARRIED_CHARS_MAX;
    for (const { event, chars } of this.#waiting) {
      left -= chars;
      if (events.length > 0 && (left < 0 || events.length >= max)) break;
      events.push(event);
    }
    this.#carried = Math.max(this.#carried, events.at(-1)?.seq ?? 0);
    return events;
  }

  /** An activity that carried events up to `seq` has returned. */
  confirm(seq: number): void {
    this.#waiting = this.#waiting.filter(({ event }) => event.seq > seq);
  }
}

const measured = (event: NumberedEvent): Waiting => ({ event, chars: JSON.stringify(event).length });
