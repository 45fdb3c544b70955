import { ActivityFailure, CancellationScope, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import type { Tasks } from '../src/activities/tasks.ts';
import type { ActResult, Call, Stage } from '../src/engine/stage.ts';
import { type IncidentEvent, type NumberedEvent, TOCSIN } from '../src/incident/events.ts';
import { momentText } from '../src/incident/moment.ts';
import { Agenda } from '../src/simulator/core/agenda.ts';
import { CARRIED_CHARS_MAX, type Outbox } from './outbox.ts';

/** Retried for ever: what is thrown means that our own database is away. Connectors' failures come back as values. */
const RETRY = { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 };
/** Beyond the call's own time: for appending, verifying, and reading back. */
const ACT_EXTRA_MS = 60_000;
/** Acts that begin together each carry every event; with more than this many events in all, they are flushed first instead. */
const RIDING_EVENTS_MAX = 400;
const FLUSH_BATCH_MAX = 500;

export const { load } = proxyActivities<Tasks>({ startToCloseTimeout: 30_000, retry: RETRY });
const { record, finish } = proxyActivities<Tasks>({ startToCloseTimeout: 30_000, retry: RETRY });
/** Half a minute of pauses. Paging is the outside world's: an incident must be able to go on and to close without it. */
const { page } = proxyActivities<Tasks>({ startToCloseTimeout: 10_000, retry: { ...RETRY, maximumAttempts: 10 } });

export type StageOptions = {
  incident: string;
  outbox: Outbox;
  /** Who is paged when nobody answered a question in time, by the path of its step. */
  onCall: (path: string) => readonly string[];
  /** Whether no fiber of the engine is runnable. */
  idle: () => boolean;
  /** Something has settled: the engine is idle, or something in flight has come back. */
  settled: () => void;
  crashed: (error: unknown) => void;
};

/** The stage of real incidents: acts are activities, time is the wall's, events ride with acts or are flushed when idle. */
export class TemporalStage implements Stage {
  readonly #options: StageOptions;
  readonly #agenda = new Agenda();
  #queue: { call: Call; done: (result: ActResult, tookMs: number) => void }[] = [];
  #pages: NumberedEvent[] = [];
  #timer: { time: number; scope: CancellationScope } | null = null;
  #flushing = false;
  #inFlight = 0;
  #settling = false;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  now(): number {
    return Date.now();
  }

  act(call: Call, done: (result: ActResult, tookMs: number) => void): void {
    this.#queue.push({ call, done });
  }

  at(time: number, path: string, fire: () => void): () => void {
    return this.#agenda.add(time, path, fire);
  }

  record(event: IncidentEvent): void {
    const numbered = this.#options.outbox.add(event);
    if (needsPage(numbered)) this.#pages.push(numbered);
  }

  /** Nothing of ours is under way that a continued run could not take up. */
  get quiet(): boolean {
    return this.#inFlight === 0 && !this.#flushing && this.#queue.length === 0 && this.#pages.length === 0;
  }

  /** Call whenever the engine is idle: fires what is due, sends out what waits, arms the timer. */
  settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    // A click on "cancel" in Temporal is nobody's decision: incidents are stood down. The block runs synchronously.
    CancellationScope.nonCancellable(async () => {
      this.#fireDue();
      if (this.#options.idle()) {
        this.#sendPages();
        this.#dispatch();
        this.#arm();
        this.#options.settled();
      }
      this.#settling = false;
    }).catch(this.#options.crashed);
  }

  finish(saved: Parameters<Tasks['finish']>[0]['saved']): Promise<void> {
    return finish({ incident: this.#options.incident, saved });
  }

  #fireDue(): void {
    while (this.#options.idle()) {
      const time = this.#agenda.nextTime();
      if (time === null || time > Date.now()) return;
      this.#agenda.take()?.fire();
    }
  }

  #dispatch(): void {
    const { outbox } = this.#options;
    if (this.#queue.length * outbox.unconfirmed.length > RIDING_EVENTS_MAX || outbox.chars > CARRIED_CHARS_MAX) {
      this.#flush();
      if (this.#flushing) return;
    }
    const queue = this.#queue;
    this.#queue = [];
    for (const { call, done } of queue) this.#carryOut(call, done);
    this.#flush();
  }

  /** Puts on the timeline what no act has taken along. */
  #flush(): void {
    if (this.#flushing || this.#options.outbox.idleCount === 0) return;
    this.#flushing = true;
    const events = this.#options.outbox.carry(FLUSH_BATCH_MAX);
    const { incident } = this.#options;
    this.#go(record({ incident, events }), () => {
      this.#flushing = false;
      this.#confirm(events);
    });
  }

  #carryOut(call: Call, done: (result: ActResult, tookMs: number) => void): void {
    const { incident, outbox } = this.#options;
    const events = outbox.carry();
    const startedAt = Date.now();
    const { act } = proxyActivities<Tasks>({
      startToCloseTimeout: call.timeoutMs + ACT_EXTRA_MS,
      heartbeatTimeout: 3_000,
      retry: RETRY,
    });
    this.#inFlight++;
    this.#go(act({ incident, call, events }), (result) => {
      this.#inFlight--;
      this.#confirm(events);
      done(result, Date.now() - startedAt);
    });
  }

  #sendPages(): void {
    const pages = this.#pages;
    this.#pages = [];
    for (const event of pages) for (const role of rolesToPage(event, this.#options.onCall)) this.#sendPage(event, role);
  }

  #sendPage(event: NumberedEvent, role: string): void {
    const { incident } = this.#options;
    this.#inFlight++;
    this.#go(
      page({ incident, role, ...wordsOf(event), key: `${incident}:${event.seq}:${role}` }),
      () => {
        this.#inFlight--;
      },
      (error) => {
        if (!(error instanceof ActivityFailure)) throw error;
        this.#inFlight--;
        this.record(pageFailed(event, role));
      },
    );
  }

  #confirm(events: readonly NumberedEvent[]): void {
    const last = events.at(-1);
    if (last) this.#options.outbox.confirm(last.seq);
  }

  /** One Temporal timer, for the earliest deadline. */
  #arm(): void {
    const time = this.#agenda.nextTime();
    if (this.#timer?.time === time) return;
    this.#timer?.scope.cancel();
    this.#timer = null;
    if (time === null) return;
    const scope = new CancellationScope();
    this.#timer = { time, scope };
    scope
      .run(() => sleep(Math.max(1, time - Date.now())))
      .then(
        () => {
          this.#timer = null;
          this.#afterwards();
        },
        (error: unknown) => {
          if (!isCancellation(error)) this.#options.crashed(error);
        },
      );
  }

  #go<T>(work: Promise<T>, then: (result: T) => void, failed: (error: unknown) => void = rethrow): void {
    work
      .then(
        (result) => {
          then(result);
          this.#afterwards();
        },
        (error: unknown) => {
          failed(error);
          this.#afterwards();
        },
      )
      .catch((error: unknown) => this.#options.crashed(error));
  }

  /** The engine calls `settle` itself when its fibers have run. */
  #afterwards(): void {
    if (this.#options.idle()) this.settle();
  }
}

/** Paged are people a question was escalated to, those on call when nobody answered at all, and whoever answers for an overdue notice. */
const needsPage = (event: IncidentEvent): boolean =>
  (event.type === 'decision.escalated' && event.data.page) ||
  (event.type === 'decision.made' && event.data.by === 'default') ||
  event.type === 'obligation.overdue';

function rolesToPage(event: NumberedEvent, onCall: StageOptions['onCall']): readonly string[] {
  if (event.type === 'obligation.overdue') return event.data.roles;
  return event.type === 'decision.escalated' ? [event.data.to] : onCall(event.path);
}

function rethrow(error: unknown): never {
  throw error;
}

/** Why it failed is for the worker's log: what a pager answers may hold secrets. */
function pageFailed({ path, type, data }: NumberedEvent, role: string): IncidentEvent {
  const number = 'number' in data ? data.number : 0;
  const about = type === 'obligation.overdue' ? 'notice' : 'question';
  return {
    at: Date.now(),
    path,
    type: 'system.warned',
    actor: TOCSIN,
    data: {
      code: 'page-failed',
      message: `${role} could not be paged about ${about} ${number}. Reach them some other way; the worker's log says why.`,
      detail: { role, [about]: number },
    },
  };
}

function wordsOf(event: NumberedEvent): { subject: string; text: string } {
  if (event.type === 'decision.escalated')
    return {
      subject: `Question ${event.data.number} waits for you`,
      text: `${event.data.question ?? ''}\n\nNobody has answered in time, and it was escalated to you.`.trim(),
    };
  if (event.type === 'decision.made')
    return {
      subject: `Nobody answered question ${event.data.number}`,
      text: `By default the answer is "${event.data.outcome}".`,
    };
  if (event.type === 'obligation.overdue')
    return {
      subject: `Notice ${event.data.number} is overdue`,
      text: `It was due by ${momentText(event.data.dueAt)}. Give it now and say so in the incident, or say there why none is due.`,
    };
  throw new Error(`No page is sent for ${event.type}.`);
}
