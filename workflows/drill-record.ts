import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { DrillTasks } from '../src/activities/tasks.ts';
import type { Call } from '../src/engine/stage.ts';
import type { IncidentEvent, NumberedEvent } from '../src/incident/events.ts';
import { CARRIED_CHARS_MAX, Outbox } from './outbox.ts';

/** Retried for ever: what is thrown means that our own database is away. For so long a drill waits when its worker dies over one. */
const { record, admit } = proxyActivities<DrillTasks>({
  startToCloseTimeout: 5_000,
  retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 },
});

type Refusal = Awaited<ReturnType<DrillTasks['admit']>>;

/** Acts that begin together each carry every event; with more than this many events in all, they are flushed first instead. */
const RIDING_EVENTS_MAX = 400;

/** The timeline of a drill, on its way from the workflow to the database. */
export class DrillRecord {
  readonly drill: string;
  readonly outbox: Outbox;
  readonly #before: number;

  constructor(drill: string, { seq, outbox = [] }: { seq: number; outbox?: readonly NumberedEvent[] }) {
    this.drill = drill;
    this.outbox = new Outbox(seq, outbox);
    this.#before = seq;
  }

  get seq(): number {
    return this.outbox.seq;
  }

  /** Events since this run began. */
  get added(): number {
    return this.outbox.seq - this.#before;
  }

  add(event: IncidentEvent): void {
    this.outbox.add(event);
  }

  /** Puts on the timeline what there is by now. */
  async flush(): Promise<void> {
    const { drill: incident, outbox } = this;
    const upTo = outbox.seq;
    while ((outbox.unconfirmed[0]?.seq ?? Number.POSITIVE_INFINITY) <= upTo) {
      const events = outbox.carry();
      await CancellationScope.nonCancellable(() => record({ incident, events }));
      outbox.confirm(events.at(-1)?.seq ?? upTo);
    }
  }

  /** Asks a worker about each of these acts, which begin at one moment; what happened before them goes along. */
  async admit(calls: readonly Call[], at: number): Promise<Refusal[]> {
    const { drill, outbox } = this;
    if (calls.length * outbox.unconfirmed.length > RIDING_EVENTS_MAX || outbox.chars > CARRIED_CHARS_MAX)
      await this.flush();
    const events = outbox.carry();
    const refusals = await CancellationScope.nonCancellable(() =>
      Promise.all(calls.map((call) => admit({ drill, call, at, events }))),
    );
    outbox.confirm(events.at(-1)?.seq ?? 0);
    return refusals;
  }
}
