import { type Actor, TOCSIN } from '../incident/events.ts';
import type { Message } from '../incident/messages.ts';
import { AHEAD_MS_MAX, momentText } from '../incident/moment.ts';
import type { ObligeStep } from '../playbook/plan.ts';
import type { Conductor } from './conductor.ts';
import type { ObligationState } from './state.ts';

type Settlement = Pick<Extract<Message, { type: 'obligation' }>, 'number' | 'outcome' | 'text' | 'givenAt'>;

/**
 * Duties to notify and their clocks. They belong to the incident and not to the plan: pausing, unwinding, the end of the plan and
 * resolving the incident leave them running, because the law does.
 */
export class Obligations {
  readonly #conductor: Conductor;
  readonly #timers = new Map<number, () => void>();

  constructor(conductor: Conductor) {
    this.#conductor = conductor;
  }

  open(step: ObligeStep, awareAt: number): ObligationState {
    const { state } = this.#conductor;
    const { path, rule, owner, remindMs } = step;
    const dueAt = awareAt + rule.limitMs;
    const remindAt = remindMs.map((offset) => dueAt - offset);
    const number = Object.keys(state.obligations).length + 1;
    const { article, law } = rule;
    const opened: ObligationState = {
      number,
      path,
      owner,
      article,
      law,
      awareAt,
      dueAt,
      remindAt,
      reminded: 0,
      overdue: false,
      settled: null,
    };
    state.obligations[number] = opened;
    this.#conductor.record(path, 'obligation.opened', { number, rule, awareAt, dueAt, owner, remindAt });
    this.#arm(opened);
    return opened;
  }

  /** Sets the clocks again after continue-as-new. */
  takeUp(): void {
    for (const one of this.#all()) this.#arm(one);
  }

  /** Those that somebody must still meet or waive, in words; null when there are none. */
  openInWords(): string | null {
    const open = this.#all().filter((one) => one.settled === null);
    const words = open.map(
      ({ number, article, law, dueAt }) => `notice ${number} (${article} of ${law}, due by ${momentText(dueAt)})`,
    );
    return words.length > 0 ? words.join(', ') : null;
  }

  refuse({ number, outcome, givenAt }: Settlement): { code: string; message: string } | null {
    const { state, opening, stage } = this.#conductor;
    const one = state.obligations[number];
    if (!one) return { code: 'unknown-obligation', message: `There is no notice ${number} in ${opening.incident}.` };
    if (one.settled !== null) {
      const how = one.settled === 'met' ? 'was given' : 'was judged not due';
      return { code: 'obligation-settled', message: `Notice ${number} ${how} already. Your message changed nothing.` };
    }
    if (givenAt === undefined) return null;
    if (outcome === 'waived')
      return { code: 'given-at', message: 'A notice that need not be given was not given at any time.' };
    if (givenAt > stage.now() + AHEAD_MS_MAX)
      return { code: 'given-at', message: `${momentText(givenAt)} has not come yet: no notice was given then.` };
    if (one.awareAt !== undefined && givenAt < one.awareAt - AHEAD_MS_MAX)
      return {
        code: 'given-at',
        message: `${momentText(givenAt)} is before ${momentText(one.awareAt)}, since when the organisation is aware: no notice was given then.`,
      };
    return null;
  }

  /** What somebody says about it: it was given outside Tocsin, or none is due. */
  settle({ number, outcome, text, givenAt }: Settlement, actor: Actor): void {
    const one = this.#conductor.state.obligations[number];
    if (!one) return;
    if (outcome === 'met') this.#meet(one, text, null, actor, givenAt);
    else {
      this.#end(one, 'waived');
      this.#conductor.record(one.path, 'obligation.waived', { number, reason: text }, actor);
    }
  }

  /** The act at `by` gave the notice of the duty that the step at `path` opened. One that is settled already stays as it is. */
  fulfil(path: string, how: string, by: string, actor: Actor = TOCSIN): void {
    const one = this.#all().find((other) => other.path === path && other.settled === null);
    if (one) this.#meet(one, how, by, actor);
  }

  /** `givenAt`: where somebody says so; else it is given now. */
  #meet(one: ObligationState, how: string, by: string | null, actor: Actor, givenAt?: number): void {
    const { number, overdue, dueAt } = one;
    const late = givenAt === undefined ? overdue || this.#conductor.stage.now() > dueAt : givenAt > dueAt;
    this.#end(one, 'met');
    const when = givenAt === undefined ? {} : { givenAt };
    this.#conductor.record(one.path, 'obligation.met', { number, how, by, late, ...when }, actor);
  }

  #end(one: ObligationState, settled: 'met' | 'waived'): void {
    one.settled = settled;
    this.#timers.get(one.number)?.();
    this.#timers.delete(one.number);
  }

  #all(): ObligationState[] {
    return Object.values(this.#conductor.state.obligations);
  }

  /** One timer each, for what comes next. */
  #arm(one: ObligationState): void {
    if (one.settled !== null || one.overdue) return;
    const time = one.remindAt[one.reminded] ?? one.dueAt;
    this.#timers.set(
      one.number,
      this.#conductor.stage.at(time, one.path, () => this.#ring(one)),
    );
  }

  /** Reminders that are past already, because the clock was opened late or we were down, count as one; past the limit none is of use. */
  #ring(one: ObligationState): void {
    const { stage } = this.#conductor;
    const { number, path, owner, dueAt, remindAt } = one;
    const now = stage.now();
    if (now >= dueAt) {
      one.overdue = true;
      const commanders = this.#conductor.runAt(path).plan.onFailedStep.by.map((seat) => seat.role);
      this.#conductor.record(path, 'obligation.overdue', {
        number,
        dueAt,
        roles: [...new Set([owner, ...commanders])],
      });
      return;
    }
    one.reminded = remindAt.filter((time) => time <= now).length;
    this.#conductor.record(path, 'obligation.reminded', { number, dueAt, roles: [owner] });
    this.#arm(one);
  }
}
