import { QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import { BOARD_QUERY, type Board, DRILL_WORKFLOW, type DrillInput } from '../../../workflows/messages.ts';
import type { ExerciseMessage } from '../../incident/exercise-messages.ts';
import type { Message, MessageResult } from '../../incident/messages.ts';
import { type Reach, repeating, startOnce, updateRunning } from '../reach.ts';
import type { Drill, DrillRuns } from './contract.ts';

export type DrillRunsDeps = Reach & {
  taskQueue: string;
  /** What the workflow of this drill begins with. */
  inputOf(drill: Drill): Promise<DrillInput>;
};

/** The running drills, as the surfaces reach them. */
export function createDrillRuns(deps: DrillRunsDeps): DrillRuns {
  const send = async (id: string, message: Message | ExerciseMessage): Promise<MessageResult> =>
    (await repeating(deps, () => updateRunning(deps.client, id, message))) ?? {
      status: 'refused',
      code: 'not-running',
      message: `${id} does not run: it has not begun, or it is over and its hot wash is closed.`,
    };

  return {
    async start(drill) {
      const args = [await deps.inputOf(drill)];
      await startOnce(deps, DRILL_WORKFLOW, { workflowId: drill.id, taskQueue: deps.taskQueue, args });
    },
    send,
    // A command and its sender are a message.
    tell: (id, message) => send(id, message as ExerciseMessage),
    async board(id) {
      try {
        const handle = deps.client.workflow.getHandle(id);
        // One that has ended still answers, as long as its history is kept.
        const { status } = await repeating(deps, () => handle.describe());
        if (status.name !== 'RUNNING') return null;
        return await repeating(deps, () => handle.query<Board>(BOARD_QUERY));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return null;
        throw error;
      }
    },
  };
}
