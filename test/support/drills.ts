import type { WorkflowHandle } from '@temporalio/client';
import { newDrill } from '../../src/simulator/core/drill.ts';
import type { ScriptRehearsal } from '../../src/simulator/core/rehearse-script.ts';
import { DRILL_WORKFLOW, type DrillInput, type RunOptions } from '../../workflows/messages.ts';
import type { House } from './house.ts';

type Started = Pick<ScriptRehearsal, 'script' | 'plan' | 'seed'> &
  Pick<Parameters<typeof newDrill>[0], 'id' | 'people'>;

/** Starts on Temporal what `rehearseScript` plays in memory, or what people play as well. Its plan must be published: that is checked. */
export async function startDrill(
  house: House,
  { script, plan, seed, id, people }: Started,
  options?: RunOptions,
): Promise<WorkflowHandle> {
  await house.publish(plan);
  const fixed = { id, script, plan, seed, ...(people && { people }) };
  const input: DrillInput = { ...newDrill(fixed), seq: 0, ...(options && { options }) };
  const { client, taskQueue } = house;
  return client.workflow.start(DRILL_WORKFLOW, { workflowId: id, taskQueue, args: [input] });
}
