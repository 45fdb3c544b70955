import type { WebClient } from '@slack/web-api';
import { type Asked, createAsked, createBudget } from './asked.ts';

/** The user groups of the workspace: by id and by handle. */
export type Groups = { find(handleOrId: string): Group | null };
export type Group = { id: string; handle: string; users: ReadonlySet<string> };

/** All in one call: Slack allows some twenty of these a minute, and several roles may have groups. Disabled groups are left out. */
export function createGroups(client: WebClient, now: () => number): Asked<Groups> {
  return createAsked(async () => {
    const { usergroups = [] } = await client.usergroups.list({ include_users: true });
    return groupsOf(
      usergroups.flatMap(({ id, handle, users = [], date_delete }) =>
        id && !date_delete ? [{ id, handle: (handle ?? '').toLowerCase(), users: new Set(users) }] : [],
      ),
    );
  }, createBudget(now));
}

function groupsOf(groups: readonly Group[]): Groups {
  const byName = new Map(groups.flatMap((group) => [[group.id, group] as const, [group.handle, group] as const]));
  return {
    find(written) {
      const name = written.replace(/^@/, '');
      return byName.get(name) ?? byName.get(name.toLowerCase()) ?? null;
    },
  };
}
