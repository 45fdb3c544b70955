import { milliseconds } from '../../playbook/duration.ts';
import type { AskStep } from '../../playbook/plan.ts';
import type { FailedReplies, FailedReply, Replies, Reply } from './scenario.ts';

/** What a scenario says that people answer, in one form. */

export type OneReply = Exclude<Replies, unknown[]>;
export type Vote = { who: string | null; reply: Reply };

const full = (reply: string | Reply): Reply => (typeof reply === 'string' ? { answer: reply } : reply);

/** Every single answer of one reply, with whose it is; null: everybody's. In the order of the text. */
export function votesOf(reply: OneReply): Vote[] {
  if (typeof reply === 'object' && 'votes' in reply)
    return Object.entries(reply.votes).map(([who, one]) => ({ who, reply: full(one) }));
  return [{ who: null, reply: full(reply) }];
}

export const flatReplies = (reply: OneReply): Reply[] => votesOf(reply).map((vote) => vote.reply);

/** The first time, the second, …; the last one counts from then on. */
export function nth<T>(replies: T | T[], count: number): T {
  return Array.isArray(replies) ? (replies[Math.min(count, replies.length) - 1] as T) : replies;
}

export const failedReply = (replies: FailedReplies, count: number): FailedReply => {
  const one = nth<Exclude<FailedReplies, unknown[]>>(replies as never, count);
  return typeof one === 'string' ? { answer: one } : one;
};

export const afterMs = (after: string | undefined, otherwiseMs: number): number =>
  after === undefined ? otherwiseMs : milliseconds(after);

/** What a question can be answered with. */
export const answersTo = ({ task, options }: AskStep): string[] =>
  task ? ['done', 'not-done'] : (options?.map(({ id }) => id) ?? ['approve', 'deny']);
