import type { NumberedEvent } from '../../incident/events.ts';
import { planNumber, planPath } from '../../incident/step-path.ts';
import { everyPlanStep, type Plan } from '../../playbook/plan.ts';

/** When a clock that was set for `due` rang. `seq`: the event that it brought about; null: it came too late to bring about any. */
export type Rang = { at: number; seq: number | null };

/** Clocks of the record ring when they rang there: later than they were set for, by as much as the machine took. */
export class RecordedTimers {
  readonly #rang = new Map<string, Rang[]>();

  constructor(events: readonly NumberedEvent[], plans: readonly (Plan | null)[]) {
    this.#ofQuestions(events);
    this.#ofDuties(events);
    this.#ofSteps(events, plans);
  }

  /** The next one of this path that was set for this time; undefined: the record knows none. */
  take(path: string, due: number): Rang | undefined {
    return this.#rang.get(`${path}@${due}`)?.shift();
  }

  /** It was set again: another run goes on with it. */
  giveBack(path: string, due: number, rang: Rang): void {
    this.#rang.get(`${path}@${due}`)?.unshift(rang);
  }

  #add(path: string, due: number, rang: Rang): void {
    // One that is early was none of this: a round that waited for people, a step that a person let go on.
    if (rang.at < due) return;
    const key = `${path}@${due}`;
    const known = this.#rang.get(key);
    if (known) known.push(rang);
    else this.#rang.set(key, [rang]);
  }

  #ofQuestions(events: readonly NumberedEvent[]): void {
    for (const asked of events) {
      if (asked.type !== 'decision.asked') continue;
      const { number, remindAt, escalate, until, path } = asked.data;
      const own = events.filter((event) => isOf(event, 'decision.', number));
      const end = own.find(({ type }) => type === 'decision.made' || type === 'decision.withdrawn');
      const missed: Rang | null = end ? { at: end.at + 1, seq: null } : null;
      const reminded = own.filter(({ type }) => type === 'decision.reminded');
      for (const [i, due] of remindAt.entries()) this.#maybe(path, due, reminded[i], missed);
      if (escalate)
        this.#maybe(
          path,
          escalate.at,
          own.find(({ type }) => type === 'decision.escalated'),
          missed,
        );
      const silent = end?.type === 'decision.made' && end.data.by === 'default' ? end : undefined;
      this.#maybe(path, until, silent, missed);
    }
  }

  /** What was answered after a clock should have rung, and before it did, kept it from ringing. */
  #maybe(path: string, due: number, rang: NumberedEvent | undefined, missed: Rang | null): void {
    if (rang) this.#add(path, due, rang);
    else if (missed && missed.at > due) this.#add(path, due, missed);
  }

  #ofDuties(events: readonly NumberedEvent[]): void {
    for (const opened of events) {
      if (opened.type !== 'obligation.opened') continue;
      const { number, remindAt, dueAt } = opened.data;
      let reminded = 0;
      for (const event of events) {
        if (!isOf(event, 'obligation.', number) || event === opened) continue;
        const due = remindAt[reminded] ?? dueAt;
        if (event.type === 'obligation.reminded' || event.type === 'obligation.overdue')
          this.#add(opened.path, due, event);
        else if (event.at >= due) this.#add(opened.path, due, { at: event.at + 1, seq: null });
        if (event.type !== 'obligation.reminded') break;
        reminded = remindAt.filter((time) => time <= event.at).length;
      }
    }
  }

  /** Waits, tries that come later, rounds. */
  #ofSteps(events: readonly NumberedEvent[], plans: readonly (Plan | null)[]): void {
    const waits = new Map<string, number>();
    const retries = new Map<string, number>();
    const rounds = new Map<string, number>();
    let paused = false;
    for (const event of events) {
      const { path, type } = event;
      if (type === 'incident.paused') paused = true;
      else if (type === 'incident.resumed' || type === 'incident.stood-down') paused = false;
      else if (type === 'wait.started') waits.set(path, event.data.until);
      else if (type === 'wait.ended') this.#wait(event, waits.get(path));
      else if (type === 'act.failed' && event.data.retryAt !== null) retries.set(path, event.data.retryAt);
      else if (type === 'act.started' || type === 'act.held') {
        const due = retries.get(path);
        // A pause holds up what the clock has let go.
        if (due !== undefined && !paused) this.#add(path, due, event);
        retries.delete(path);
      } else if (type === 'round.started') {
        const every = everyMs(plans, path);
        const before = rounds.get(path);
        if (before !== undefined && every !== null && event.data.round > 1) this.#add(path, before + every, event);
        rounds.set(path, event.at);
      }
    }
  }

  #wait(ended: Extract<NumberedEvent, { type: 'wait.ended' }>, until: number | undefined): void {
    if (until === undefined) return;
    if (ended.data.because === 'elapsed') this.#add(ended.path, until, ended);
    else this.#add(ended.path, until, { at: ended.at + 1, seq: null });
  }
}

const isOf = ({ type, data }: NumberedEvent, kind: string, number: number): boolean =>
  type.startsWith(kind) && 'number' in data && data.number === number;

function everyMs(plans: readonly (Plan | null)[], path: string): number | null {
  const plan = plans[planNumber(path)];
  if (!plan) return null;
  for (const step of everyPlanStep(plan))
    if (step.path === planPath(path)) return step.kind === 'repeat' && step.everyMs > 0 ? step.everyMs : null;
  return null;
}
