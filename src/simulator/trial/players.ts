import { entitledRoles, hasForm, needsReason, type Question, type Vote } from '../../incident/decision.ts';
import type { IncidentEvent } from '../../incident/events.ts';
import type { FormField } from '../../incident/form.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import type { Message } from '../../incident/messages.ts';
import { planPath } from '../../incident/step-path.ts';
import { type Ground, inTermsOf, type Players, plainest } from '../core/bots.ts';
import type { Cast } from './read.ts';
import { afterMs, failedReply, nth, type OneReply, votesOf } from './replies.ts';
import { type FailedReplies, type Replies, type Reply, type Said, type Scenario, SILENCE } from './scenario.ts';
import type { StepNames } from './step-names.ts';

/** A step that fails again each time it is tried again would keep people busy for ever: after so many times nobody answers any more. */
const ASKED_MAX = 25;

type Person = Cast['people'][number];
/** What went wrong with what people wanted to say: a scenario that rests on it does not hold. */
export type Refused = { path: string; message: string };

type Answer = Reply & { outputs?: JsonObject | undefined };

type Options = {
  scenario: Scenario;
  steps: StepNames;
  people: readonly Person[];
  reactionMs: number;
  refused: Refused[];
};

/** People of a scenario: they answer as it says, each in their own time. */
export class ScenarioPlayers implements Players {
  readonly #options: Options;
  readonly #ground: Ground;
  readonly #answers: ReadonlyMap<string, Replies>;
  readonly #failed: ReadonlyMap<string, FailedReplies>;
  readonly #open = new Map<number, { question: Question; count: number }>();
  readonly #asked = new Map<string, number>();
  readonly #duties = new Map<string, number>();
  readonly #said = new Set<Said>();

  constructor(options: Options, ground: Ground) {
    const { scenario, steps } = options;
    this.#options = options;
    this.#ground = ground;
    this.#answers = byPath(scenario.answers, steps);
    this.#failed = byPath(scenario['when-failed'], steps);
  }

  see(event: IncidentEvent): void {
    switch (event.type) {
      case 'plan.started':
        this.#say((said) => said.once === undefined);
        break;
      case 'decision.asked':
        this.#ask(event.data);
        this.#stepReached(event.path);
        break;
      case 'decision.escalated':
        this.#escalate(event.data.number);
        break;
      case 'decision.made':
      case 'decision.withdrawn':
        this.#open.delete(event.data.number);
        break;
      case 'obligation.opened':
        this.#duties.set(event.data.rule.id, event.data.number);
        this.#stepReached(event.path);
        break;
      case 'act.done':
        if (event.data.purpose === 'prove' || event.data.provedBy === null) this.#stepReached(event.path);
        break;
      case 'wait.started':
      case 'run.finished':
      case 'rounds.finished':
        this.#stepReached(event.path);
        break;
      default:
        break;
    }
  }

  /** What the scenario has people say that nobody had reason to say: it would prove nothing. */
  unsaid(): Refused[] {
    const asked = (path: string, why: string) => !this.#asked.has(`${why}:${path}`);
    const answers = [...this.#answers.keys()].filter((path) => asked(path, 'asked'));
    const failed = [...this.#failed.keys()].filter((path) => asked(path, 'failed'));
    const said = (this.#options.scenario.said ?? []).filter((one) => !this.#said.has(one));
    return [
      ...answers.map((path) => ({ path, message: `nobody was asked at ${path}, for which there is an answer` })),
      ...failed.map((path) => ({
        path,
        message: `nobody was asked about a failure of ${path}, for which there is an answer`,
      })),
      ...said.map(({ once = '' }) => ({
        path: '',
        message: `"${once}" never came, after which something was to be said`,
      })),
    ];
  }

  #ask(question: Question): void {
    const place = `${question.kind === 'failure' ? 'failed' : 'asked'}:${planPath(question.path)}`;
    const count = (this.#asked.get(place) ?? 0) + 1;
    this.#asked.set(place, count);
    if (count > ASKED_MAX) return;
    this.#open.set(question.number, { question, count });
    for (const person of this.#options.people)
      if (entitledRoles(question, person.roles, false).length > 0) this.#answerLater(person, question, count);
  }

  #escalate(number: number): void {
    const open = this.#open.get(number);
    if (!open) return;
    const { question, count } = open;
    for (const person of this.#options.people) {
      const late = entitledRoles(question, person.roles, false).length === 0;
      if (late && entitledRoles(question, person.roles, true).length > 0) this.#answerLater(person, question, count);
    }
  }

  #answerLater(person: Person, question: Question, count: number): void {
    if (question.excluded.includes(person.id)) return;
    const { reactionMs } = this.#options;
    const reply = this.#replyOf(person, question, count);
    if (reply.answer === SILENCE) return;
    const at = this.#ground.now() + afterMs(reply.after, reactionMs);
    this.#ground.at(at, `!${person.id}:${String(question.number).padStart(6, '0')}`, () => {
      if (this.#open.has(question.number)) this.#vote(person, question, reply);
    });
  }

  #replyOf(person: Person, question: Question, count: number): Answer {
    const path = planPath(question.path);
    if (question.kind === 'failure') return failedReply(this.#failed.get(path) ?? SILENCE, count);
    const { others = 'approve' } = this.#options.scenario;
    const usual = others === SILENCE ? SILENCE : usualAnswer(question, others);
    const votes = votesOf(nth<OneReply>((this.#answers.get(path) ?? usual) as OneReply | OneReply[], count));
    const own = votes.find(({ who }) => who === person.id);
    const mine = own ?? votes.find(({ who }) => who === null || person.roles.includes(who));
    return mine?.reply ?? { answer: SILENCE };
  }

  #vote(person: Person, question: Question, { answer, reason, form, outputs }: Answer): void {
    const at = this.#ground.now();
    const filled = hasForm(question, answer) ? filledIn(question.form ?? [], form ?? {}, at) : outputs;
    const why = reason ?? (needsReason(question, answer) ? `As the scenario says: ${answer}.` : undefined);
    const vote: Vote = {
      incident: this.#ground.incident,
      question: question.number,
      path: question.path,
      planHash: this.#ground.planHashAt(question.path),
      person: person.id,
      roles: [...person.roles],
      answer,
      ...(filled && { outputs: filled }),
      ...(why !== undefined && { reason: why }),
      at,
      expires: question.until,
      surface: 'bot',
      key: 'scenario',
      signature: '',
    };
    const id = `scenario:${person.id}:${question.number}`;
    this.#deliver({ id, person: person.id, at, type: 'decide', vote }, question.path);
  }

  #stepReached(path: string): void {
    const reached = planPath(path);
    this.#say(({ once }) => once !== undefined && this.#options.steps.path(once) === reached);
  }

  #say(due: (said: Said) => boolean): void {
    for (const [i, said] of (this.#options.scenario.said ?? []).entries()) {
      if (this.#said.has(said) || !due(said)) continue;
      this.#said.add(said);
      this.#ground.at(this.#ground.now() + afterMs(said.after, 0), `!said:${String(i).padStart(4, '0')}`, () => {
        const message = this.#messageOf(said, `scenario:said:${i}`);
        if (message) this.#deliver(message, '');
      });
    }
  }

  #messageOf(said: Said, id: string): Message | null {
    const commander = this.#options.people.find(({ roles }) => roles.includes('incident-commander'));
    const by = { id, person: said.person ?? commander?.id ?? 'somebody', at: this.#ground.now() };
    if ('stand-down' in said) return { ...by, type: 'stand-down', reason: said['stand-down'] };
    if ('pause' in said) return { ...by, type: 'pause', reason: said.pause };
    if ('resume' in said) return { ...by, type: 'resume' };
    if ('alert' in said) return { ...by, type: 'alert', alert: said.alert, count: 1 };
    const rule = 'given' in said ? said.given : said['not-due'];
    const number = this.#duties.get(rule);
    if (number === undefined) {
      this.#options.refused.push({ path: '', message: `the duty ${rule} had not begun when somebody spoke of it` });
      return null;
    }
    return 'given' in said
      ? { ...by, type: 'obligation', number, outcome: 'met', text: said.how ?? 'Given outside Tocsin.' }
      : { ...by, type: 'obligation', number, outcome: 'waived', text: said.why ?? 'No notice is due.' };
  }

  #deliver(message: Message, path: string): void {
    const result = this.#ground.deliver(message);
    if (result.status === 'refused')
      this.#options.refused.push({ path, message: `${message.person} was refused: ${result.message}` });
  }
}

/** Nobody denies a question with options of its own: the first of them counts for whatever others are said to answer. */
const usualAnswer = (question: Question, others: string): string =>
  question.kind === 'choice' ? (question.options[0] as string) : inTermsOf(question, others);

const byPath = <T>(named: Readonly<Record<string, T>> | undefined, steps: StepNames): Map<string, T> =>
  new Map(Object.entries(named ?? {}).map(([name, value]) => [steps.path(name), value]));

/** What is needed and not given gets the plainest answer there is. */
function filledIn(form: readonly FormField[], given: Readonly<Record<string, Json>>, now: number): JsonObject {
  const blanks = form.filter(({ id, required }) => required && !Object.hasOwn(given, id));
  return { ...Object.fromEntries(blanks.map((field) => [field.id, plainest(field, now)])), ...given };
}
