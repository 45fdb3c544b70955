import { Context } from '@temporalio/activity';
import type { ActResult } from '../engine/stage.ts';
import { type CheckedRun, type CheckOutcome, newsOf } from '../incident/check.ts';
import type { JsonObject } from '../incident/json.ts';
import { carryOut } from './act.ts';
import { carryOutCheck } from './check.ts';
import type { ActivityPorts } from './ports.ts';
import type {
  ActTask,
  CheckTask,
  FinishTask,
  LoadTask,
  NoteDrillsTask,
  PageTask,
  RecordTask,
  SweepTask,
  Tasks,
} from './tasks.ts';

const BEAT_EVERY_MS = 500;

/** Left behind by an attempt that failed before it touched the outside world. */
type Trace = { untouchedUntil: number };

/** What the worker does for the incident workflow. All may run more than once: each is idempotent or reads back first. */
export function createActivities(ports: ActivityPorts): Tasks {
  return {
    async act({ incident, call, events }: ActTask): Promise<ActResult> {
      const context = Context.current();
      const { attempt } = context.info;
      const maybeDone = attempt > 1 && traceOf(context)?.untouchedUntil !== attempt - 1;
      let touched = maybeDone;
      const beat = () => context.heartbeat();
      const beating = setInterval(beat, BEAT_EVERY_MS);
      try {
        await ports.timeline.append(incident, events);
        return await carryOut(ports, {
          incident,
          call,
          maybeDone,
          signal: context.cancellationSignal,
          beat,
          touching: () => {
            touched = true;
          },
        });
      } catch (error) {
        clearInterval(beating);
        // The next attempt need not ask the world whether this one had an effect: it had none.
        if (!touched) context.heartbeat({ untouchedUntil: attempt } satisfies Trace);
        throw error;
      } finally {
        clearInterval(beating);
      }
    },

    async record({ incident, events }: RecordTask): Promise<void> {
      await ports.timeline.append(incident, events);
    },

    async page(page: PageTask): Promise<void> {
      await ports.notifier.page(page);
    },

    async finish({ incident, saved }: FinishTask): Promise<void> {
      await ports.snapshots.save(incident, saved);
      await ports.leases.release(incident);
    },

    load: ({ incident }: LoadTask): Promise<JsonObject | null> => ports.snapshots.load(incident),

    async check(task: CheckTask): Promise<{ key: string; outcome: CheckOutcome }> {
      const context = Context.current();
      const beat = () => context.heartbeat();
      const beating = setInterval(beat, BEAT_EVERY_MS);
      try {
        const outcome = await carryOutCheck(ports, { ...task, signal: context.cancellationSignal, beat });
        return { key: task.key, outcome };
      } finally {
        clearInterval(beating);
      }
    },

    noteCheck: (run: CheckedRun): Promise<void> => ports.checks.note(run, ports.now(), newsOf),

    noteDrillsDue: ({ schedule }: NoteDrillsTask): Promise<void> => ports.drills.noteDue(schedule, ports.now()),

    sweepImprovements: ({ what }: SweepTask): Promise<void> => ports.improvements.sweep(what),
  };
}

function traceOf(context: Context): Trace | null {
  const details: unknown = context.info.heartbeatDetails;
  return typeof details === 'object' && details !== null && 'untouchedUntil' in details ? (details as Trace) : null;
}
