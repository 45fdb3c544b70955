import { z } from 'zod';
import type { SlackChannel } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import {
  type Answer,
  argumentsOf,
  type Call,
  flag,
  type Method,
  names,
  needScope,
  pageArguments,
  paged,
} from './call.ts';
import { HISTORY_SCOPE, KIND_OF_TYPE, MANAGE_SCOPE, READ_SCOPE } from './kinds.ts';
import { showChannel, showMessage } from './show.ts';
import { channelById, ownChannel, visible } from './where.ts';

/** Conversations themselves; who is in them: `members.ts`. */

const Channel = z.object({ channel: z.string() });

const Create = z.object({ name: z.string(), is_private: flag.optional() });

function create(call: Call): Answer {
  const { name, is_private } = argumentsOf(call, Create);
  const kind = is_private ? 'private' : 'public';
  needScope(call, MANAGE_SCOPE[kind]);
  const channel = call.workspace.createChannel({ name, kind, creator: call.workspace.app.botUser });
  return { channel: showChannel(call.workspace, channel) };
}

const List = z.object({
  ...pageArguments,
  types: names.default(['public_channel']),
  exclude_archived: flag.optional(),
  user: z.string().optional(),
});

function list(call: Call): Answer {
  return listed(call, (channel) => visible(call, channel));
}

/** Of one person (by default the app): only those that the app can see too. */
function ofUser(call: Call): Answer {
  const user = argumentsOf(call, List).user ?? call.workspace.app.botUser;
  if (!call.workspace.user(user)) throw new SlackError('user_not_found');
  return listed(call, (channel) => visible(call, channel) && channel.members.includes(user));
}

function listed(call: Call, shown: (channel: SlackChannel) => boolean): Answer {
  const { types, exclude_archived, cursor, limit } = argumentsOf(call, List);
  const kinds = types.map((type) => {
    const kind = KIND_OF_TYPE[type];
    if (!kind) throw new SlackError('invalid_types');
    needScope(call, READ_SCOPE[kind]);
    return kind;
  });
  const found = call.workspace
    .channels()
    .filter((channel) => kinds.includes(channel.kind) && shown(channel) && !(exclude_archived && channel.is_archived));
  const { items, next_cursor } = paged(found, cursor, limit ?? 100);
  return {
    channels: items.map((channel) => showChannel(call.workspace, channel)),
    response_metadata: { next_cursor },
  };
}

function info(call: Call): Answer {
  const channel = channelById(call, argumentsOf(call, Channel).channel);
  needScope(call, READ_SCOPE[channel.kind]);
  return { channel: showChannel(call.workspace, channel) };
}

const Open = z.object({ users: names.optional(), channel: z.string().optional(), return_im: flag.optional() });
const MPIM_PEOPLE_MAX = 8;

function open(call: Call): Answer {
  const { users = [], channel: id, return_im } = argumentsOf(call, Open);
  if (id !== undefined) return opened(call, channelById(call, id), true, return_im);
  if (users.length === 0) throw new SlackError('users_list_not_supplied');
  if (users.length > MPIM_PEOPLE_MAX) throw new SlackError('too_many_users');
  needScope(call, MANAGE_SCOPE[users.length === 1 ? 'im' : 'mpim']);
  for (const id of users) {
    const user = call.workspace.user(id);
    if (!user) throw new SlackError('user_not_found');
    if (user.is_bot) throw new SlackError('cannot_dm_bot');
    if (user.deleted) throw new SlackError('user_disabled');
  }
  const before = new Set(call.workspace.channels().map((channel) => channel.id));
  const channel = call.workspace.openConversation(users);
  return opened(call, channel, before.has(channel.id), return_im);
}

function opened(call: Call, channel: SlackChannel, already: boolean, whole = false): Answer {
  const known = already ? { no_op: true, already_open: true } : {};
  return { ...known, channel: whole ? showChannel(call.workspace, channel) : { id: channel.id } };
}

/** A channel that the app is in and may manage. */
function managed(call: Call, id: string): SlackChannel {
  const channel = channelById(call, id);
  needScope(call, MANAGE_SCOPE[channel.kind]);
  if (channel.kind === 'im') throw new SlackError('method_not_supported_for_channel_type');
  return ownChannel(call, id);
}

function setTopic(call: Call): Answer {
  const { channel: id, topic } = argumentsOf(call, z.object({ channel: z.string(), topic: z.string() }));
  return reworded(call, id, { topic });
}

function setPurpose(call: Call): Answer {
  const { channel: id, purpose } = argumentsOf(call, z.object({ channel: z.string(), purpose: z.string() }));
  return reworded(call, id, { purpose });
}

function rename(call: Call): Answer {
  const { channel: id, name } = argumentsOf(call, z.object({ channel: z.string(), name: z.string() }));
  return reworded(call, id, { name });
}

function reworded(call: Call, id: string, change: { topic?: string; purpose?: string; name?: string }): Answer {
  const channel = managed(call, id);
  if (channel.is_archived) throw new SlackError('is_archived');
  return { channel: showChannel(call.workspace, call.workspace.changeChannel(channel.id, change)) };
}

function archive(call: Call): Answer {
  const channel = managed(call, argumentsOf(call, Channel).channel);
  if (channel.is_archived) throw new SlackError('already_archived');
  if (channel.name === 'general') throw new SlackError('cant_archive_general');
  call.workspace.changeChannel(channel.id, { is_archived: true });
  return {};
}

function unarchive(call: Call): Answer {
  const channel = managed(call, argumentsOf(call, Channel).channel);
  if (!channel.is_archived) throw new SlackError('not_archived');
  call.workspace.changeChannel(channel.id, { is_archived: false });
  return {};
}

const History = z.object({
  ...pageArguments,
  channel: z.string(),
  ts: z.string().optional(),
  oldest: z.coerce.number().default(0),
  latest: z.coerce.number().default(Number.POSITIVE_INFINITY),
  inclusive: flag.default(false),
});

/** Newest first, as Slack has it; ephemeral messages are in no history. */
function history(call: Call): Answer {
  const { channel: id, ...args } = argumentsOf(call, History);
  const messages = readable(call, id, null).reverse();
  return pageOfMessages(call, messages, args);
}

function replies(call: Call): Answer {
  const { channel: id, ts, ...args } = argumentsOf(call, History.extend({ ts: z.string() }));
  const parent = readable(call, id, null).find((message) => message.ts === ts);
  if (!parent) throw new SlackError('thread_not_found');
  return pageOfMessages(call, [parent, ...readable(call, id, ts)], args);
}

function readable(call: Call, id: string, thread: string | null) {
  const channel = channelById(call, id);
  needScope(call, HISTORY_SCOPE[channel.kind]);
  ownChannel(call, id);
  return call.workspace.messages(id, thread).filter(({ ephemeralTo }) => ephemeralTo === undefined);
}

function pageOfMessages(
  call: Call,
  messages: ReturnType<typeof readable>,
  { oldest, latest, inclusive, cursor, limit }: Omit<z.output<typeof History>, 'channel' | 'ts'>,
): Answer {
  const between = messages.filter(({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
  const named = between.map((message) => ({ id: message.ts, message }));
  const { items, next_cursor } = paged(named, cursor, limit ?? 100);
  return {
    messages: items.map(({ message }) => showMessage(call.workspace, message)),
    has_more: next_cursor !== '',
    response_metadata: { next_cursor },
  };
}

const reads = { token: 'bot', scopes: Object.values(READ_SCOPE) } as const;
const manages = { token: 'bot', scopes: Object.values(MANAGE_SCOPE), tier: 'tier2' } as const;
const looksBack = { token: 'bot', scopes: Object.values(HISTORY_SCOPE), tier: 'tier3' } as const;

export const conversationMethods: Record<string, Method> = {
  'conversations.create': { ...manages, run: create },
  'conversations.list': { ...reads, tier: 'tier2', run: list },
  'users.conversations': { ...reads, tier: 'tier3', run: ofUser },
  'conversations.info': { ...reads, tier: 'tier3', run: info },
  'conversations.open': { ...manages, tier: 'tier3', run: open },
  'conversations.setTopic': { ...manages, run: setTopic },
  'conversations.setPurpose': { ...manages, run: setPurpose },
  'conversations.rename': { ...manages, run: rename },
  'conversations.archive': { ...manages, run: archive },
  'conversations.unarchive': { ...manages, run: unarchive },
  'conversations.history': { ...looksBack, run: history },
  'conversations.replies': { ...looksBack, run: replies },
};
