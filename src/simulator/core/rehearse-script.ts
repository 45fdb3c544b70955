import type { IncidentEvent, NumberedEvent } from '../../incident/events.ts';
import type { Plan } from '../../playbook/plan.ts';
import { type DrillState, newDrill } from './drill.ts';
import { DrillRun } from './drill-run.ts';
import type { Script } from './script.ts';
import type { World } from './world.ts';

export type ScriptRehearsal = {
  script: Script;
  plan: Plan;
  seed: number;
  /** The id of the incident that is played. */
  id?: string;
  /** For tests: give the run up after such an event, as soon as no act is under way, and take it up from its JSON. */
  continueAfter?: (event: IncidentEvent) => boolean;
};
export type ScriptResult = { events: NumberedEvent[]; world: World; continued: number };

/** Plays a script from STARTEX to ENDEX in memory, in virtual time, with bots in every seat. */
export function rehearseScript(rehearsal: ScriptRehearsal): Promise<ScriptResult> {
  const { script, plan, seed, id = 'EX-0001', continueAfter } = rehearsal;
  const drill = newDrill({ id, script, plan, seed });
  const events: NumberedEvent[] = [];
  let continued = 0;
  let due = false;
  return new Promise((resolve, reject) => {
    const begin = (state: DrillState) => {
      const run = new DrillRun({
        ...drill,
        state,
        record(event) {
          events.push(Object.assign(event, { seq: events.length + 1 }));
          due ||= continueAfter?.(event) ?? false;
        },
        continueDue: () => due,
        onContinue(next) {
          due = false;
          continued++;
          begin(JSON.parse(JSON.stringify(next)) as DrillState);
        },
        onEnd: (world) => resolve({ events, world, continued }),
        onCrash: reject,
      });
      run.begin();
    };
    begin(drill.state);
  });
}
