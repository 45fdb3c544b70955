import { z } from 'zod';
import type { OpenQuestion } from '../../engine/state.ts';
import { agreement, FailureAnswer, hasForm, type Question } from '../../incident/decision.ts';
import type { IncidentEvent } from '../../incident/events.ts';
import type { FormField } from '../../incident/form.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import type { Message, MessageResult } from '../../incident/messages.ts';
import { momentText } from '../../incident/moment.ts';
import { planPath } from '../../incident/step-path.ts';

/** A seat played by the machine: how fast and how it answers. Always labelled, never counted as a person. */
export const Bot = z.strictObject({
  person: z.string(),
  roles: z.array(z.string()),
  reactionMs: z.number().int().min(0),
  approvals: z.enum(['approve', 'deny', 'ignore']),
  failures: z.union([FailureAnswer, z.literal('ignore')]),
  /** What it answers to the question of a step, by the step's path in the plan or on the timeline, in place of `approvals`. */
  choices: z.record(z.string(), z.string()).optional(),
});
export type Bot = z.infer<typeof Bot>;

/** What those who answer stand on. */
export type Ground = {
  incident: string;
  planHash: string;
  /** Of the plan that asks at a path of the timeline: one that was added has its own. */
  planHashAt: (path: string) => string;
  now: () => number;
  at: (time: number, path: string, fire: () => void) => void;
  deliver: (message: Message) => MessageResult;
};

/** Whoever answers in a run of its own: told of every event as it is recorded. */
export type Players = { see(event: IncidentEvent): void };

/** Who sits there. */
type Sitter = Pick<Bot, 'person' | 'roles'>;
/** When and what somebody answers to a question that was put to them at `from`; null: not at all. Always the same for the same question. */
export type Policy<B extends Sitter> = (
  bot: B,
  question: Question,
  from: number,
) => { at: number; answer: string } | null;

/** Bots see what is asked and answer later. Their pending answers follow from the open questions, so nothing of theirs need be stored. */
export class Bots<B extends Sitter> implements Players {
  readonly #bots: readonly B[];
  readonly #ground: Ground;
  readonly #policy: Policy<B>;
  readonly #open = new Map<number, Question>();

  constructor(bots: readonly B[], ground: Ground, policy: Policy<B>) {
    this.#bots = bots;
    this.#ground = ground;
    this.#policy = policy;
  }

  /** To be told of every event as it is recorded. */
  see(event: IncidentEvent): void {
    if (event.type === 'decision.asked') this.#ask(event.data);
    else if (event.type === 'decision.escalated') this.#escalate(event.data.number, event.at);
    else if (event.type === 'decision.made' || event.type === 'decision.withdrawn')
      this.#open.delete(event.data.number);
  }

  /** Takes up a question that was asked before the run was continued. */
  takeUp({ question, votes, escalated }: OpenQuestion): void {
    const silent = (bot: B) => !votes.some((vote) => vote.person === bot.person);
    this.#ask(question, silent);
    if (escalated && question.escalate) this.#escalate(question.number, question.escalate.at, silent);
  }

  #ask(question: Question, who: (bot: B) => boolean = () => true): void {
    this.#open.set(question.number, question);
    this.#schedule(question, question.askedAt, (bot) => who(bot) && hasSeat(bot, question));
  }

  #escalate(number: number, at: number, who: (bot: B) => boolean = () => true): void {
    const question = this.#open.get(number);
    const to = question?.escalate?.to;
    if (question && to)
      this.#schedule(question, at, (bot) => who(bot) && bot.roles.includes(to) && !hasSeat(bot, question));
  }

  #schedule(question: Question, from: number, seated: (bot: B) => boolean): void {
    for (const bot of this.#bots) {
      const reply = seated(bot) ? this.#policy(bot, question, from) : null;
      if (!reply) continue;
      // "!" sorts before every step's path: messages come first. By number, for after a break questions are taken up in that order.
      const place = `!${bot.person}:${String(question.number).padStart(6, '0')}`;
      this.#ground.at(reply.at, place, () => this.#answer(bot, question, reply.answer));
    }
  }

  #answer(bot: B, question: Question, answer: string): void {
    if (!this.#open.has(question.number)) return;
    const { incident, planHashAt, now, deliver } = this.#ground;
    const at = now();
    const known = inTermsOf(question, answer);
    deliver({
      id: `bot:${bot.person}:${question.number}`,
      person: bot.person,
      at,
      type: 'decide',
      vote: {
        incident,
        question: question.number,
        path: question.path,
        planHash: planHashAt(question.path),
        person: bot.person,
        roles: bot.roles,
        answer: known,
        ...(hasForm(question, known) && { outputs: filledIn(question.form ?? [], at) }),
        reason: `${bot.person} is a bot`,
        at,
        expires: question.until,
        surface: 'bot',
        key: 'bot',
        signature: '',
      },
    });
  }
}

/** Whoever approves does a task; whoever denies does not. */
export function inTermsOf(question: Question, answer: string): string {
  const two = agreement(question);
  const meant = answer === 'approve' ? two?.yes : answer === 'deny' ? two?.no : answer;
  return meant !== undefined && question.options.includes(meant) ? meant : (question.options.at(-1) as string);
}

/** A bot answers after its own time, always the same. */
export const asTold: Policy<Bot> = (bot, question, from) => {
  const answer = question.kind === 'failure' ? bot.failures : chosen(bot, question.path);
  return answer === 'ignore' ? null : { at: from + bot.reactionMs, answer };
};

/** What it answers to a step of the plan it answers in every round of it. */
const chosen = ({ choices, approvals }: Bot, path: string): string =>
  choices?.[path] ?? choices?.[planPath(path)] ?? approvals;

/** A machine fills in a form with the plainest answer there is: the first choice, the moment of answering, no. */
const filledIn = (form: readonly FormField[], now: number): JsonObject =>
  Object.fromEntries(form.map((field) => [field.id, plainest(field, now)]));

export function plainest({ type, choices, label }: FormField, now: number): Json {
  switch (type) {
    case 'text':
    case 'long-text':
      return label;
    case 'number':
      return 0;
    case 'yes-no':
      return false;
    case 'choice':
      return choices?.[0]?.value ?? null;
    case 'date-time':
      return momentText(now);
    default:
      return type satisfies never;
  }
}

const hasSeat = (bot: Sitter, question: Question): boolean => question.by.some((seat) => bot.roles.includes(seat.role));
