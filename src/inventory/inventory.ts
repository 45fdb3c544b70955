import { contracts } from '../capabilities/contracts.ts';
import type { SystemSnapshot } from '../incident/events.ts';
import { type Diagnostic, sortDiagnostics } from '../playbook/diagnostics.ts';
import { didYouMean } from '../playbook/names.ts';
import type { Surroundings } from '../playbook/surroundings.ts';
import { type Key, readYaml, type YamlSource } from '../playbook/yaml.ts';
import { validate } from '../playbook/zod-issues.ts';
import { type Bindings, type ConnectorName, InventorySource } from './schema.ts';
import { type SlackFacts, slackFacts, slackProblems } from './slack.ts';

export type InventoryPerson = { id: string; name: string; email: string | null; roles: string[] };
export type Role = { id: string; title: string; description: string | null };
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
};
export type Inventory = {
  organisation: { name: string; timezone: string; stakeholders: string[] };
  roles: Role[];
  people: InventoryPerson[];
  systems: AiSystem[];
  bindings: Bindings;
  slack: SlackFacts;
};

/** Reads and checks `tocsin.yaml`. Every problem is reported at once; `inventory` is null when there is an error. */
export function parseInventory(
  input: string | Uint8Array,
  file: string,
): { inventory: Inventory | null; diagnostics: Diagnostic[] } {
  const source = readYaml(input, file);
  const { value, diagnostics } = validate(InventorySource, source);
  if (!value) return { inventory: null, diagnostics: sortDiagnostics(diagnostics) };
  const found = [...references(value, source), ...bindingProblems(value, source), ...slackProblems(value, source)];
  return { inventory: found.length > 0 ? null : inventoryOf(value), diagnostics: sortDiagnostics(found) };
}

function inventoryOf(value: InventorySource): Inventory {
  return {
    organisation: value.organisation,
    roles: Object.entries(value.roles).map(([id, { title, description = null }]) => ({ id, title, description })),
    people: Object.entries(value.people).map(([id, { name, email = null, roles }]) => ({ id, name, email, roles })),
    systems: Object.entries(value.systems).map(([id, { model, 'data-classes': dataClasses, ...system }]) => ({
      id,
      ...system,
      dataClasses,
      model: { name: model.name, lastKnownGood: model['last-known-good'] ?? null, versions: model.versions ?? [] },
    })),
    bindings: value.bindings,
    slack: slackFacts(value),
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

function bindingProblems(value: InventorySource, source: YamlSource): Diagnostic[] {
  const found: Diagnostic[] = [];
  const known = Object.keys(contracts);
  const check = (bindings: Bindings, path: Key[]) => {
    for (const pattern of Object.keys(bindings)) {
      if (known.some((capability) => covers(pattern, capability))) continue;
      const suggestion = didYouMean(pattern, [...known, ...new Set(known.map((name) => `${name.split('.')[0]}.*`))]);
      found.push({
        ...source.place([...path, pattern], { key: true }),
        severity: 'error',
        code: 'unknown-capability',
        message: `unknown capability "${pattern}"`,
        ...(suggestion && { suggestion }),
      });
    }
  };
  check(value.bindings, ['bindings']);
  for (const [id, system] of Object.entries(value.systems)) check(system.bindings, ['systems', id, 'bindings']);
  return found;
}

const covers = (pattern: string, capability: string): boolean =>
  pattern === capability || (pattern.endsWith('.*') && capability.startsWith(pattern.slice(0, -1)));

const bound = (bindings: Bindings, capability: string): ConnectorName | null =>
  bindings[capability] ?? bindings[`${capability.split('.')[0]}.*`] ?? null;

/** Which connector serves this capability: the system's own binding, else the organisation's; null when nothing is bound. */
export function bindingFor(inventory: Inventory, capability: string, systemId: string | null): ConnectorName | null {
  const own = systemId === null ? undefined : inventory.systems.find((system) => system.id === systemId);
  return (own && bound(own.bindings, capability)) ?? bound(inventory.bindings, capability);
}

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
        { capabilities: names.filter((name) => bindingFor(inventory, name, system.id) !== null) },
      ]),
    ),
    organisation: names.filter((name) => bindingFor(inventory, name, null) !== null),
  };
}

/** The connectors that reach outside, as far as anything is bound to them. */
export function realConnectors({ bindings, systems }: Inventory): string[] {
  const bound = [bindings, ...systems.map((system) => system.bindings)].flatMap((one): string[] => Object.values(one));
  return [...new Set(bound)].filter((connector) => connector !== 'simulated').sort();
}

/** How many may hold a role. Whoever is in a Slack user group holds it as well, and how many those are only Slack knows. */
const holdersMax = (inventory: Inventory, role: string): number =>
  Object.hasOwn(inventory.slack.groups, role) ? Number.POSITIVE_INFINITY : peopleByRole(inventory, role).length;

/** The facts about a system that an incident keeps, as they were when it was opened. */
export function systemSnapshot(inventory: Inventory, id: string): SystemSnapshot | null {
  const system = inventory.systems.find((candidate) => candidate.id === id);
  if (!system) return null;
  const { name, tier, owner, jurisdictions, dataClasses, model } = system;
  return { id, name, tier, owner, jurisdictions, dataClasses, lastKnownGood: model.lastKnownGood };
}

export const personById = (inventory: Inventory, id: string): InventoryPerson | null =>
  inventory.people.find((person) => person.id === id) ?? null;

export const peopleByRole = (inventory: Inventory, role: string): InventoryPerson[] =>
  inventory.people.filter((person) => person.roles.includes(role));

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
