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

/** Folds one event, in place. */
export function foldFacts(facts: Facts, event: IncidentEvent): void {
  switch (event.type) {
    case 'incident.opened':
      Object.assign(facts, { opened: true, status: 'open', severity: event.data.severity });
      break;
    case 'incident.severity-changed':
      facts.severity = event.data.to;
      break;
    case 'incident.resolved':
      facts.status = 'resolved';
      break;
    case 'incident.closed':
      facts.status = 'closed';
      break;
    case 'incident.reopened':
      facts.status = 'open';
      break;
    case 'decision.asked':
      facts.asked[event.data.number] = event.path;
      break;
    case 'decision.made':
    case 'decision.withdrawn':
      delete facts.asked[event.data.number];
      break;
    case 'act.done':
      if (isCarriedOut(event.data) && !facts.steps.includes(event.path)) facts.steps.push(event.path);
      break;
    case 'inject.delivered':
      facts.delivered[event.data.id] = event.at;
      break;
    default:
      break;
  }
}

/** The step is done: its act was, and where it must be proved, a proof found what it looked for. */
export const isCarriedOut = ({ purpose, provedBy, outputs }: EventData<'act.done'>): boolean =>
  purpose === 'prove' ? outputs.proved === true : (purpose === 'act' || purpose === 'say') && provedBy === null;

export type Look = { facts: Facts; world: World; injects: readonly string[]; sinceMs: number };

/** Throws ExpressionError. */
export function holds(cel: string, { facts, world, injects, sinceMs }: Look): boolean {
  const systems = Object.entries(world.systems).map(([id, { serving, traffic, lastKnownGood, around }]) => [
    id,
    { serving, traffic, lastKnownGood, around: around ?? WELL },
  ]);
  const names: Record<string, Json> = {
    world: { systems: Object.fromEntries(systems) as Json },
    incident: {
      opened: facts.opened,
      status: facts.status,
      severity: facts.severity,
      asked: Object.values(facts.asked),
    },
    steps: facts.steps,
    injects: Object.fromEntries(injects.map((id) => [id, { delivered: Object.hasOwn(facts.delivered, id) }])),
    minutes: sinceMs / 60_000,
  };
  return evaluateCondition(cel, names as unknown as Parameters<typeof evaluateCondition>[1]);
}
