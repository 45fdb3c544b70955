import type { EventData, IncidentEvent } from '../../incident/events.ts';
import type { Json } from '../../incident/json.ts';
import { evaluateCondition } from '../../playbook/cel.ts';
import { WELL } from './around.ts';
import type { World } from './world.ts';

/** What conditions of a script look at, folded from the timeline. Plain JSON. */
export type Facts = {
  opened: boolean;
  status: 'none' | 'open' | 'resolved' | 'closed';
  severity: string;
  /** Open questions by number: the path of the step that asks. */
  asked: Record<string, string>;
  /** Paths of steps that are done. */
  steps: string[];
  /** When each inject was delivered, scenario ms. */
  delivered: Record<string, number>;
};

export const noFacts = (): Facts => ({
  opened: false,
  status: 'none',
  severity: '',
  asked: {},
  steps: [],
  delivered: {},
});

/** What conditions can name. */
export const ROOTS = ['world', 'incident', 'steps', 'injects', 'minutes'] as const;
export type Root = (typeof ROOTS)[number];

/** Folds one event, in place. Says what conditions may see otherwise since then; null: nothing. */
export function foldFacts(facts: Facts, event: IncidentEvent): Root | null {
  switch (event.type) {
    case 'incident.opened':
      Object.assign(facts, { opened: true, status: 'open', severity: event.data.severity });
      return 'incident';
    case 'incident.severity-changed':
      facts.severity = event.data.to;
      return 'incident';
    case 'incident.resolved':
      facts.status = 'resolved';
      return 'incident';
    case 'incident.closed':
      facts.status = 'closed';
      return 'incident';
    case 'incident.reopened':
      facts.status = 'open';
      return 'incident';
    case 'decision.asked':
      facts.asked[event.data.number] = event.path;
      return 'incident';
    case 'decision.made':
    case 'decision.withdrawn':
      delete facts.asked[event.data.number];
      return 'incident';
    case 'act.done':
      if (!isCarriedOut(event.data) || facts.steps.includes(event.path)) return null;
      facts.steps.push(event.path);
      return 'steps';
    case 'inject.delivered':
      facts.delivered[event.data.id] = event.at;
      return 'injects';
    default:
      return null;
  }
}

/** The step is done: its act was, and where it must be proved, a proof found what it looked for. */
export const isCarriedOut = ({ purpose, provedBy, outputs }: EventData<'act.done'>): boolean =>
  purpose === 'prove' ? outputs.proved === true : (purpose === 'act' || purpose === 'say') && provedBy === null;

/** By id, of all injects. */
export type InjectsSeen = Record<string, { delivered: boolean }>;
export type Look = { facts: Facts; world: World; injects: InjectsSeen; sinceMs: number };

export const injectsSeen = ({ delivered }: Facts, ids: readonly string[]): InjectsSeen =>
  Object.fromEntries(ids.map((id) => [id, { delivered: Object.hasOwn(delivered, id) }]));

/** Throws ExpressionError. */
export function holds(cel: string, { facts, world, injects, sinceMs }: Look): boolean {
  const named = new Set(rootsOf(cel));
  // A drill looks often, and most conditions name one thing.
  const names: { [root in Root]?: Json } = {
    ...(named.has('world') && { world: { systems: systemsSeen(world) } }),
    ...(named.has('incident') && { incident: incidentSeen(facts) }),
    ...(named.has('steps') && { steps: facts.steps }),
    ...(named.has('injects') && { injects }),
    ...(named.has('minutes') && { minutes: sinceMs / 60_000 }),
  };
  return evaluateCondition(cel, names as unknown as Parameters<typeof evaluateCondition>[1]);
}

const roots = new Map<string, readonly Root[]>();

/** What a condition names: what it may depend on. Rather one too many than one too few. */
export function rootsOf(cel: string): readonly Root[] {
  const known = roots.get(cel);
  if (known) return known;
  const named = ROOTS.filter((root) => cel.includes(root));
  if (roots.size >= ROOTS_KEPT_MAX) roots.clear();
  roots.set(cel, named);
  return named;
}
const ROOTS_KEPT_MAX = 2_000;

/** Worlds are never changed in place, so what is seen of one is kept with it. */
const seen = new WeakMap<World['systems'], Json>();
function systemsSeen({ systems }: World): Json {
  const known = seen.get(systems);
  if (known !== undefined) return known;
  const now = Object.fromEntries(
    Object.entries(systems).map(([id, { serving, traffic, lastKnownGood, around }]) => [
      id,
      { serving, traffic, lastKnownGood, around: around ?? WELL },
    ]),
  );
  seen.set(systems, now);
  return now;
}

const incidentSeen = ({ opened, status, severity, asked }: Facts): Json => ({
  opened,
  status,
  severity,
  asked: Object.values(asked),
});
