import { z } from 'zod';
import type { NumberedEvent } from '../../incident/events.ts';
import { planNumber, planPath } from '../../incident/step-path.ts';
import { everyPlanStep, type Plan, type Step } from '../../playbook/plan.ts';
import { castOf, decisionsOf } from './causes.ts';
import { Advice, nextOf } from './next-drills.ts';
import { upToEndex } from './score-of.ts';

/** What there is to be drilled. */
export type Known = {
  /** Epoch ms, on the wall. */
  now: number;
  playbooks: readonly { plan: Plan; publishedAt: number }[];
  roles: readonly { id: string; title: string }[];
  people: readonly { id: string; name: string }[];
  systems: readonly { id: string; name: string }[];
  simulations: readonly Offered[];
};
export type Offered = {
  simulation: string;
  title: string;
  playbook: string;
  references: readonly string[];
  seats: readonly { role: string; needed: boolean }[];
};

/** A drill with people that was played to its end. `at`: when it began on the wall. `people`: who was there, as `whoPlayed` finds them. */
export type DrilledOnce = {
  id: string;
  at: number;
  simulation: string;
  references: readonly string[];
  playbook: { id: string; version: number; hash: string };
  systems: readonly string[];
  people: readonly { role: string; person: string }[];
  events: readonly NumberedEvent[];
};

/** Persons with the roles they had, who did anything before ENDEX: whoever was invited and never came has drilled nothing. */
export function whoPlayed(all: readonly NumberedEvent[]): { role: string; person: string }[] {
  const events = upToEndex(all);
  const cast = castOf(events);
  const started = events.find((event) => event.type === 'exercise.started');
  const given = events.flatMap((event) => (event.type === 'role.assigned' ? [event.data.role] : []));
  const roles = [...(started?.data.seats ?? []).map(({ role }) => role), ...given];
  const acted = new Set(events.flatMap(({ actor }) => (actor.kind === 'person' ? [actor.id] : [])));
  return [...new Set(roles)].flatMap((role) =>
    cast
      .peopleOf(role)
      .filter((person) => acted.has(person))
      .map((person) => ({ role, person })),
  );
}

const Times = z.array(z.strictObject({ drill: z.string(), at: z.number() }));
export type Times = z.infer<typeof Times>;

const Row = z.strictObject({ id: z.string(), title: z.string(), drilled: Times });
export type CoverageRow = z.infer<typeof Row>;

/** A way that a plan can go: a branch, or an answer to a question. */
const Way = z.strictObject({ path: z.string(), title: z.string(), way: z.string(), drilled: Times });
export type Way = z.infer<typeof Way>;

const PlaybookRow = Row.extend({
  version: z.number().int(),
  publishedAt: z.number(),
  /** The last drill of an earlier version. */
  earlier: z.strictObject({ version: z.number().int(), drill: z.string(), at: z.number() }).nullable(),
  steps: z.strictObject({ of: z.number().int(), reached: z.number().int(), never: z.array(z.string()) }),
  ways: z.array(Way),
  simulations: z.array(z.string()),
});
export type PlaybookCoverage = z.infer<typeof PlaybookRow>;

export const Coverage = z.strictObject({
  drills: z.number().int(),
  playbooks: z.array(PlaybookRow),
  roles: z.array(Row),
  people: z.array(Row),
  systems: z.array(Row),
  techniques: z.array(Row),
  /** What to drill next, the most pressing first, each with its reason. */
  next: z.array(Advice),
});
export type Coverage = z.infer<typeof Coverage>;

/** What was drilled when, and what to drill next. */
export function coverageOf(known: Known, played: readonly DrilledOnce[]): Coverage {
  const drills = [...played].sort((a, b) => a.at - b.at);
  const when = (has: (drill: DrilledOnce) => boolean): Times =>
    drills.filter(has).map(({ id, at }) => ({ drill: id, at }));
  const rows = {
    playbooks: known.playbooks.map((one) => playbookRow(one, known, drills)),
    roles: known.roles.map(({ id, title }) => ({
      ...{ id, title },
      drilled: when(({ people }) => people.some(({ role }) => role === id)),
    })),
    people: known.people.map(({ id, name }) => ({
      ...{ id, title: name },
      drilled: when(({ people }) => people.some(({ person }) => person === id)),
    })),
    systems: known.systems.map(({ id, name }) => ({
      ...{ id, title: name },
      drilled: when(({ systems }) => systems.includes(id)),
    })),
    techniques: techniqueRows(known, when),
  };
  return { drills: drills.length, ...rows, next: nextOf(rows, known) };
}

const TECHNIQUE = /AML\.T\d{4}(?:\.\d{3})?/g;
const techniquesIn = (lines: readonly string[]): string[] => lines.flatMap((line) => line.match(TECHNIQUE) ?? []);

function techniqueRows(
  { playbooks, simulations }: Known,
  when: (has: (drill: DrilledOnce) => boolean) => Times,
): CoverageRow[] {
  const ofPlan = (plan: Plan): string[] => techniquesIn(plan.references?.atlas ?? []);
  const titles = new Map<string, string>();
  for (const line of simulations.flatMap(({ references }) => references)) {
    const [, id, title] = /(AML\.T\d{4}(?:\.\d{3})?) \(([^)]+)\)/.exec(line) ?? [];
    if (id && title) titles.set(id, title);
  }
  const all = [
    ...playbooks.flatMap(({ plan }) => ofPlan(plan)),
    ...simulations.flatMap((one) => techniquesIn(one.references)),
  ];
  return [...new Set(all)].sort().map((id) => ({
    ...{ id, title: titles.get(id) ?? id },
    drilled: when(({ references, playbook }) => {
      const plan = playbooks.find((one) => one.plan.hash === playbook.hash)?.plan;
      return [...techniquesIn(references), ...(plan ? ofPlan(plan) : [])].includes(id);
    }),
  }));
}

function playbookRow(
  { plan, publishedAt }: Known['playbooks'][number],
  known: Known,
  drills: readonly DrilledOnce[],
): PlaybookCoverage {
  const trails = drills
    .map((drill) => ({ drill, trail: trailOf(drill, plan.hash) }))
    .filter(({ trail }) => trail !== null);
  const earlier = drills.findLast(({ playbook }) => playbook.id === plan.playbook && playbook.version < plan.version);
  const steps = [...everyPlanStep(plan)];
  // Blocks leave no trace of their own: what is in them does.
  const traced = steps.filter(({ kind }) => LEAVES.has(kind));
  const never = traced.filter(({ path }) => !trails.some(({ trail }) => trail?.steps.has(path)));
  return {
    ...{ id: plan.playbook, title: plan.title, version: plan.version, publishedAt },
    drilled: trails.map(({ drill: { id, at } }) => ({ drill: id, at })),
    earlier: earlier ? { version: earlier.playbook.version, drill: earlier.id, at: earlier.at } : null,
    steps: { of: traced.length, reached: traced.length - never.length, never: never.map(({ path }) => path) },
    ways: steps.flatMap((step) =>
      waysOf(step).map((way) => ({
        ...{ path: step.path, title: step.title, way },
        drilled: trails
          .filter(({ trail }) => trail?.ways.has(wayKey(step.path, way)))
          .map(({ drill: { id, at } }) => ({ drill: id, at })),
      })),
    ),
    simulations: known.simulations
      .filter(({ playbook }) => playbook === plan.playbook)
      .map(({ simulation }) => simulation),
  };
}

const LEAVES: ReadonlySet<Step['kind']> = new Set(['do', 'ask', 'say', 'wait', 'if', 'oblige']);

const wayKey = (path: string, way: string): string => `${path} ${way}`;

function waysOf(step: Step): string[] {
  if (step.kind === 'if') return ['then', 'else'];
  if (step.kind === 'try') return step.onFailure ? ['on-failure'] : [];
  if (step.kind === 'parallel') return step.any ? step.branches.map(({ name }) => name) : [];
  if (step.kind !== 'ask') return [];
  if (step.task) return ['done', 'not-done'];
  return step.options?.map(({ id }) => id) ?? ['approve', 'deny'];
}

/** Where a drill came by in a plan; null: it did not run that plan. Also where the plan was added in mid-drill. */
function trailOf({ playbook, events }: DrilledOnce, hash: string): { steps: Set<string>; ways: Set<string> } | null {
  const numbers = new Set(playbook.hash === hash && events.some(({ type }) => type === 'incident.opened') ? [0] : []);
  for (const event of events)
    if (event.type === 'plan.added' && event.data.playbook.hash === hash) numbers.add(event.data.number);
  if (numbers.size === 0) return null;
  const [steps, ways] = [new Set<string>(), new Set<string>()];
  const own = ({ path }: { path: string }): boolean => path !== '' && numbers.has(planNumber(path));
  for (const event of events.filter(own)) {
    const path = planPath(event.path);
    // Passed over by its condition is not gone through.
    if (event.type !== 'step.skipped') steps.add(path);
    if (event.type === 'branch.taken') ways.add(wayKey(path, event.data.branch));
  }
  for (const { question, made } of decisionsOf(events).filter(({ question: asked }) => own(asked)))
    if (made && question.kind !== 'failure') ways.add(wayKey(planPath(question.path), made.outcome));
  return { steps, ways };
}
