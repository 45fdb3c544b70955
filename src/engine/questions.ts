import { contractOf } from '../capabilities/contracts.ts';
import { hasForm, isSameHuman, type Question, refuseVote, tally, type Vote } from '../incident/decision.ts';
import { person } from '../incident/events.ts';
import type { JsonObject } from '../incident/json.ts';
import { awareSince } from './aware.ts';
import type { CancelScope } from './cancel.ts';
import type { Conductor } from './conductor.ts';
import type { Answer, OpenQuestion, StepState } from './state.ts';

type Waiting = { settle: (answer: Answer) => void; stopTimers: () => void };

/** Questions to people: asking, reminding, escalating, counting votes, and the default when nobody answers. */
export class Questions {
  readonly #conductor: Conductor;
  readonly #waiting = new Map<number, Waiting>();

  constructor(conductor: Conductor) {
    this.#conductor = conductor;
  }

  /** Asks (once: a question that is open already is taken up again) and waits for the answer. Called off: withdrawn, then throws. */
  async answer(cur: StepState, cancel: CancelScope, make: (number: number) => Question): Promise<Answer> {
    if (cur.answer) return cur.answer;
    cancel.check();
    const { state } = this.#conductor;
    if (cur.question === undefined) {
      const question = make(state.nextQuestion);
      cur.question = state.nextQuestion++;
      state.open[cur.question] = { question, votes: [], reminded: 0, escalated: false };
      this.#conductor.record(question.path, 'decision.asked', question);
    }
    const number = cur.question;
    const answer = await this.#conductor.fibers.suspend<Answer>((resume) => {
      const settle = (value: Answer) => {
        cur.answer = value;
        off();
        this.#waiting.get(number)?.stopTimers();
        this.#waiting.delete(number);
        resume(value);
      };
      const off = cancel.onCancel(this.#conductor.state.open[number]?.question.path ?? '', () => {
        this.#withdraw(number, cancel.reason ?? 'cancelled');
        settle({ outcome: 'withdrawn', by: 'withdrawn', person: null, reason: null, outputs: null });
      });
      this.#waiting.set(number, { settle, stopTimers: this.#startTimers(number) });
    });
    cancel.check();
    return answer;
  }

  /** Why this vote would be refused now, or null. */
  refuse(vote: Vote, now: number): { code: string; message: string } | null {
    const { state, opening } = this.#conductor;
    const another = { code: 'mismatch', message: 'This vote was made for another incident or another plan.' };
    if (vote.incident !== opening.incident) return another;
    const open = state.open[vote.question];
    if (!open) {
      const settled = state.settled[vote.question];
      if (settled) return { code: 'decided', message: `Already decided: ${settled}. Your answer changed nothing.` };
      return { code: 'unknown-question', message: `There is no question ${vote.question} in ${opening.incident}.` };
    }
    if (vote.planHash !== this.#conductor.planHash(open.question.path)) return another;
    if (vote.path !== open.question.path) return { code: 'mismatch', message: 'This vote was made for another step.' };
    return (
      refuseVote(open.question, vote, now, open.escalated) ??
      refuseAnotherSelf(open.votes, vote) ??
      this.#refuseOutputs(open.question, vote)
    );
  }

  /** What people supply in place of a step must be what the step declares: later steps were checked against that. */
  #refuseOutputs(question: Question, { answer, outputs }: Vote): { code: string; message: string } | null {
    // refuseVote has looked at the answers to a form.
    if (outputs === undefined || hasForm(question, answer)) return null;
    const { path, failure, kind } = question;
    if (kind !== 'failure') return { code: 'outputs', message: 'This answer takes no outputs; give none.' };
    const step = this.#conductor.stepAt(path);
    if (step?.kind === 'oblige' && !failure?.undo) return this.#refuseMoment(answer, outputs);
    const declared = step?.kind === 'do' && !failure?.undo ? contractOf(step.use.capability)?.output : undefined;
    if (!declared) return { code: 'outputs', message: 'This step leaves no outputs; give none.' };
    const [issue] = declared.safeParse(outputs).error?.issues ?? [];
    return issue ? { code: 'outputs', message: `${issue.path.join('.') || 'outputs'}: ${issue.message}.` } : null;
  }

  /** Whoever takes over a duty whose clock could not be started says from when it runs. */
  #refuseMoment(answer: string, { aware = null }: JsonObject): { code: string; message: string } | null {
    if (answer !== 'take-over')
      return { code: 'outputs', message: 'This starts no clock. Take the step over to start it from that moment.' };
    const known = awareSince(this.#conductor, aware);
    return 'code' in known ? { code: 'outputs', message: `aware: ${known.why}` } : null;
  }

  vote(vote: Vote): string | undefined {
    const open = this.#conductor.state.open[vote.question];
    if (!open) return undefined;
    // One person, one vote: a change of mind replaces the earlier answer.
    open.votes = [...open.votes.filter((other) => other.person !== vote.person), vote];
    this.#conductor.record(open.question.path, 'decision.voted', { number: vote.question, vote }, person(vote.person));
    const { outcome } = tally(open.question, open.votes, open.escalated);
    if (!outcome) return undefined;
    this.#make(
      open,
      outcome,
      'votes',
      open.votes.filter((v) => v.answer === outcome),
    );
    return outcome;
  }

  #make(open: OpenQuestion, outcome: string, by: 'votes' | 'default', votes: readonly Vote[]): void {
    const { state } = this.#conductor;
    const { number, path, kind } = open.question;
    const last = votes.at(-1);
    const reason = last?.reason ?? null;
    const people = votes.map((vote) => vote.person);
    const answers = last?.outputs && hasForm(open.question, outcome) ? { answers: last.outputs } : {};
    this.#conductor.record(path, 'decision.made', { number, outcome, by, people, reason, ...answers });
    delete state.open[number];
    state.settled[number] = outcome;
    if (kind === 'approval' && outcome === 'approve')
      state.approvals[path] = {
        question: open.question,
        votes: open.votes,
        escalated: open.escalated,
        byDefault: by === 'default',
      };
    this.#waiting.get(number)?.settle({
      outcome,
      by,
      person: last?.person ?? null,
      reason,
      outputs: last?.outputs ?? null,
      details: open.question.details,
    });
  }

  #withdraw(number: number, because: string): void {
    const { state } = this.#conductor;
    const open = state.open[number];
    if (!open) return;
    delete state.open[number];
    state.settled[number] = 'withdrawn';
    this.#conductor.record(open.question.path, 'decision.withdrawn', { number, because });
  }

  /** Only what has not fired yet: after continue-as-new the rest is set again from the stored times. */
  #startTimers(number: number): () => void {
    const { stage, state } = this.#conductor;
    const open = state.open[number];
    if (!open) return () => {};
    const { question } = open;
    const timers = question.remindAt
      .slice(open.reminded)
      .map((time) => stage.at(time, question.path, () => this.#remind(open)));
    if (question.escalate && !open.escalated)
      timers.push(stage.at(question.escalate.at, question.path, () => this.#escalate(open)));
    timers.push(stage.at(question.until, question.path, () => this.#expire(open)));
    return () => {
      for (const stop of timers) stop();
    };
  }

  #remind(open: OpenQuestion): void {
    open.reminded++;
    const { number, path } = open.question;
    const silent = tally(open.question, open.votes, open.escalated).approvals.filter(
      (seat) => seat.have.length < seat.needed,
    );
    const roles = (silent.length > 0 ? silent : open.question.by).map((seat) => seat.role);
    this.#conductor.record(path, 'decision.reminded', { number, roles });
  }

  #escalate(open: OpenQuestion): void {
    const { escalate, number, path, question } = open.question;
    if (!escalate) return;
    open.escalated = true;
    this.#conductor.record(path, 'decision.escalated', { number, to: escalate.to, page: escalate.page, question });
  }

  #expire(open: OpenQuestion): void {
    this.#make(open, open.question.otherwise, 'default', []);
  }
}

/** Who has answered under another id before the inventory knew them does not answer again. */
function refuseAnotherSelf(votes: readonly Vote[], vote: Vote): { code: string; message: string } | null {
  const before = votes.find((other) => other.person !== vote.person && isSameHuman(other, vote));
  return before ? { code: 'answered-before', message: `You have answered this already, as ${before.person}.` } : null;
}
