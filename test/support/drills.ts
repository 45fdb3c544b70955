import type { WorkflowHandle } from '@temporalio/client';
import { newDrill } from '../../src/simulator/core/drill.ts';
import type { ScriptRehearsal } from '../../src/simulator/core/rehearse-script.ts';
import { DRILL_WORKFLOW, type DrillInput, type RunOptions } from '../../workflows/messages.ts';
import type { House } from './house.ts';

/** Starts on Temporal what `rehearseScript` plays in memory. */
export function startDrill(
  { client, taskQueue }: House,
  { script, plan, seed, id }: ScriptRehearsal & { id: string },
  options?: RunOptions,
): Promise<WorkflowHandle> {
  const input: DrillInput = { ...newDrill({ id, script, plan, seed }), seq: 0, ...(options && { options }) };
  return client.workflow.start(DRILL_WORKFLOW, { workflowId: id, taskQueue, args: [input] });
}
