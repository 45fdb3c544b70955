import { z } from 'zod';
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
import { MANAGE_SCOPE, READ_SCOPE } from './kinds.ts';
import { showChannel } from './show.ts';
import { channelById, ownChannel } from './where.ts';

/** Who is in a conversation. */

const Channel = z.object({ channel: z.string() });

function join(call: Call): Answer {
  const { workspace } = call;
  const channel = channelById(call, argumentsOf(call, Channel).channel);
  if (channel.kind !== 'public') throw new SlackError('method_not_supported_for_channel_type');
  if (channel.is_archived) throw new SlackError('is_archived');
  if (channel.members.includes(workspace.app.botUser)) {
    const warning = 'already_in_channel';
    return { channel: showChannel(workspace, channel), warning, response_metadata: { warnings: [warning] } };
  }
  workspace.join(channel.id, workspace.app.botUser);
  return { channel: showChannel(workspace, channelById(call, channel.id)) };
}

const Invite = z.object({ channel: z.string(), users: names, force: flag.optional() });
const INVITED_MAX = 100;

/** All or nobody, unless forced: then whoever can be is invited. */
function invite(call: Call): Answer {
  const { channel: id, users, force } = argumentsOf(call, Invite);
  const channel = ownChannel(call, id);
  needScope(
    call,
    channel.kind === 'public' ? 'channels:manage' : 'groups:write',
    `${prefix(channel.kind)}:write.invites`,
  );
  if (channel.kind === 'im' || channel.kind === 'mpim') throw new SlackError('method_not_supported_for_channel_type');
  if (channel.is_archived) throw new SlackError('is_archived');
  if (users.length === 0) throw new SlackError('no_user');
  if (users.length > INVITED_MAX) throw new SlackError('too_many_users');
  const errors = users.flatMap((user) => {
    const error = cannotInvite(call, channel.members, user);
    return error === null ? [] : [{ user, ok: false, error }];
  });
  const [first] = errors;
  const refused = new Set(errors.map(({ user }) => user));
  if (first && (!force || refused.size === new Set(users).size))
    throw new SlackError(first.error, { fields: { errors } });
  for (const user of new Set(users)) if (!refused.has(user)) call.workspace.join(channel.id, user);
  const partly = errors.length > 0 ? { errors } : {};
  return { ...partly, channel: showChannel(call.workspace, channelById(call, channel.id)) };
}

function cannotInvite({ workspace }: Call, members: readonly string[], id: string): string | null {
  const user = workspace.user(id);
  if (!user) return 'user_not_found';
  if (id === workspace.app.botUser) return 'cant_invite_self';
  if (user.deleted) return 'cant_invite';
  if (user.is_ultra_restricted) return 'user_is_ultra_restricted';
  if (members.includes(id)) return 'already_in_channel';
  return null;
}

const prefix = (kind: string): string => (kind === 'public' ? 'channels' : 'groups');

const Kick = z.object({ channel: z.string(), user: z.string() });

function kick(call: Call): Answer {
  const { channel: id, user } = argumentsOf(call, Kick);
  const channel = ownChannel(call, id);
  needScope(call, MANAGE_SCOPE[channel.kind]);
  if (channel.kind === 'im' || channel.kind === 'mpim') throw new SlackError('method_not_supported_for_channel_type');
  if (!call.workspace.user(user)) throw new SlackError('user_not_found');
  if (user === call.workspace.app.botUser) throw new SlackError('cant_kick_self');
  if (channel.name === 'general') throw new SlackError('cant_kick_from_general');
  if (!channel.members.includes(user)) throw new SlackError('not_in_channel');
  call.workspace.leave(channel.id, user);
  return { errors: {} };
}

function list(call: Call): Answer {
  const { channel: id, cursor, limit } = argumentsOf(call, z.object({ ...pageArguments, channel: z.string() }));
  const channel = channelById(call, id);
  needScope(call, READ_SCOPE[channel.kind]);
  const all = channel.members.map((member) => ({ id: member }));
  const { items, next_cursor } = paged(all, cursor, limit ?? 100);
  return { members: items.map((member) => member.id), response_metadata: { next_cursor } };
}

const manages = { token: 'bot', scopes: Object.values(MANAGE_SCOPE) } as const;

export const memberMethods: Record<string, Method> = {
  'conversations.join': { token: 'bot', scopes: ['channels:join'], tier: 'tier3', run: join },
  'conversations.invite': { ...manages, tier: 'tier3', run: invite },
  'conversations.kick': { ...manages, tier: 'tier3', run: kick },
  'conversations.members': { token: 'bot', scopes: Object.values(READ_SCOPE), tier: 'tier4', run: list },
};
