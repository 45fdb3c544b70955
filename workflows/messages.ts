import type { Opening, Snapshot } from '../src/engine/perform.ts';
import type { NumberedEvent } from '../src/incident/events.ts';
import type { Message } from '../src/incident/messages.ts';
import type { Plan } from '../src/playbook/plan.ts';
import type { Bot } from '../src/simulator/core/bots.ts';
import type { Drill, DrillState } from '../src/simulator/core/drill.ts';
import type { Inject } from '../src/simulator/core/script.ts';
import type { RunState } from '../src/simulator/core/virtual-run.ts';
import type { World } from '../src/simulator/core/world.ts';

/** What clients and workflows agree on. Free of Temporal's SDK, so that a server can import it. */

export const INCIDENT_WORKFLOW = 'incident';
export const DRILL_WORKFLOW = 'drill';
/** The one Update: takes a Message (a drill: an ExerciseMessage, too), answers with a MessageResult. */
export const MESSAGE_UPDATE = 'message';
/** The Query of a drill: answers with a Board. */
export const BOARD_QUERY = 'board';

export type RunOptions = {
  /** Continues as new after so many events; tests set 1. Otherwise the server's advice and our own count decide. */
  continueAfterEvents?: number;
};

/** The workflow's input, through continue-as-new too. */
export type IncidentInput = {
  opening: Opening;
  plan: Plan | null;
  /** Number of the last event; 0 at the first start. */
  seq: number;
  snapshot?: Snapshot;
  /** Events that are numbered but not yet known to be on the timeline. */
  outbox?: NumberedEvent[];
  /** A closed incident is taken up: whoever starts it may have read an old state, so the run begins by loading the last one. */
  takenUp?: true;
  options?: RunOptions;
};

/** A plan that bots play. */
export type PlanDrill = {
  opening: Opening;
  plan: Plan;
  bots: readonly Bot[];
  messages: readonly { at: number; message: Message }[];
  state: RunState;
};
/** A script that is played from STARTEX to ENDEX: by bots alone, or by people as well (`people`). */
export type ScriptDrill = Drill & { state: DrillState };

/** How a running drill stands, for whoever runs it: what the timeline does not tell the players. */
export type Board = {
  /** The injects as they are now: with what was edited and added. In the order of the script, those that were added last. */
  injects: Inject[];
  /** When injects are due that are set, scenario time. One that is neither here nor on the timeline waits to be set off. */
  due: Record<string, number>;
  /** Expectations that some event has met. */
  met: string[];
  /** What a jump may not pass: when the time to answer of somebody who is asked ends, scenario time; null: nobody is asked. */
  jumpsTo: number | null;
};

/**
 * The workflow's input, through continue-as-new too. `seq`: number of the last event; 0 at the first start. `outbox`: events that are
 * numbered but not yet known to be on the timeline.
 */
export type DrillInput = (PlanDrill | ScriptDrill) & { seq: number; outbox?: NumberedEvent[]; options?: RunOptions };
export type DrillEnd = { status: 'ended' | 'stalled'; world: World };

/** What is kept of a closed incident, so that a later run can take it up: an input with nothing left to write. */
export type SavedIncident = { format: 1; snapshot: Snapshot } & Pick<
  IncidentInput,
  'opening' | 'plan' | 'seq' | 'options'
>;

export function savedAsInput(saved: SavedIncident): IncidentInput {
  if (saved.format !== 1)
    throw new Error(`This incident was saved in format ${saved.format}; this version of Tocsin reads format 1.`);
  const { opening, plan, seq, snapshot, options } = saved;
  return { opening, plan, seq, snapshot, options };
}
