import { z } from 'zod';
import type { SlackUser } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, flag, type Method, pageArguments, paged } from './call.ts';
import { showGroup, showUser } from './show.ts';

const User = z.object({ user: z.string() });

function userAt(call: Call): SlackUser {
  const user = call.workspace.user(argumentsOf(call, User).user);
  if (!user) throw new SlackError('user_not_found');
  return user;
}

function list(call: Call): Answer {
  const { cursor, limit } = argumentsOf(call, z.object(pageArguments));
  const { items, next_cursor } = paged(call.workspace.users(), cursor, limit);
  return {
    members: items.map((user) => showUser(call.workspace, user)),
    cache_ts: Math.floor(call.workspace.clock.now() / 1000),
    response_metadata: { next_cursor },
  };
}

function lookupByEmail(call: Call): Answer {
  const { email } = argumentsOf(call, z.object({ email: z.string() }));
  const wanted = email.toLowerCase();
  const user = call.workspace.users().find((candidate) => candidate.email?.toLowerCase() === wanted);
  // People who left are not found by their address.
  if (!user || user.deleted) throw new SlackError('users_not_found');
  return { user: showUser(call.workspace, user) };
}

function presence(call: Call): Answer {
  const { deleted } = userAt(call);
  return { presence: deleted ? 'away' : 'active' };
}

export const userMethods: Record<string, Method> = {
  'users.list': { token: 'bot', scopes: ['users:read'], tier: 'tier2', run: list },
  'users.info': {
    token: 'bot',
    scopes: ['users:read'],
    tier: 'tier4',
    run: (call) => ({ user: showUser(call.workspace, userAt(call)) }),
  },
  'users.lookupByEmail': { token: 'bot', scopes: ['users:read.email'], tier: 'tier3', run: lookupByEmail },
  'users.getPresence': { token: 'bot', scopes: ['users:read'], tier: 'tier3', run: presence },
};

const Groups = z.object({ include_users: flag.optional(), include_disabled: flag.optional() });

function groups(call: Call): Answer {
  const { include_users = false, include_disabled = false } = argumentsOf(call, Groups);
  const shown = call.workspace.groups().filter(({ disabled }) => include_disabled || !disabled);
  return { usergroups: shown.map((group) => showGroup(call.workspace, group, include_users)) };
}

function groupUsers(call: Call): Answer {
  const { usergroup, include_disabled = false } = argumentsOf(
    call,
    z.object({ usergroup: z.string(), include_disabled: flag.optional() }),
  );
  const group = call.workspace.groups().find(({ id }) => id === usergroup);
  if (!group || (group.disabled && !include_disabled)) throw new SlackError('no_such_subteam');
  return { users: group.users };
}

const readsGroups = { token: 'bot', scopes: ['usergroups:read'], tier: 'tier2' } as const;

export const groupMethods: Record<string, Method> = {
  'usergroups.list': { ...readsGroups, run: groups },
  'usergroups.users.list': { ...readsGroups, run: groupUsers },
};
