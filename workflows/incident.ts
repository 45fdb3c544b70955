import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Performance, perform } from '../src/engine/perform.ts';
import type { JsonObject } from '../src/incident/json.ts';
import { Message, type MessageResult } from '../src/incident/messages.ts';
import { type IncidentInput, MESSAGE_UPDATE, type SavedIncident, savedAsInput } from './messages.ts';
import { Outbox } from './outbox.ts';
import { load, TemporalStage } from './stage.ts';

const message = defineUpdate<MessageResult, [Message]>(MESSAGE_UPDATE);

/** Well below the server's limits: 51,200 events of history, 2,000 Updates a run. */
const HISTORY_MAX = 4_000;
const MESSAGES_MAX = 1_000;
/** What the codec makes of this is far less, and refused there when it is too much for the server. This bounds a worker's memory. */
const INPUT_CHARS_MAX = 16_000_000;

/** One incident. Everything that is decided is decided by the engine; this keeps it durable. */
export async function incident(input: IncidentInput): Promise<void> {
  await (input.takenUp ? takeUp(input.opening.incident) : carryOn(input));
}

async function carryOn(input: IncidentInput): Promise<void> {
  const run = begin(input);
  // Before any await: a message may have come with the very first task.
  setHandler(message, (received) => deliver(run, received), {
    validator: (received) => refuseUnfit(run.performance, received),
  });
  await CancellationScope.nonCancellable(() => untilOver(run));
}

/**
 * Between two people who write to a closed incident, the later one may have read what the earlier one's run has replaced since.
 * While this run is there no other can be, so what it loads is the last word. Messages wait for that.
 */
async function takeUp(id: string): Promise<void> {
  let run: Run | null = null;
  const loading = CancellationScope.nonCancellable(() => load({ incident: id })).then((saved) => {
    if (!saved) throw ApplicationFailure.nonRetryable(`Nothing is kept of ${id}.`, 'unknown-incident');
    run = begin(savedAsInput(saved as unknown as SavedIncident));
    return run;
  });
  setHandler(message, async (received) => deliver(await loading, received), {
    validator: (received) => refuseUnfit(run?.performance ?? null, received),
  });
  const loaded = await loading;
  await CancellationScope.nonCancellable(() => untilOver(loaded));
}

function begin(input: IncidentInput): Run {
  const { opening, plan } = input;
  const outbox = new Outbox(input.seq, input.outbox ?? []);
  const bell = new Bell();
  const stage: TemporalStage = new TemporalStage({
    incident: opening.incident,
    outbox,
    onCall: (path) => performance.planAt(path).onFailedStep.by.map((seat) => seat.role),
    idle: () => performance.idle,
    settled: () => bell.ring(),
    crashed: (error) => bell.break(error),
  });
  const performance: Performance = perform({
    plan,
    stage,
    opening,
    snapshot: input.snapshot,
    onIdle: () => stage.settle(),
    onCrash: (error) => bell.break(error),
  });
  const run: Run = { input, outbox, bell, stage, performance, messages: 0 };
  performance.start();
  return run;
}

function deliver(run: Run, received: Message): MessageResult {
  run.messages++;
  return run.performance.deliver(received);
}

type Run = {
  input: IncidentInput;
  outbox: Outbox;
  bell: Bell;
  stage: TemporalStage;
  performance: Performance;
  messages: number;
};

/** Looks again each time something has settled: returns when the incident is over, continues as new when that is due. */
async function untilOver(run: Run): Promise<void> {
  const { outbox, bell, stage, performance } = run;
  const still = () => performance.idle && performance.actsInFlight === 0 && stage.quiet && allHandlersFinished();
  for (;;) {
    // An answer to a message leaves with the task that handled it, never after the run has ended.
    await condition(allHandlersFinished);
    const due = continuationDue(run);
    if (due) performance.hold();
    if (still() && performance.finished && outbox.unconfirmed.length === 0) {
      const saved = save(run);
      await stage.finish(saved as unknown as JsonObject);
      // A message may have come meanwhile: a note is still to be written, a reopened incident goes on.
      if (still() && performance.finished && outbox.seq === saved.seq) return;
    } else if (still() && due) {
      await continueAsNew<typeof incident>(fitting({ ...save(run), outbox: [...outbox.unconfirmed] }));
    } else {
      await bell.rung();
    }
  }
}

function continuationDue({ input, outbox, messages }: Run): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  const events = outbox.seq - input.seq;
  return (
    events >= (input.options?.continueAfterEvents ?? Number.POSITIVE_INFINITY) ||
    messages >= MESSAGES_MAX ||
    historyLength >= HISTORY_MAX ||
    continueAsNewSuggested
  );
}

function save({ input, outbox, performance }: Run): SavedIncident {
  const { opening, plan, options } = input;
  return { format: 1, opening, plan, seq: outbox.seq, snapshot: performance.snapshot(), options };
}

/** Better a run that stands still, loudly (the watchdog sees it), than one that the server ends. */
function fitting(next: SavedIncident & IncidentInput): IncidentInput {
  const chars = JSON.stringify(next).length;
  if (chars > INPUT_CHARS_MAX)
    throw new Error(
      `The state of ${next.opening.incident} has grown to ${chars} characters; a run can take up ${INPUT_CHARS_MAX}.`,
    );
  return next;
}

/** Throws what makes Temporal refuse the Update before it leaves a trace. Input is never trusted: other clients reach Temporal too. */
function refuseUnfit(performance: Performance | null, received: unknown): void {
  const parsed = Message.safeParse(received);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw ApplicationFailure.nonRetryable(`${issue?.path.join('.') || 'message'}: ${issue?.message}`, 'malformed');
  }
  // Until the last state is loaded, nobody can say: the message is refused, if it must be, when it is delivered.
  const refusal = performance?.validate(parsed.data);
  if (refusal) throw ApplicationFailure.nonRetryable(refusal.message, refusal.code);
}

/** Rung while nobody waits, it is remembered: whoever waits next goes on at once and looks again. */
class Bell {
  #rung = false;
  #broken: Error | null = null;
  #waiting: () => void = () => {};

  ring(): void {
    this.#rung = true;
    this.#waiting();
  }

  /** Fails the workflow's task, which Temporal repeats until a corrected worker comes. It must not fail the incident itself. */
  break(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#broken ??= new Error(`The incident cannot go on: ${why}`, { cause });
    this.ring();
  }

  async rung(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#rung = false;
    if (this.#broken) throw this.#broken;
  }
}
