import { CALENDAR, calendarContracts } from '../capabilities/calendar.ts';
import type { EventData } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import { moment, momentText } from '../incident/moment.ts';
import { readsOf } from '../playbook/cel-reads.ts';
import type { AlertAwaited, Use, WaitStep } from '../playbook/plan.ts';
import { Cancelled } from './cancel.ts';
import { actKey, carryOut } from './carry-out.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import type { StepOutcome } from './sequence.ts';
import type { StepState } from './state.ts';

type How = 'elapsed' | 'held' | 'alert';
type Ended = EventData<'wait.ended'>['because'];
const BECAUSE = { elapsed: 'elapsed', held: 'condition', alert: 'alert' } as const satisfies Record<How, Ended>;

/** Waits for a time, for working time, until a condition holds, or for an alert; always bounded. */
export async function waitStep(
  conductor: Conductor,
  step: WaitStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  if (cur.until === undefined) await begin(conductor, step, cur, context);
  const ended = (because: Ended) => conductor.record(step.path, 'wait.ended', { because });
  const watch = watchOf(conductor, step, cur, context);
  try {
    const early =
      watch?.over() || (await conductor.until(cur.until ?? 0, step.path, context.cancel, watch?.over)) === 'watched';
    if (watch?.fault) throw watch.fault;
    const how = early ? (watch?.how ?? 'held') : 'elapsed';
    ended(BECAUSE[how]);
    conductor.setOutputs(step, context, { how, alert: watch?.alert ?? null });
    return 'next';
  } catch (error) {
    if (error instanceof Cancelled) ended('called-off');
    throw error;
  }
}

async function begin(conductor: Conductor, step: WaitStep, cur: StepState, context: Context): Promise<void> {
  const { path, until, alert, business } = step;
  const end = business
    ? await endOfWorkingTime(conductor, step, business, cur, context)
    : conductor.stage.now() + step.forMs;
  cur.until = end;
  if (alert) cur.heard = alert.since === 'opening' ? 0 : (conductor.state.heard?.count ?? 0);
  const awaited = alert
    ? { awaits: { resolved: alert.resolved, known: readsOf(alert.cel, conductor.readable(context.variables)) } }
    : {};
  conductor.record(path, 'wait.started', { until: end, for: until?.cel ?? alert?.cel ?? null, ...awaited });
}

/**
 * When that is, the calendar of the inventory says: what it answered stands on the timeline and is never worked out again, so that
 * neither another calendar nor another time-zone database moves a wait that has begun.
 */
async function endOfWorkingTime(
  conductor: Conductor,
  { path }: WaitStep,
  { with: time, timeoutMs }: Use,
  cur: StepState,
  { variables, cancel, again }: Context,
): Promise<number> {
  cur.with ??= { ...conductor.values(time, variables), from: momentText(conductor.stage.now()) };
  const outputs = await carryOut(
    conductor,
    {
      call: {
        key: actKey(conductor, path, 'act', cur.humanRetries ?? 0, again),
        path,
        capability: CALENDAR,
        risk: calendarContracts[CALENDAR].risk,
        timeoutMs,
        purpose: 'act',
        with: cur.with,
        undoes: null,
        approval: null,
      },
      retry: { attempts: 3, delayMs: 5_000, factor: 2 },
      provedBy: null,
    },
    cur,
    cancel,
    conductor.pausable(cancel),
  );
  const end = moment(String(outputs.until));
  if (end !== null) return end;
  const message = `${CALENDAR} answered with "${String(outputs.until)}", which is no moment.`;
  throw new StepFailed({ code: 'bad-output', message, retryable: false, effect: 'none' });
}

/** Looks whether the wait is over before its time, and remembers why. */
type Watch = { over(): boolean; how: How; alert: JsonObject | null; fault: StepFailed | null };

function watchOf(conductor: Conductor, step: WaitStep, cur: StepState, context: Context): Watch | undefined {
  if (step.alert) return alertWatch(conductor, step.alert, cur, context);
  return step.until ? conditionWatch(conductor, step.until.cel, context) : undefined;
}

function conditionWatch(conductor: Conductor, cel: string, { variables }: Context): Watch {
  const watch: Watch = {
    how: 'held',
    alert: null,
    fault: null,
    over: () => {
      try {
        return conductor.condition(cel, variables);
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
        watch.fault = error;
        return true;
      }
    },
  };
  return watch;
}

/** Each alert is looked at once. One for which the condition cannot be worked out (it lacks a field) is not the one. */
function alertWatch(conductor: Conductor, awaited: AlertAwaited, cur: StepState, { variables }: Context): Watch {
  const isTheOne = (alert: JsonObject): boolean => {
    try {
      return conductor.condition(awaited.cel, variables, alert);
    } catch (error) {
      if (error instanceof StepFailed) return false;
      throw error;
    }
  };
  const watch: Watch = {
    how: 'alert',
    alert: null,
    fault: null,
    over: () => {
      const { count, latest } = conductor.state.heard ?? { count: 0, latest: [] };
      const from = cur.heard ?? 0;
      cur.heard = count;
      const found = latest.find((one) => one.number > from && one.resolved === awaited.resolved && isTheOne(one.alert));
      watch.alert = found?.alert ?? null;
      return found !== undefined;
    },
  };
  return watch;
}
