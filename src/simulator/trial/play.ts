import type { Opening } from '../../engine/perform.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import { moment } from '../../incident/moment.ts';
import { planPath } from '../../incident/step-path.ts';
import { emptyView, evolve, type IncidentView, type StepStatus } from '../../incident/view.ts';
import { milliseconds } from '../../playbook/duration.ts';
import type { Plan } from '../../playbook/plan.ts';
import { TROUBLED } from '../core/around.ts';
import { rehearse } from '../core/rehearse.ts';
import { newWorld, type SimulatedSystem, type World } from '../core/world.ts';
import { type Refused, ScenarioPlayers } from './players.ts';
import type { Cast } from './read.ts';
import type { Fault, Given, Scenario, ScenarioFile } from './scenario.ts';
import { StepNames } from './step-names.ts';

/** One scenario that has been played. */
export type Played = {
  plan: Plan;
  steps: StepNames;
  system: string;
  openedAt: number;
  events: NumberedEvent[];
  world: World;
  view: IncidentView;
  /** What each step has been, by its path in the plan. */
  been: ReadonlyMap<string, ReadonlySet<StepStatus>>;
  refused: readonly Refused[];
};

/** What the file gives to all scenarios, and what this one adds or says otherwise. */
export function givenTo(file: ScenarioFile, scenario: Scenario): Given {
  const [all, own] = [file.given ?? {}, scenario.given ?? {}];
  const around = { ...all.world?.around, ...own.world?.around };
  return {
    ...all,
    ...own,
    inputs: { ...all.inputs, ...own.inputs },
    world: { ...all.world, ...own.world, around },
    faults: [...(all.faults ?? []), ...(own.faults ?? [])],
  };
}

const OPENED_AT = Date.UTC(2026, 10, 22, 3, 0);
const REACTION_MS = 60_000;
const OFTEN = 1;

export const startOf = ({ at }: Given): number => (at === undefined ? null : moment(at)) ?? OPENED_AT;

/** Plays a scenario in virtual time, on the simulated world. */
export async function playScenario(
  plan: Plan,
  scenario: Scenario,
  given: Given,
  opening: Opening,
  cast: Cast,
): Promise<Played> {
  const steps = new StepNames(plan);
  const system = given.system ?? opening.system?.id ?? Object.keys(cast.systems)[0] ?? '';
  const refused: Refused[] = [];
  const { people } = cast;
  const reactionMs = given.reaction === undefined ? REACTION_MS : milliseconds(given.reaction);
  let everybody: ScenarioPlayers | null = null;
  const first = worldOf(cast, system, given, steps);
  const { events, world } = await rehearse({
    plan,
    opening,
    world: first,
    bots: [],
    players: (ground) => (everybody = new ScenarioPlayers({ scenario, steps, people, reactionMs, refused }, ground)),
    startAt: startOf(given),
  });
  const unused = [...((everybody as ScenarioPlayers | null)?.unsaid() ?? []), ...unstruck(first, world)];
  const { view, been } = folded(events);
  return { plan, steps, system, openedAt: startOf(given), events, world, view, been, refused: [...refused, ...unused] };
}

/** A fault that befell nothing: the scenario does not try what it says. */
const unstruck = (before: World, after: World): Refused[] =>
  before.faults.flatMap(({ capability, path = '', times }, i) =>
    after.faults[i]?.times === times ? [{ path, message: `nothing used ${capability}, which was not to work` }] : [],
  );

function folded(events: readonly NumberedEvent[]) {
  const view = emptyView();
  const been = new Map<string, Set<StepStatus>>();
  for (const event of events) {
    evolve(view, event);
    const status = view.steps[event.path]?.status;
    if (status === undefined) continue;
    const path = planPath(event.path);
    been.set(path, (been.get(path) ?? new Set()).add(status));
  }
  return { view, been };
}

/** Its newest version serves and is bad, the last known good one is good, and there is something to find all around it. */
function worldOf({ systems, calendar }: Cast, system: string, given: Given, steps: StepNames): World {
  const usual = Object.entries(systems).map(([id, facts]) => [id, troubled(facts)] as const);
  const world = newWorld(Object.fromEntries(usual));
  const now = world.systems[system];
  const { around, ...model } = given.world ?? {};
  if (now)
    world.systems[system] = {
      ...now,
      ...withoutBlanks(model),
      around: { ...TROUBLED, ...withoutBlanks(around ?? {}) },
    };
  const faults = (given.faults ?? []).map((fault) => faultOf(fault, steps));
  return { ...world, faults, ...(calendar && { calendar }) };
}

function troubled({ versions, lastKnownGood }: Cast['systems'][string]): SimulatedSystem {
  const good = lastKnownGood ?? 'good';
  const known = [...new Set([good, ...versions])];
  // One that knows no other version than the good one has been given a bad one.
  const serving = known.filter((version) => version !== good).at(-1) ?? `${good}-changed`;
  const facts = [...known, serving].map((version) => {
    const well = version !== serving;
    return [version, { signatureValid: well, passesValidation: well }] as const;
  });
  return {
    versions: Object.fromEntries(facts),
    serving,
    lastKnownGood: good,
    traffic: 'serving',
    around: TROUBLED,
  };
}

const faultOf = ({ act, does, step, times = OFTEN, passing = false, message }: Fault, steps: StepNames) => ({
  capability: act,
  system: null,
  ...(step !== undefined && { path: steps.path(step) }),
  times,
  kind: does === 'fails' ? ('error' as const) : ('lie' as const),
  retryable: passing,
  message: message ?? `${act} does not work.`,
});

/** Keys that are there with no value would hide what they stand for. */
const withoutBlanks = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
