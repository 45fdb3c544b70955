import type { Opening, Snapshot } from '../../engine/perform.ts';
import type { StaffRole } from '../../incident/events.ts';
import type { MessageResult } from '../../incident/messages.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { DirectorState } from './director.ts';
import type { ClockState } from './drill-clock.ts';
import { type Actor, actorsOf } from './personas.ts';
import type { Script } from './script.ts';
import type { World } from './world.ts';

/** What is fixed at STARTEX. */
export type Drill = {
  /** Its id: the id of the incident that is played. */
  id: string;
  script: Script;
  plan: Plan;
  /** What the bots' chance follows from. */
  seed: number;
  actors: readonly Actor[];
  /** Scenario time of STARTEX, epoch ms. */
  startedAt: number;
  /** Absent: bots play by themselves, and time leaps from event to event. */
  people?: DrillPeople | undefined;
};

/** Who takes part besides bots, and how fast the scenario's clock runs while nobody is asked: scenario ms in one ms. */
export type DrillPeople = {
  players: readonly { role: string; person: string }[];
  staff: readonly { role: StaffRole; person: string }[];
  rate: number;
};

/** Where a drill stands: all that another run needs to go on from there, as plain JSON. */
export type DrillState = {
  world: World;
  now: number;
  director?: DirectorState | undefined;
  opening?: Opening | undefined;
  snapshot?: Snapshot | undefined;
  /** Messages that are on their way to the incident: those before it was opened, and alerts of this very moment. */
  alerts?: number | undefined;
  /** Of a drill with people. */
  people?: PeopleState | undefined;
};

export type PeopleState = {
  clock: ClockState;
  /** Results of messages by id, oldest first: a repeat is answered as it first was, after ENDEX too. */
  accepted: [string, MessageResult][];
  /** Who has looked at what: person and inject. */
  seen: string[];
  /** Roles that were given to somebody since STARTEX. */
  assigned: Record<string, string>;
  /** After ENDEX: until when the hot wash can be noted, on the wall. */
  closesAt?: number | undefined;
  closed?: boolean | undefined;
};

/** A drill before STARTEX. Bots sit where nobody else does. */
export function newDrill(fixed: Omit<Drill, 'actors' | 'startedAt'>): Drill & { state: DrillState } {
  const { script, people } = fixed;
  const taken = new Set(people?.players.map(({ role }) => role));
  return {
    ...fixed,
    actors: actorsOf(script, taken),
    startedAt: script.startsAt,
    state: { world: worldOf(script), now: script.startsAt },
  };
}

/** The world of a script at STARTEX. */
export const worldOf = ({ systems, faults }: Script): World => ({
  format: 1,
  systems: Object.fromEntries(systems.map(({ snapshot, truth }) => [snapshot.id, truth])),
  mailbox: [],
  faults: [...faults],
  applied: {},
});
