import type { SlackUser, SlackUserGroup, WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { idOf } from './ids.ts';
import { type Site, userOf } from './site.ts';

type People = Pick<WorkspaceState, 'users' | 'user' | 'groups' | 'addUser' | 'changeUser' | 'addGroup' | 'changeGroup'>;

export function peopleOf(site: Site): People {
  const { users, groups } = site.data;
  return {
    users: () => [...users.values()],
    user: (id) => users.get(id) ?? null,
    groups: () => [...groups.values()],
    addUser(given) {
      const user = newUser(site.team.id, given);
      if (users.has(user.id))
        throw new SlackError('already_exists', { details: [`there is a user ${user.id} already`] });
      users.set(user.id, user);
      site.tell({ kind: 'reset' });
      return user;
    },
    changeUser(id, change) {
      const user = { ...userOf(site, id), ...change, id };
      users.set(id, user);
      site.tell({ kind: 'reset' });
      return user;
    },
    addGroup(given) {
      const group = newGroup(site, given);
      if (groups.has(group.id))
        throw new SlackError('already_exists', { details: [`there is a group ${group.id} already`] });
      groups.set(group.id, group);
      site.tell({ kind: 'reset' });
      return group;
    },
    changeGroup(id, change) {
      const group = groups.get(id);
      if (!group) throw new SlackError('no_such_subteam', { details: [`no user group ${id} in this workspace`] });
      const changed = { ...group, ...change, id };
      for (const user of changed.users) userOf(site, user);
      groups.set(id, changed);
      site.tell({ kind: 'reset' });
      return changed;
    },
  };
}

export function newUser(team: string, given: Pick<SlackUser, 'name' | 'real_name'> & Partial<SlackUser>): SlackUser {
  return {
    team_id: team,
    email: null,
    title: '',
    tz: 'Europe/London',
    is_bot: false,
    deleted: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_stranger: false,
    ...given,
    id: given.id ?? idOf('U', given.name),
  };
}

/** Members may be given by id or by name. */
export function newGroup(
  site: Pick<Site, 'data'>,
  given: Pick<SlackUserGroup, 'handle' | 'name'> & Partial<SlackUserGroup>,
): SlackUserGroup {
  const members = (given.users ?? []).map((member) => {
    const user = site.data.users.get(member) ?? [...site.data.users.values()].find(({ name }) => name === member);
    if (!user) {
      throw new SlackError('user_not_found', { details: [`no user "${member}" for the group @${given.handle}`] });
    }
    return user.id;
  });
  return { disabled: false, ...given, id: given.id ?? idOf('S', given.handle), users: members };
}
