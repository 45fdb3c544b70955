import type { IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { PlanStanding } from '../../model/plans.ts';
import type { Looker } from '../../model/standing.ts';
import type { TimelineQuery } from '../../model/timeline.ts';
import type { Tree } from '../../model/tree.ts';
import type { AddedPlan, Person, StoredEvent } from '../../ports.ts';
import type { Frame } from './layout.tsx';

export type IncidentProps = {
  frame: Frame;
  view: IncidentView;
  plan: Plan | null;
  /** Those that were added. */
  added: readonly AddedPlan[];
  events: readonly StoredEvent[];
  me: Person & Looker;
  mayCommand: boolean;
  people: readonly Person[];
  /** How to call everybody who may stand on a timeline. */
  names: ReadonlyMap<string, string>;
  roles: readonly { id: string; title: string }[];
  /** Of the organisation. */
  timezone: string;
  query: TimelineQuery;
  /** Fresh for each page made: names the message that a form on it sends. */
  once: string;
};

/** `tree`: of all its plans, one after the other; null where none can be drawn. */
export type Prepared = IncidentProps & { plans: readonly PlanStanding[]; tree: Tree | null };
