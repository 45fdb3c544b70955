import type { SlackMember, SlackMembers } from '../surfaces/slack/ports.ts';

/** How people of Slack who are in no inventory are called: on timelines, whichever surface shows them and whoever met them. */
export type SlackNames = {
  names(): ReadonlyMap<string, string>;
  /** Reads whom other servers have met. */
  refresh(): Promise<void>;
  /** The store, with names known here as soon as they are kept. */
  members: SlackMembers;
};

export function createSlackNames(store: SlackMembers): SlackNames {
  let known = new Map<string, string>();
  const nameOf = ({ person, name }: Pick<SlackMember, 'person' | 'name'>) => [person, name] as const;
  return {
    names: () => known,
    async refresh() {
      known = new Map((await store.members()).map(nameOf));
    },
    members: {
      members: () => store.members(),
      member: (user) => store.member(user),
      async rememberMember(user, person, name) {
        await store.rememberMember(user, person, name);
        known = new Map([...known, nameOf({ person, name })]);
      },
    },
  };
}
