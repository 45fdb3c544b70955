import { contracts } from '../../capabilities/contracts.ts';
import type { Opening } from '../../engine/perform.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import { namesFor, sentence } from '../../incident/wording.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import type { Diagnostic } from '../../playbook/diagnostics.ts';
import { holdsFor } from '../../playbook/opening.ts';
import { everyPlanStep, type Plan } from '../../playbook/plan.ts';
import { compare, type Mismatch } from '../../simulator/trial/compare.ts';
import { type Coverage, coverageOf } from '../../simulator/trial/coverage.ts';
import { givenTo, type Played, playScenario, startOf } from '../../simulator/trial/play.ts';
import { type Cast, readScenarios } from '../../simulator/trial/read.ts';
import type { Given, Scenario, ScenarioFile } from '../../simulator/trial/scenario.ts';
import { Problem } from '../problem.ts';
import { openingOf } from './opening.ts';

export type TimelineLine = { seq: number; afterMs: number; text: string };
export type Failure = Omit<Mismatch, 'seq'> & { timeline: TimelineLine[] };
export type ScenarioResult = {
  scenario: string;
  title: string | null;
  ok: boolean;
  events: number;
  failures: Failure[];
};
export type Trial = { diagnostics: Diagnostic[]; scenarios: ScenarioResult[]; coverage: Coverage };

/** Plays every scenario of a file. Diagnostics: the file itself is wrong, and nothing was played. */
export async function tryScenarios(text: string, file: string, plan: Plan, inventory: Inventory): Promise<Trial> {
  const cast = castOf(inventory, plan);
  const { file: source, diagnostics } = readScenarios(text, file, plan, cast);
  if (!source) return { diagnostics, scenarios: [], coverage: coverageOf(plan, []) };
  const scenarios: ScenarioResult[] = [];
  const runs: NumberedEvent[][] = [];
  for (const [name, scenario] of Object.entries(source.scenarios)) {
    const { failures, events } = await tryOne(plan, source, scenario, inventory, cast);
    runs.push(events);
    const title = scenario.title ?? null;
    scenarios.push({ scenario: name, title, ok: failures.length === 0, events: events.length, failures });
  }
  return { diagnostics: [], scenarios, coverage: coverageOf(plan, runs) };
}

type Tried = { failures: Failure[]; events: NumberedEvent[] };

async function tryOne(
  plan: Plan,
  file: ScenarioFile,
  scenario: Scenario,
  inventory: Inventory,
  cast: Cast,
): Promise<Tried> {
  const given = givenTo(file, scenario);
  const opened = await openedBy(plan, given, inventory);
  const opens = scenario.expect.opens ?? true;
  if ('refused' in opened)
    return { failures: opens ? [plainFailure('that it opens', opened.refused)] : [], events: [] };
  if (!opens) return { failures: [plainFailure('that it does not open', 'it opened')], events: [] };
  const played = await playScenario(plan, scenario, given, opened.opening, cast);
  const failures = compare(scenario.expect, played).map(({ seq, ...mismatch }) => ({
    ...mismatch,
    timeline: linesAround(played, seq, inventory),
  }));
  return { failures, events: played.events };
}

const plainFailure = (expected: string, seen: string): Failure => ({ expected, seen, timeline: [] });

async function openedBy(
  plan: Plan,
  given: Given,
  inventory: Inventory,
): Promise<{ opening: Opening } | { refused: string }> {
  const { alert = null, inputs = {}, requester = null, severity = null } = given;
  if (alert && plan.opensOn !== null && !holdsFor(() => undefined, plan, plan.opensOn, alert))
    return { refused: `the alert does not hold for ${plan.opensOn}` };
  // Whom an alert is about, it says itself.
  const system = alert ? null : (given.system ?? inventory.systems[0]?.id ?? null);
  try {
    return {
      opening: await openingOf(inventory, plan, { system, alert, inputs, requester, severity }, startOf(given)),
    };
  } catch (error) {
    if (error instanceof Problem) return { refused: error.message };
    throw error;
  }
}

export function castOf(inventory: Inventory, plan: Plan): Cast {
  return {
    people: [...inventory.people, ...membersOfGroups(inventory, plan)],
    systems: Object.fromEntries(
      inventory.systems.map(({ id, model: { versions, lastKnownGood } }) => [id, { versions, lastKnownGood }]),
    ),
    roles: inventory.roles.map(({ id }) => id),
    contacts: inventory.contacts.map(({ id }) => id),
    capabilities: Object.keys(contracts),
    calendar: inventory.calendar ?? null,
  };
}

/** Who is in a group of Slack only Slack knows: as many members as a question needs stand in for them. */
function membersOfGroups({ people, slack }: Inventory, plan: Plan): Cast['people'][number][] {
  const seats = [...everyPlanStep(plan)].flatMap((step) => (step.kind === 'ask' ? step.by : []));
  return Object.keys(slack.groups).flatMap((role) => {
    const needed = Math.max(1, ...seats.filter((seat) => seat.role === role).map(({ count }) => count));
    const missing = needed - people.filter(({ roles }) => roles.includes(role)).length;
    return Array.from({ length: Math.max(0, missing) }, (_, i) => ({ id: `${role}-member-${i + 1}`, roles: [role] }));
  });
}

const BEFORE = 3;
const AFTER = 2;

/** What happened around that event, as the timeline says it. */
function linesAround(
  { events, plan, view, openedAt }: Played,
  seq: number | null,
  { people }: Inventory,
): TimelineLine[] {
  if (seq === null) return [];
  const names = namesFor(new Map(people.map(({ id, name }) => [id, name])), view, everyPlanStep(plan));
  return events
    .filter((event) => event.seq >= seq - BEFORE && event.seq <= seq + AFTER)
    .map((event) => {
      const { text, note } = sentence(event, names);
      return { seq: event.seq, afterMs: event.at - openedAt, text: note === undefined ? text : `${text}: ${note}` };
    });
}
