import type { EventData, IncidentEvent } from '../../incident/events.ts';

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

/** Folds one event, in place. Says what of them is otherwise since then; null: nothing. `done`: the steps of the facts, to be found at once. */
export function foldFacts(
  facts: Facts,
  done: Set<string>,
  event: IncidentEvent,
): 'incident' | 'steps' | 'injects' | null {
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
      if (!isCarriedOut(event.data) || done.has(event.path)) return null;
      done.add(event.path);
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
