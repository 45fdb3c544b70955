import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { ExerciseMessage, isForDrills } from '../src/incident/exercise-messages.ts';
import { Message, type MessageResult } from '../src/incident/messages.ts';
import { DrillRun } from '../src/simulator/core/drill-run.ts';
import type { Told } from '../src/simulator/core/participants.ts';
import { Alarm } from './alarm.ts';
import type { drill } from './drill.ts';
import { DrillRecord } from './drill-record.ts';
import {
  BOARD_QUERY,
  type Board,
  type DrillEnd,
  type DrillInput,
  MESSAGE_UPDATE,
  type ScriptDrill,
} from './messages.ts';

const message = defineUpdate<MessageResult, [Told]>(MESSAGE_UPDATE);
const board = defineQuery<Board>(BOARD_QUERY);

/** Well below the server's limits: 51,200 events of history, 2,000 Updates a run. */
const HISTORY_MAX = 4_000;
const MESSAGES_MAX = 1_000;

type Input = Extract<DrillInput, ScriptDrill>;
type Kept = { input: Input; drillRecord: DrillRecord; run: DrillRun; messages: number };
type Over = DrillEnd | { status: 'continued'; next: Input } | { status: 'broken'; error: unknown };

/** By the clock, until the hot wash is over. Whoever plays or runs it tells it what they would tell an incident, and more. */
export async function playWithPeople(input: Input): Promise<DrillEnd> {
  const drillRecord = new DrillRecord(input.id, input);
  let over: Over | null = null;
  let listening = false;
  const mayContinue = () => listening && continuationDue(kept) && allHandlersFinished();
  const run: DrillRun = begin(input, drillRecord, mayContinue, (how) => {
    over ??= how;
  });
  const kept: Kept = { input, drillRecord, run, messages: 0 };
  run.begin();
  // Before any await: a message may have come with the very first task.
  listen(kept);
  listening = true;
  for (;;) {
    await condition(() => over !== null || (run.canContinue && mayContinue()));
    if (over === null) run.tick();
    else return await leave(kept, over);
  }
}

async function leave({ input, drillRecord }: Kept, over: Over): Promise<DrillEnd> {
  if (over.status === 'broken') throw brokenBy(input.id, over.error);
  const { outbox, seq } = drillRecord;
  // At once: a message that came now would be lost.
  if (over.status === 'continued')
    return await continueAsNew<typeof drill>({ ...over.next, seq, outbox: [...outbox.unconfirmed] });
  do {
    await drillRecord.flush();
    await condition(allHandlersFinished);
  } while (outbox.unconfirmed.length > 0);
  return over;
}

/** Fails the workflow's task, which Temporal repeats until a corrected worker comes. It must not fail the drill itself. */
function brokenBy(id: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${id} cannot go on: ${why}`, { cause });
}

function begin(
  input: Input,
  drillRecord: DrillRecord,
  continueDue: () => boolean,
  over: (how: Over) => void,
): DrillRun {
  const crashed = (error: unknown) => over({ status: 'broken', error });
  const alarm = new Alarm(() => run.tick(), crashed);
  let flushing = false;
  // Players see an inject at once, not with the next act.
  const flushSoon = () => {
    if (flushing || drillRecord.outbox.idleCount === 0) return;
    flushing = true;
    drillRecord
      .flush()
      .then(() => {
        flushing = false;
        flushSoon();
      })
      .catch(crashed);
  };
  const run: DrillRun = new DrillRun({
    ...input,
    clock: {
      wall: () => Date.now(),
      wake: (at) => {
        alarm.set(at);
        flushSoon();
      },
    },
    record: (event) => drillRecord.add(event),
    admit: (calls, at, back) => void drillRecord.admit(calls, at).then(back).catch(crashed),
    continueDue,
    onContinue: (state) => over({ status: 'continued', next: { ...input, state } }),
    onEnd: (world) => over({ status: 'ended', world }),
    onCrash: crashed,
  });
  return run;
}

function continuationDue({ input, drillRecord, messages }: Kept): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return (
    drillRecord.added >= (input.options?.continueAfterEvents ?? Number.POSITIVE_INFINITY) ||
    messages >= MESSAGES_MAX ||
    historyLength >= HISTORY_MAX ||
    continueAsNewSuggested
  );
}

function listen(kept: Kept): void {
  const { run } = kept;
  setHandler(board, () => run.board());
  setHandler(
    message,
    (received) => {
      kept.messages++;
      return run.tell(parse(received));
    },
    { validator: (received) => refuseUnfit(run, received) },
  );
}

/** Throws what makes Temporal refuse the Update before it leaves a trace. */
function refuseUnfit(run: DrillRun, received: unknown): void {
  const refusal = run.refuse(parse(received));
  if (refusal) throw ApplicationFailure.nonRetryable(refusal.message, refusal.code);
}

/** Input is never trusted: other clients reach Temporal too. */
function parse(received: unknown): Told {
  const { type } = (received ?? {}) as { type?: unknown };
  const schema = typeof type === 'string' && isForDrills({ type }) ? ExerciseMessage : Message;
  const parsed = schema.safeParse(received);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw ApplicationFailure.nonRetryable(`${issue?.path.join('.') || 'message'}: ${issue?.message}`, 'malformed');
}
