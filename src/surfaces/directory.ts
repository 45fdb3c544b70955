import { contracts } from '../capabilities/contracts.ts';
import { bindingFor, type Inventory, peopleByRole, personById, systemSnapshot } from '../inventory/inventory.ts';
import { newcomerId, slackOf } from '../inventory/slack.ts';
import type { Directory, Person } from './ports.ts';

/**
 * The inventory as surfaces ask it. `inventory` is called each time: an edited file counts at once. `met`: names of people who are
 * in no inventory; they can sign in nowhere and hold nothing here.
 */
export function createDirectory(
  inventory: () => Inventory,
  met: () => ReadonlyMap<string, string> = () => new Map(),
  /** Users of Slack who were met as this person. */
  usersMetAs: (person: string) => readonly string[] = () => [],
): Directory {
  type Known = Record<'others' | 'names', ReadonlyMap<string, string>> & { people: readonly Person[] };
  let known: Known = { people: [], others: new Map(), names: new Map() };
  return {
    people: () => inventory().people,
    names() {
      const [people, others] = [inventory().people, met()];
      // Asked for every incident that is shown.
      if (people !== known.people || others !== known.others)
        known = { people, others, names: namesOf(people, others) };
      return known.names;
    },
    person: (id): Person | null => personById(inventory(), id),
    formerIds(id) {
      const named = slackOf(inventory()).users[id];
      const users = [...(named === undefined ? [] : [named]), ...usersMetAs(id)];
      return [...new Set(users.map(newcomerId))].filter((former) => former !== id);
    },
    timezone: () => inventory().organisation.timezone,
    roles: () => inventory().roles.map(({ id, title }) => ({ id, title })),
    systems: () => inventory().systems.flatMap(({ id }) => systemSnapshot(inventory(), id) ?? []),
    system: (id) => systemSnapshot(inventory(), id),
    simulated: (system) => isSimulated(inventory(), system),
  };
}

/** Members of Slack call themselves as they like: who has the name of somebody of the inventory is shown with their id. */
function namesOf(people: readonly Pick<Person, 'id' | 'name'>[], met: ReadonlyMap<string, string>) {
  const taken = new Set(people.map(({ name }) => sounds(name)));
  const others = [...met].map(([id, name]) => [id, taken.has(sounds(name)) ? `${name} (${id})` : name] as const);
  return new Map([...others, ...people.map(({ id, name }) => [id, name] as const)]);
}

const sounds = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** Nothing that this system (or any, for null) may use reaches the outside. */
function isSimulated(inventory: Inventory, system: string | null): boolean {
  const systems = system === null ? [null, ...inventory.systems.map(({ id }) => id)] : [system];
  const connectors = systems.flatMap((id) => Object.keys(contracts).map((name) => bindingFor(inventory, name, id)));
  return connectors.every((connector) => connector === null || connector === 'simulated');
}

/** Who is offered to a newcomer: the incident commander, an administrator among them first. */
export function localOperator(inventory: Inventory): Person | null {
  const commanders = peopleByRole(inventory, 'incident-commander');
  return commanders.find((person) => person.roles.includes('admin')) ?? commanders[0] ?? inventory.people[0] ?? null;
}
