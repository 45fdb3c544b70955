import type { BusinessCalendar } from '../capabilities/business-time.ts';
import { CALENDAR } from '../capabilities/calendar.ts';
import { contracts } from '../capabilities/contracts.ts';
import type { SystemSnapshot } from '../incident/events.ts';
import { type Diagnostic, sortDiagnostics } from '../playbook/diagnostics.ts';
import { didYouMean } from '../playbook/names.ts';
import type { Surroundings } from '../playbook/surroundings.ts';
import { type Key, readYaml, type YamlSource } from '../playbook/yaml.ts';
import { validate } from '../playbook/zod-issues.ts';
import { bindingProblems, connectionProblems } from './bound.ts';
import type { Connection } from './connections.ts';
import { type DrillSchedule, drillProblems, drillSchedules } from './drills.ts';
import { type Bindings, InventorySource, SIMULATED } from './schema.ts';
import { type Checks, checksOf, type Serving, servingOf } from './serving.ts';
import { type SlackFacts, slackFacts, slackProblems } from './slack.ts';
import type { Tracker } from './tracker.ts';

export type InventoryPerson = { id: string; name: string; email: string | null; roles: string[] };
export type Role = { id: string; title: string; description: string | null };
/** Somebody outside the organisation to whom notices go. */
export type Contact = { id: string; name: string; email: string };
export type AiSystem = {
  id: string;
  name: string;
  tier: SystemSnapshot['tier'];
  owner: string;
  model: { name: string; lastKnownGood: string | null; versions: string[] };
  dataClasses: string[];
  jurisdictions: string[];
  dependants: string[];
  bindings: Bindings;
  /** How it is served, where its connections are real. */
  serving: Serving | null;
  checks: Checks;
};
export type Inventory = {
  organisation: { name: string; timezone: string; stakeholders: string[] };
  roles: Role[];
  people: InventoryPerson[];
  contacts: Contact[];
  systems: AiSystem[];
  connections: Readonly<Record<string, Connection>>;
  bindings: Bindings;
  /** Connections through which people are paged. */
  paging: string[];
  /** When people work; null where the inventory does not say it. Absent: as null. */
  calendar?: BusinessCalendar | null;
  slack: SlackFacts;
  /** The connection through which players get the mails of a drill. Absent: they get none. */
  drillMail?: string | undefined;
  /** Drills that come round by themselves. Absent: none. */
  drillSchedules?: readonly DrillSchedule[];
  /** Where improvement items stand as well. Absent: nowhere. */
  tracker?: Tracker | undefined;
};

/** Reads and checks `tocsin.yaml`. Every problem is reported at once; `inventory` is null when there is an error. */
export function parseInventory(
  input: string | Uint8Array,
  file: string,
): { inventory: Inventory | null; diagnostics: Diagnostic[] } {
  const source = readYaml(input, file);
  const { value, diagnostics } = validate(InventorySource, source);
  if (!value) return { inventory: null, diagnostics: sortDiagnostics(diagnostics) };
  const found = [
    ...references(value, source),
    ...bindingProblems(value, source),
    ...connectionProblems(value, source),
    ...slackProblems(value, source),
    ...drillProblems(value, source),
  ];
  return { inventory: found.length > 0 ? null : inventoryOf(value), diagnostics: sortDiagnostics(found) };
}

function inventoryOf(value: InventorySource): Inventory {
  return {
    organisation: value.organisation,
    roles: Object.entries(value.roles).map(([id, { title, description = null }]) => ({ id, title, description })),
    people: Object.entries(value.people).map(([id, { name, email = null, roles }]) => ({ id, name, email, roles })),
    contacts: Object.entries(value.contacts).map(([id, contact]) => ({ id, ...contact })),
    systems: Object.entries(value.systems).map(([id, { model, 'data-classes': dataClasses, ...system }]) => ({
      id,
      ...system,
      dataClasses,
      serving: servingOf(system.serving),
      checks: checksOf(system.checks),
      model: { name: model.name, lastKnownGood: model['last-known-good'] ?? null, versions: model.versions ?? [] },
    })),
    connections: value.connections,
    bindings: value.bindings,
    paging: value.paging,
    calendar: value.calendar ?? null,
    slack: slackFacts(value),
    drillMail: value.drills.mail,
    drillSchedules: drillSchedules(value),
    tracker: value.improvements.tracker,
  };
}

function references(value: InventorySource, source: YamlSource): Diagnostic[] {
  const found: Diagnostic[] = [];
  const roles = Object.keys(value.roles);
  const people = Object.keys(value.people);
  const systems = Object.keys(value.systems);
  const expect = (name: string, known: string[], what: string, path: Key[]) => {
    if (known.includes(name)) return;
    const suggestion = didYouMean(name, known);
    found.push({
      ...source.place(path),
      severity: 'error',
      code: 'unknown-name',
      message: `unknown ${what} "${name}"`,
      ...(suggestion && { suggestion }),
    });
  };
  for (const [id, person] of Object.entries(value.people))
    for (const [i, role] of person.roles.entries()) expect(role, roles, 'role', ['people', id, 'roles', i]);
  for (const [i, name] of value.organisation.stakeholders.entries())
    expect(name, [...roles, ...people], 'role or person', ['organisation', 'stakeholders', i]);
  for (const [id, system] of Object.entries(value.systems)) {
    expect(system.owner, [...roles, ...people], 'role or person', ['systems', id, 'owner']);
    for (const [i, other] of system.dependants.entries())
      expect(other, systems, 'system', ['systems', id, 'dependants', i]);
    const { versions, 'last-known-good': good } = system.model;
    if (versions && good !== undefined && !versions.includes(good))
      expect(good, versions, 'version', ['systems', id, 'model', 'last-known-good']);
  }
  for (const id of Object.keys(value.contacts))
    if (roles.includes(id) || people.includes(id) || id === 'stakeholders')
      found.push({
        ...source.place(['contacts', id], { key: true }),
        severity: 'error',
        code: 'name-twice',
        message: `"${id}" means people of the organisation as well; give the contact another name`,
      });
  // A person and a role of one name would make `owner` and `stakeholders` ambiguous.
  for (const id of people)
    if (roles.includes(id))
      found.push({
        ...source.place(['people', id], { key: true }),
        severity: 'error',
        code: 'name-twice',
        message: `"${id}" is a role as well; give the person another id`,
      });
  return found;
}

const bound = (bindings: Bindings, capability: string): string | null =>
  bindings[capability] ?? bindings[`${capability.split('.')[0]}.*`] ?? null;

/** What serves this capability, a connection or `simulated`: the system's own binding, else the organisation's; null when nothing does. */
export function bindingFor(inventory: Inventory, capability: string, systemId: string | null): string | null {
  const own = systemId === null ? undefined : inventory.systems.find((system) => system.id === systemId);
  return (own && bound(own.bindings, capability)) ?? bound(inventory.bindings, capability);
}

/** Whether something answers this capability. The calendar is the inventory's own: nothing is bound to it. */
const isServed = (inventory: Inventory, capability: string, systemId: string | null): boolean =>
  capability === CALENDAR ? Boolean(inventory.calendar) : bindingFor(inventory, capability, systemId) !== null;

/** What the checker must know of the world. */
export function surroundingsOf(inventory: Inventory): Surroundings {
  const names = Object.keys(contracts);
  return {
    contracts,
    roles: Object.fromEntries(
      inventory.roles
        .map((role) => [role.id, holdersMax(inventory, role.id)] as const)
        .filter(([, count]) => count > 0),
    ),
    systems: Object.fromEntries(
      inventory.systems.map((system) => [
        system.id,
        { capabilities: names.filter((name) => isServed(inventory, name, system.id)) },
      ]),
    ),
    organisation: names.filter((name) => isServed(inventory, name, null)),
  };
}

/** The connections that reach outside, as far as anything uses them. */
export function realConnections({ bindings, systems, paging, tracker }: Inventory): string[] {
  const bound = [bindings, ...systems.map((system) => system.bindings)].flatMap((one) => Object.values(one));
  const asked = systems.flatMap(({ serving }) => (serving?.askThrough ? [serving.askThrough] : []));
  const tracked = tracker === undefined ? [] : ['improvements.tracker'];
  return [...new Set([...bound, ...asked, ...paging, ...tracked])].filter((name) => name !== SIMULATED).sort();
}

/** How many may hold a role. Whoever is in a Slack user group holds it as well, and how many those are only Slack knows. */
const holdersMax = (inventory: Inventory, role: string): number =>
  Object.hasOwn(inventory.slack.groups, role) ? Number.POSITIVE_INFINITY : peopleByRole(inventory, role).length;

/** The facts about a system that an incident keeps, as they were when it was opened. */
export function systemSnapshot(inventory: Inventory, id: string): SystemSnapshot | null {
  const system = inventory.systems.find((candidate) => candidate.id === id);
  if (!system) return null;
  const { name, tier, owner, jurisdictions, dataClasses, model, dependants } = system;
  const relying = dependants.map((one) => inventory.systems.find((other) => other.id === one)?.name ?? one);
  return {
    id,
    name,
    tier,
    owner,
    jurisdictions,
    dataClasses,
    lastKnownGood: model.lastKnownGood,
    dependants: relying,
  };
}

/** The system with this id, else the only one whose registered model has this name; null when there is none. */
export function systemNamed({ systems }: Inventory, name: string): AiSystem | null {
  const byModel = systems.filter(({ model }) => model.name === name);
  return systems.find(({ id }) => id === name) ?? (byModel.length === 1 ? (byModel[0] ?? null) : null);
}

export const personById = (inventory: Inventory, id: string): InventoryPerson | null =>
  inventory.people.find((person) => person.id === id) ?? null;

export const peopleByRole = (inventory: Inventory, role: string): InventoryPerson[] =>
  inventory.people.filter((person) => person.roles.includes(role));

/** The mail addresses meant by a role, a person's id, `stakeholders` or a contact; null when the name means nobody known. */
export function addressesMeantBy(inventory: Inventory, to: string): string[] | null {
  const contact = inventory.contacts.find(({ id }) => id === to);
  if (contact) return [contact.email];
  return peopleMeantBy(inventory, to)?.flatMap(({ email }) => (email === null ? [] : [email])) ?? null;
}

/** Who is meant by a role, a person's id or `stakeholders`; null when the name means nobody known. */
export function peopleMeantBy(inventory: Inventory, to: string): InventoryPerson[] | null {
  if (to === 'stakeholders') {
    const named = inventory.organisation.stakeholders.flatMap((name) => peopleMeantBy(inventory, name) ?? []);
    return [...new Set(named)];
  }
  if (inventory.roles.some((role) => role.id === to)) return peopleByRole(inventory, to);
  const person = personById(inventory, to);
  return person ? [person] : null;
}
