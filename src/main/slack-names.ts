import type { SlackMember, SlackMembers } from '../surfaces/slack/ports.ts';

/** How people of Slack who are in no inventory are called: on timelines, whichever surface shows them and whoever met them. */
export type SlackNames = {
  names(): ReadonlyMap<string, string>;
  /** Users of Slack who are this person. */
  usersMetAs(person: string): string[];
  /** Reads whom other servers have met. */
  refresh(): Promise<void>;
  /** The store, with names known here as soon as they are kept. */
  members: SlackMembers;
};

export function createSlackNames(store: SlackMembers): SlackNames {
  let known = new Map<string, string>();
  let persons = new Map<string, string>();
  const nameOf = ({ person, name }: Pick<SlackMember, 'person' | 'name'>) => [person, name] as const;
  return {
    names: () => known,
    usersMetAs: (id) => [...persons].flatMap(([user, person]) => (person === id ? [user] : [])),
    async refresh() {
      const members = await store.members();
      known = new Map(members.map(nameOf));
      persons = new Map(members.map(({ user, person }) => [user, person]));
    },
    members: {
      members: () => store.members(),
      member: (user) => store.member(user),
      async rememberMember(user, person, name) {
        await store.rememberMember(user, person, name);
        known = new Map([...known, nameOf({ person, name })]);
        persons.set(user, person);
      },
    },
  };
}
