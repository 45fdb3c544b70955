import { timeIn } from '../../../incident/exercise-clock.ts';
import type { IncidentView } from '../../../incident/view.ts';
import type { CommandDeps } from '../../commands.ts';
import type { DrillDesk } from '../../drills/contract.ts';
import type { Looker } from '../../model/standing.ts';
import { rolesIn } from '../../permissions.ts';
import type { Person, Playbooks } from '../../ports.ts';
import type { DecisionRef, Messages, Modals, Replies, SlackPeople, Story } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import { mentionsIn } from '../roster.ts';

/** What hearing people needs of the rest. */
export type HandlerDeps = CommandDeps & {
  messages: Messages;
  modals: Modals;
  replies: Replies;
  playbooks: Pick<Playbooks, 'list'>;
  people: SlackPeople;
  drills: SlackDrills;
  /** Who we are in Slack; null until Slack has said so. */
  self(): Self | null;
  posts: Posts;
  /** Where the console is: `https://tocsin.example.org`. */
  publicUrl: string;
  log: SlackLog;
};

/** Of the desk of drills, what is done in Slack. */
export type SlackDrills = Pick<
  DrillDesk,
  'offers' | 'plan' | 'start' | 'find' | 'list' | 'tell' | 'hotWash' | 'board' | 'lastDrilled'
>;

export type Self = { team: string; app: string | null; bot: string };

/** What the publisher is asked for by those who hear people. Each returns at once, or when it has been noted. */
export type Posts = {
  /** Something about this incident has just been accepted or refused: show how it stands. */
  refresh(incident: string): void | Promise<void>;
  /** A message of ours was clicked: it may be one whose sending nobody heard of. */
  adopt(channel: string, ts: string, ref: DecisionRef): void | Promise<void>;
  /** The incident that a channel was made for. */
  incidentIn(channel: string): Promise<string | null>;
  /** Somebody looks at Home: it is kept current from now on. */
  homeOpened(user: string): void | Promise<void>;
};

/** An incident as it was read. */
type Told = Pick<Story, 'view' | 'plan' | 'added'>;

export function storyOf(deps: HandlerDeps, { view, plan, added }: Told): Story {
  return {
    view,
    plan,
    added,
    people: deps.directory.names(),
    now: timeIn(view, deps.now()),
    url: `${deps.publicUrl.replace(/\/$/, '')}/incidents/${view.id}`,
    mentions: mentionsIn(view, deps.people.mentions()),
  };
}

export const lookerIn = (person: Person, view: IncidentView): Looker => ({
  id: person.id,
  roles: rolesIn(person, view),
});
