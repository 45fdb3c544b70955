import type { IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { Looker } from '../../model/standing.ts';
import type { TimelineQuery } from '../../model/timeline.ts';
import type { Tree } from '../../model/tree.ts';
import type { Person, StoredEvent } from '../../ports.ts';
import type { Frame } from './layout.tsx';

export type IncidentProps = {
  frame: Frame;
  view: IncidentView;
  plan: Plan | null;
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

export type Prepared = IncidentProps & { tree: Tree | null };
