import { z } from 'zod';
import { FormField, formProblems } from './form.ts';
import { Name } from './ids.ts';
import { JsonObject } from './json.ts';

/** `count` different people who hold `role` must approve. */
export const Seat = z.strictObject({ role: Name, count: z.number().int().min(1).max(20).default(1) });
export type Seat = z.infer<typeof Seat>;

export const Risk = z.enum(['read', 'reversible', 'disruptive', 'irreversible']);
export type Risk = z.infer<typeof Risk>;

/**
 * What a person can answer. `approval`: approve or deny. `choice`: the options of the playbook; `labels` says what they mean.
 * `task`: done or not-done, for what people do themselves. `failure`: what to do about a failed step.
 */
export const FailureAnswer = z.enum(['retry', 'skip', 'take-over', 'stop', 'unwind']);
export type FailureAnswer = z.infer<typeof FailureAnswer>;

/** The question as every surface shows it. All times are epoch milliseconds in scenario time. */
export const Question = z.strictObject({
  /** 1, 2, 3 … within the incident: how people and the CLI name it. */
  number: z.number().int().positive(),
  kind: z.enum(['approval', 'choice', 'task', 'failure']),
  /** The step that asks (`contain`) or that failed (`isolate`). */
  path: z.string(),
  question: z.string(),
  details: z.string().optional(),
  options: z.array(z.string()).min(1),
  /** `choice` and `task`: what surfaces show for each option. */
  labels: z.record(z.string(), z.string()).optional(),
  /** Filled in with every answer but `deny` and `not-done`; the answers travel in the vote's `outputs`, by field id. */
  form: z.array(FormField).max(10).optional(),
  by: z.array(Seat).min(1),
  /** Person ids who may not answer: whoever requested the incident or added the playbook, unless that waives it. */
  excluded: z.array(z.string()),
  askedAt: z.number(),
  until: z.number(),
  remindAt: z.array(z.number()),
  escalate: z.strictObject({ at: z.number(), to: Name, page: z.boolean() }).optional(),
  /** The answer that counts if nobody decides by `until`. */
  otherwise: z.string(),
  /** The risky acts that an approval allows. */
  acts: z.array(
    z.strictObject({
      path: z.string(),
      title: z.string(),
      capability: z.string(),
      risk: Risk,
      target: z.string().optional(),
      undo: z.string().optional(),
      prove: z.string().optional(),
    }),
  ),
  /** failure questions: what went wrong, and which outputs skip or take-over must supply. */
  failure: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      outputs: z.array(z.string()),
      /** The failed thing is an undo: what was to be undone stays as it is unless a person acts. */
      undo: z.boolean(),
    })
    .optional(),
});
export type Question = z.infer<typeof Question>;

/**
 * One person's answer, as the surface that authenticated them states it. `roles` are those the person held at the click,
 * resolved by the server. `signature`: Ed25519 over the canonical JSON of all other fields, by the surface's vote key.
 */
export const Vote = z.strictObject({
  incident: z.string(),
  question: z.number().int().positive(),
  path: z.string(),
  planHash: z.string(),
  person: z.string(),
  /** Other ids under which the same human may stand on timelines. Nobody counts twice for having been met before they were known. */
  formerly: z.array(z.string()).optional(),
  roles: z.array(z.string()),
  answer: z.string(),
  reason: z.string().max(2000).optional(),
  /** When group membership was last known, where whoever keeps the groups could not say at the click. */
  rolesAsOf: z.number().optional(),
  /** Declared outputs, for skip and take-over; the answers to the question's form. */
  outputs: JsonObject.optional(),
  at: z.number(),
  expires: z.number(),
  surface: z.enum(['console', 'api', 'cli', 'slack', 'bot']),
  key: z.string(),
  signature: z.string(),
});
export type Vote = z.infer<typeof Vote>;

export type Refusal = {
  code: 'late' | 'not-entitled' | 'requester' | 'unknown-answer' | 'outputs' | 'reason';
  message: string;
};

export const REQUESTER_OUT =
  'Whoever opened the incident, or added the playbook, cannot decide on it. Another person must.';

/** Why this vote cannot be taken, or null. Pure: the same rule runs in the server, the workflow and the worker. */
export function refuseVote(question: Question, vote: Vote, now: number, escalated: boolean): Refusal | null {
  if (now >= question.until) return { code: 'late', message: 'The time to answer is over.' };
  if (!question.options.includes(vote.answer))
    return {
      code: 'unknown-answer',
      message: `"${vote.answer}" is not an answer to this question; answer ${question.options.join(', ')}.`,
    };
  if (isExcluded(question, vote)) return { code: 'requester', message: REQUESTER_OUT };
  if (entitledRoles(question, vote.roles, escalated).length === 0)
    return { code: 'not-entitled', message: `Only ${seatsInWords(question.by)} can answer this.` };
  if (needsReason(question, vote.answer) && !vote.reason?.trim())
    return { code: 'reason', message: 'Say why: it goes on the timeline.' };
  const [blank] = hasForm(question, vote.answer) ? formProblems(question.form ?? [], vote.outputs ?? {}) : [];
  if (blank) return { code: 'outputs', message: `${blank[0]}: ${blank[1]}` };
  if (vote.answer === 'take-over' || vote.answer === 'skip') {
    const missing = (question.failure?.outputs ?? []).filter((name) => vote.outputs && !(name in vote.outputs));
    if (vote.outputs && missing.length > 0)
      return { code: 'outputs', message: `Give all outputs of the step or none; missing: ${missing.join(', ')}.` };
  }
  return null;
}

type Voter = Pick<Vote, 'person' | 'formerly'>;

/** Whether two votes are of one human. */
export const isSameHuman = (one: Voter, other: Voter): boolean =>
  one.person === other.person ||
  (one.formerly?.includes(other.person) ?? false) ||
  (other.formerly?.includes(one.person) ?? false);

const isExcluded = ({ excluded }: Question, { person, formerly = [] }: Vote): boolean =>
  [person, ...formerly].some((id) => excluded.includes(id));

/** What the playbook calls an answer; undefined where it says nothing. Answers are names of people's making: `constructor` is one. */
export const labelOf = (question: Pick<Question, 'labels'> | undefined, answer: string): string | undefined =>
  question?.labels && Object.hasOwn(question.labels, answer) ? question.labels[answer] : undefined;

/** Where every seat must agree and one voice against it decides: the two answers. Null for the other kinds. */
export function agreement({ kind }: Pick<Question, 'kind'>): { yes: string; no: string } | null {
  switch (kind) {
    case 'approval':
      return { yes: 'approve', no: 'deny' };
    case 'task':
      return { yes: 'done', no: 'not-done' };
    case 'choice':
    case 'failure':
      return null;
    default:
      return kind satisfies never;
  }
}

/** A deny, a task that was not done, and every answer about a failed step but another try go on the timeline with a reason. */
export function needsReason(question: Question, answer: string): boolean {
  const two = agreement(question);
  return question.kind === 'failure' ? answer !== 'retry' : two !== null && answer !== two.yes;
}

/** Whether the question's form is filled in with this answer. */
export const hasForm = (question: Question, answer: string): boolean =>
  (question.form?.length ?? 0) > 0 && answer !== agreement(question)?.no && question.kind !== 'failure';

/** Roles among `held` that have a seat, or to which the question has been escalated. */
export function entitledRoles(question: Question, held: readonly string[], escalated: boolean): string[] {
  const seats = question.by.map((seat) => seat.role);
  if (escalated && question.escalate) seats.push(question.escalate.to);
  return seats.filter((role, i) => held.includes(role) && seats.indexOf(role) === i);
}

export type Tally = { approvals: { role: string; needed: number; have: string[] }[]; outcome: string | null };

/**
 * Counts votes, the latest of each human. One deny decides (any seat can stop a risky act); an approval needs every seat filled
 * by different people. Whoever the question was escalated to may fill any open seat, once it has been escalated.
 * Failure questions are decided by the first answer; own options by the first that every seat chose.
 */
export function tally(question: Question, votes: readonly Vote[], escalated: boolean): Tally {
  const latest: Vote[] = [];
  for (const vote of votes) {
    const before = latest.findIndex((other) => isSameHuman(other, vote));
    latest.splice(before < 0 ? latest.length : before, 1, vote);
  }
  const valid = latest.filter((vote) => canCount(question, vote, escalated));
  if (question.kind === 'failure') {
    const first = valid[0];
    return { approvals: [], outcome: first ? first.answer : null };
  }
  const two = agreement(question);
  if (two === null) return tallyChoice(question, valid, escalated);
  if (valid.some((vote) => vote.answer === two.no))
    return { approvals: seats(question, [], escalated), outcome: two.no };
  const approvals = seats(
    question,
    valid.filter((vote) => vote.answer === two.yes),
    escalated,
  );
  return { approvals, outcome: approvals.every((seat) => seat.have.length >= seat.needed) ? two.yes : null };
}

/** An option wins when every seat is filled by people who chose it. Shown until then: the option that is furthest. */
function tallyChoice(question: Question, votes: readonly Vote[], escalated: boolean): Tally {
  const filled = (approvals: Tally['approvals']) => approvals.reduce((sum, seat) => sum + seat.have.length, 0);
  let furthest = seats(question, [], escalated);
  for (const option of question.options) {
    const approvals = seats(
      question,
      votes.filter((vote) => vote.answer === option),
      escalated,
    );
    if (approvals.every((seat) => seat.have.length >= seat.needed)) return { approvals, outcome: option };
    if (filled(approvals) > filled(furthest)) furthest = approvals;
  }
  return { approvals: furthest, outcome: null };
}

function canCount(question: Question, vote: Vote, escalated: boolean): boolean {
  return !isExcluded(question, vote) && entitledRoles(question, vote.roles, escalated).length > 0;
}

/** Fills seats by bipartite matching, so that a person with two roles sits where they are needed. */
function seats(question: Question, approving: readonly Vote[], escalated: boolean): Tally['approvals'] {
  const chairs = question.by.flatMap((seat) => Array.from({ length: seat.count }, () => seat.role));
  const sitter: (Vote | undefined)[] = chairs.map(() => undefined);
  const fits = (vote: Vote, role: string) =>
    vote.roles.includes(role) ||
    (escalated && question.escalate !== undefined && vote.roles.includes(question.escalate.to));
  const place = (vote: Vote, seen: Set<number>): boolean => {
    for (const [i, role] of chairs.entries()) {
      if (seen.has(i) || !fits(vote, role)) continue;
      seen.add(i);
      const sitting = sitter[i];
      if (sitting === undefined || place(sitting, seen)) {
        sitter[i] = vote;
        return true;
      }
    }
    return false;
  };
  for (const vote of approving) place(vote, new Set());
  return question.by.map((seat) => ({
    role: seat.role,
    needed: seat.count,
    have: chairs.flatMap((role, i) => (role === seat.role && sitter[i] ? [sitter[i].person] : [])),
  }));
}

export function seatsInWords(by: readonly Seat[]): string {
  const parts = by.map((seat) =>
    seat.count > 1 ? `${seat.count} × ${roleInWords(seat.role)}` : roleInWords(seat.role),
  );
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '');
}

const ACRONYMS: Record<string, string> = {
  ml: 'ML',
  pr: 'PR',
  dpo: 'DPO',
  ciso: 'CISO',
  sre: 'SRE',
  it: 'IT',
  ai: 'AI',
};
/** `ml-on-call` → `ML on-call`. */
export function roleInWords(role: string): string {
  return role
    .split('-')
    .map((word) => ACRONYMS[word] ?? word)
    .join(' ')
    .replace(/\bon call\b/, 'on-call');
}
