import type { IncidentEvent, NumberedEvent } from '../src/incident/events.ts';

/**
 * Numbers events and keeps each until an activity that carried it has returned. Every carrier takes all that is unconfirmed:
 * appending is idempotent and refuses gaps, so carriers may overlap and overtake each other, and none leaves a hole.
 */
export class Outbox {
  #seq: number;
  #carried: number;
  #waiting: NumberedEvent[];

  constructor(seq: number, unconfirmed: readonly NumberedEvent[]) {
    this.#seq = seq;
    this.#waiting = [...unconfirmed];
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
    return this.#waiting;
  }

  add(event: IncidentEvent): NumberedEvent {
    const numbered = { ...event, seq: ++this.#seq };
    this.#waiting.push(numbered);
    return numbered;
  }

  /** For an activity that is about to be scheduled: all that is unconfirmed, or the first so many. */
  carry(max = Number.POSITIVE_INFINITY): NumberedEvent[] {
    const events = this.#waiting.slice(0, max);
    this.#carried = Math.max(this.#carried, events.at(-1)?.seq ?? 0);
    return events;
  }

  /** An activity that carried events up to `seq` has returned. */
  confirm(seq: number): void {
    this.#waiting = this.#waiting.filter((event) => event.seq > seq);
  }
}
