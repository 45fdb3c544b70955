import { hasForm, needsReason, type Question, tally, type Vote } from '../../incident/decision.ts';
import type { IncidentEvent } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { Message, MessageResult } from '../../incident/messages.ts';
import { planPath } from '../../incident/step-path.ts';
import { plainest } from '../core/bots.ts';
import type { QuestionChange, Shift } from './changes.ts';
import { QuestionIds, type Recorded, type RecordedQuestion } from './record.ts';
import { Anchors, type Said } from './said.ts';

/** What those who answer stand on. `at`: `seq` orders what is due at one moment as the record has it. */
export type PeopleGround = {
  incident: string;
  planHashAt(path: string): string;
  now(): number;
  at(time: number, seq: number, fire: () => void): void;
  deliver(message: Message): MessageResult;
};

/** What happened with people in a replay that its reader must know. */
export type PeopleNotes = {
  /** Messages of the record that were refused here: by event number. */
  refused: { seq: number | null; what: string; why: string }[];
  /** Questions that were never asked in the record, and that no change answers. */
  unanswered: Question[];
  /** Roles that nobody of the record filled, and somebody was taken to fill. */
  stoodIn: { question: Question; role: string }[];
  /** Questions whose form was filled in with the plainest answers there are. */
  formed: Question[];
};

const LATER = Number.MAX_SAFE_INTEGER;

/** People of the record: they say what they said, as long after what it follows; questions that a change names are answered as it says. */
export class RecordedPeople {
  readonly notes: PeopleNotes = { refused: [], unanswered: [], stoodIn: [], formed: [] };
  readonly #recorded: Recorded;
  readonly #said: readonly Said[];
  readonly #changes: readonly QuestionChange[];
  readonly #ground: PeopleGround;
  readonly #ids = new QuestionIds();
  readonly #anchors = new Anchors();
  readonly #open = new Map<number, { question: Question; votes: Vote[]; escalated: boolean }>();
  #invented = 0;

  constructor(recorded: Recorded, said: readonly Said[], changes: readonly QuestionChange[], ground: PeopleGround) {
    this.#recorded = recorded;
    this.#said = said;
    this.#changes = changes;
    this.#ground = ground;
  }

  /** What comes when it came, whatever else happens. */
  begin(): void {
    for (const one of this.#said) if (!one.follows) this.#sayAt(one.at, one);
  }

  see(event: IncidentEvent): void {
    const anchor = this.#anchors.next(event);
    if (anchor !== null) {
      const number = event.type === 'obligation.opened' ? event.data.number : null;
      for (const one of this.#said)
        if (one.follows?.anchor === anchor) this.#sayAt(event.at + one.follows.afterMs, one, number);
    }
    if (event.type === 'decision.asked') this.#asked(event.data);
    else if (event.type === 'decision.voted') this.#open.get(event.data.number)?.votes.push(event.data.vote);
    else if (event.type === 'decision.escalated') {
      const open = this.#open.get(event.data.number);
      if (open) open.escalated = true;
    } else if (event.type === 'decision.made' || event.type === 'decision.withdrawn')
      this.#open.delete(event.data.number);
  }

  #sayAt(time: number, { seq, message }: Said, duty: number | null = null): void {
    const numbered = message.type === 'obligation' && duty !== null ? { ...message, number: duty } : message;
    this.#ground.at(time, seq, () =>
      this.#deliver({ ...numbered, id: `record:${seq}`, at: this.#ground.now() } as Message, seq),
    );
  }

  #deliver(message: Message, seq: number | null): boolean {
    const result = this.#ground.deliver(message);
    if (result.status !== 'refused') return true;
    const what =
      message.type === 'decide'
        ? `the answer “${message.vote.answer}” of ${message.person}`
        : `the message “${message.type}” of ${message.person}`;
    this.notes.refused.push({ seq, what, why: result.message });
    return false;
  }

  #asked(question: Question): void {
    this.#open.set(question.number, { question, votes: [], escalated: false });
    const then = this.#recorded.questions.get(this.#ids.next(question));
    const change = this.#changes.find(({ which }) =>
      'number' in which
        ? which.number === then?.asked.data.number
        : question.kind !== 'failure' && planPath(question.path) === which.step,
    );
    if (change?.never) return;
    if (change?.answer !== undefined) this.#answerAs(question, then, change, change.answer);
    else if (then) this.#answerAsThen(question, then, change?.answered);
    else this.notes.unanswered.push(question);
  }

  /** Each vote comes as long after its question as it did, or moved with the one that decided. */
  #answerAsThen(question: Question, then: RecordedQuestion, answered: Shift | undefined): void {
    const askedAt = this.#ground.now();
    const moved = answered ? movedBy(then, answered) : 0;
    for (const one of then.votes) {
      const time = askedAt + Math.max(0, one.at - then.asked.at + moved);
      this.#ground.at(time, one.seq, () => {
        const vote = this.#again(one.vote, question, then, one.at);
        this.#deliver({ id: `record:${one.seq}`, person: vote.person, at: time, type: 'decide', vote }, one.seq);
      });
    }
  }

  /** A vote as it was cast; what has moved is no longer what was signed. */
  #again(vote: Vote, question: Question, then: RecordedQuestion, wasAt: number): Vote {
    const now = this.#ground.now();
    const moved: Vote = {
      ...vote,
      question: question.number,
      planHash: this.#ground.planHashAt(question.path),
      at: vote.at + (now - wasAt),
      expires: vote.expires + (question.until - then.asked.data.until),
    };
    const same =
      moved.question === vote.question &&
      moved.at === vote.at &&
      moved.expires === vote.expires &&
      moved.planHash === vote.planHash;
    return same ? vote : { ...moved, key: WHAT_IF, signature: '' };
  }

  /** At the moment when it was decided, or when the change says, by whoever answered then; then by somebody for each seat that is left. */
  #answerAs(question: Question, then: RecordedQuestion | undefined, change: QuestionChange, answer: string): void {
    const afterMs = answeredAfter(then, change.answered);
    if (afterMs === null) {
      this.notes.unanswered.push(question);
      return;
    }
    const voters = new Map((then?.votes ?? []).map(({ vote }) => [vote.person, vote.roles]));
    this.#ground.at(this.#ground.now() + afterMs, LATER, () => {
      if (!question.options.includes(answer)) {
        const why = `It can be answered ${question.options.join(', ')}.`;
        this.notes.refused.push({ seq: null, what: `the answer “${answer}” to question ${question.number}`, why });
        return;
      }
      const outputs = this.#formOf(question, then, answer);
      for (const [person, roles] of voters) void this.#vote(question, person, roles, answer, outputs);
      for (let role = this.#missing(question); role !== null; role = this.#missing(question)) {
        this.notes.stoodIn.push({ question, role });
        if (!this.#vote(question, `somebody-${++this.#invented}`, [role], answer, outputs)) return;
      }
    });
  }

  /** A role whose voice the question still lacks; null: it is decided. */
  #missing(question: Question): string | null {
    const open = this.#open.get(question.number);
    if (!open) return null;
    const { approvals } = tally(question, open.votes, open.escalated);
    return (approvals.find((seat) => seat.have.length < seat.needed) ?? question.by[0])?.role ?? null;
  }

  /** Whether it was taken, or came too late to be needed. */
  #vote(
    question: Question,
    person: string,
    roles: readonly string[],
    answer: string,
    outputs: JsonObject | null,
  ): boolean {
    if (!this.#open.has(question.number)) return true;
    const at = this.#ground.now();
    const vote: Vote = {
      incident: this.#ground.incident,
      question: question.number,
      path: question.path,
      planHash: this.#ground.planHashAt(question.path),
      person,
      roles: [...roles],
      answer,
      ...(needsReason(question, answer) && { reason: 'What if.' }),
      ...(outputs && { outputs }),
      at,
      expires: question.until,
      surface: 'cli',
      key: WHAT_IF,
      signature: '',
    };
    return this.#deliver({ id: `what-if:${question.number}:${person}`, person, at, type: 'decide', vote }, null);
  }

  #formOf(question: Question, then: RecordedQuestion | undefined, answer: string): JsonObject | null {
    if (!hasForm(question, answer)) return null;
    const filled = then?.votes.findLast(({ vote }) => vote.outputs && hasForm(question, vote.answer))?.vote.outputs;
    if (filled) return filled;
    this.notes.formed.push(question);
    const now = this.#ground.now();
    return Object.fromEntries((question.form ?? []).map((field) => [field.id, plainest(field, now)]));
  }
}

const WHAT_IF = 'what-if';

/** How long after it was asked people decided it; null: they did not. */
export function decidedAfter({ asked, made }: RecordedQuestion): number | null {
  return made?.data.by === 'votes' ? made.at - asked.at : null;
}

/** How long after it is asked a question that a change answers is answered; null: nobody can say. */
export function answeredAfter(then: RecordedQuestion | undefined, answered: Shift | undefined): number | null {
  if (answered && 'exactlyMs' in answered) return answered.exactlyMs;
  const decided = then ? decidedAfter(then) : null;
  return decided === null ? null : Math.max(0, decided + (answered?.byMs ?? 0));
}

/** By how much all votes of a question move, so that the one that decided comes when the change says. */
function movedBy(then: RecordedQuestion, answered: Shift): number {
  if ('byMs' in answered) return answered.byMs;
  const last = then.votes.at(-1);
  return last ? answered.exactlyMs - (decidedAfter(then) ?? last.at - then.asked.at) : 0;
}
