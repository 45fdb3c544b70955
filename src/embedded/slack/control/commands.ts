import { z } from 'zod';
import { DISCONNECT_REASONS } from '../delivery/sockets.ts';

/** A user by id or name, a channel by id or `#name`. */
const user = z.string().min(1);
const channel = z.string().min(1);
const json = z.record(z.string(), z.unknown());
const times = z.int().min(1).max(10_000);

const place = {
  /** Where: the user's modal or Home; or the message `ts` of a channel, by default the last in it that has the action. */
  on: z.enum(['modal', 'home']).optional(),
  channel: channel.optional(),
  ts: z.string().optional(),
};
const element = { user, ...place, actionId: z.string().min(1), blockId: z.string().optional() };

const Person = z.strictObject({
  title: z.string().optional(),
  email: z.string().nullable().optional(),
  tz: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
});

const OutageMode = z.enum(['refuse', 'hang', '503']);
const Outage = z.strictObject({ kind: z.literal('outage'), mode: OutageMode });
const rateLimit = {
  method: z.string().nullable().default(null),
  channel: channel.nullable().default(null),
  retryAfterS: z.int().min(1).max(3_600).default(1),
  times: times.default(1),
};
const lostAnswers = { method: z.string().nullable().default(null), times: times.default(1) };
const Trouble = z.discriminatedUnion('kind', [
  Outage,
  z.strictObject({ kind: z.literal('rate-limit'), ...rateLimit }),
  z.strictObject({ kind: z.literal('lose-answers'), ...lostAnswers }),
]);

/** All that `POST /_control` takes. */
export const Command = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('click'),
    ...element,
    value: z.unknown().optional(),
    confirmed: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal('suggest'), ...element, typed: z.string().default('') }),
  z.strictObject({ do: z.literal('submit'), user, values: z.record(z.string(), json).default({}) }),
  z.strictObject({ do: z.literal('dismiss'), user, all: z.boolean().optional() }),
  z.strictObject({ do: z.literal('slash'), user, channel, command: z.string().min(1), text: z.string().default('') }),
  z.strictObject({
    do: z.literal('shortcut'),
    user,
    callbackId: z.string().min(1),
    message: z.strictObject({ channel, ts: z.string() }).optional(),
  }),
  z.strictObject({ do: z.literal('home'), user }),
  z.strictObject({ do: z.literal('event'), event: json }),
  z.strictObject({ do: z.literal('say'), user, channel, text: z.string().min(1), thread_ts: z.string().optional() }),
  z.strictObject({ do: z.literal('outage'), mode: OutageMode }),
  z.strictObject({ do: z.literal('rate-limit'), ...rateLimit }),
  z.strictObject({ do: z.literal('lose-answers'), ...lostAnswers }),
  /** Any of the three; null ends all of them. */
  z.strictObject({ do: z.literal('trouble'), trouble: Trouble.nullable() }),
  z.strictObject({ do: z.literal('drop-sockets') }),
  z.strictObject({ do: z.literal('disconnect-warning'), reason: z.enum(DISCONNECT_REASONS).default('warning') }),
  z.strictObject({ do: z.literal('redeliver'), last: z.int().min(1).max(200).default(1) }),
  z.strictObject({ do: z.literal('verify-url') }),
  z.strictObject({ do: z.literal('clock'), advanceMs: z.number().min(0).default(0) }),
  z.strictObject({ do: z.literal('add-user'), name: z.string().min(1), real_name: z.string().min(1), ...Person.shape }),
  z.strictObject({
    do: z.literal('change-user'),
    user,
    change: Person.extend({ real_name: z.string().min(1).optional() }),
  }),
  z.strictObject({
    do: z.literal('group'),
    /** By id or handle. */
    group: z.string().min(1),
    /** Makes it, if there is none yet. */
    name: z.string().min(1).optional(),
    users: z.array(user).optional(),
    disabled: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal('state'), channel: channel.optional(), user: user.optional() }),
  z.strictObject({ do: z.literal('reset') }),
]);
export type Command = z.infer<typeof Command>;

export const COMMANDS: readonly string[] = Command.options.map((option) => option.shape.do.value);
