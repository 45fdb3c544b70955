import type { WorkflowHandle } from '@temporalio/client';
import { worldOf } from '../../src/simulator/core/drill-run.ts';
import { actorsOf } from '../../src/simulator/core/personas.ts';
import type { ScriptRehearsal } from '../../src/simulator/core/rehearse-script.ts';
import { DRILL_WORKFLOW, type DrillInput, type RunOptions } from '../../workflows/messages.ts';
import type { House } from './house.ts';

/** Starts on Temporal what `rehearseScript` plays in memory. */
export function startDrill(
  { client, taskQueue }: House,
  { script, plan, seed, id }: ScriptRehearsal & { id: string },
  options?: RunOptions,
): Promise<WorkflowHandle> {
  const input: DrillInput = {
    ...{ id, script, plan, seed },
    actors: actorsOf(script),
    startedAt: script.startsAt,
    state: { world: worldOf(script), now: script.startsAt },
    seq: 0,
    ...(options && { options }),
  };
  return client.workflow.start(DRILL_WORKFLOW, { workflowId: id, taskQueue, args: [input] });
}
