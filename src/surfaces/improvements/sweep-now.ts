import { type Client, isGrpcServiceError, WorkflowFailedError } from '@temporalio/client';
import { IMPROVEMENTS_WORKFLOW, improvementsId } from '../../../workflows/improvements-id.ts';
import { Problem } from '../problem.ts';

export type SyncNowDeps = {
  client: Client;
  taskQueue: string;
  /** Whether the inventory names a tracker. */
  hasTracker(): boolean;
};

/** Compares all items with the tracker now. True: it is over; false: it goes on, and the items will show it. Throws Problem. */
export type SyncNow = (waitMs: number) => Promise<boolean>;

export const createSyncNow =
  ({ client, taskQueue, hasTracker }: SyncNowDeps): SyncNow =>
  async (waitMs) => {
    if (!hasTracker())
      throw new Problem({
        status: 422,
        code: 'no-tracker',
        message: 'No tracker is named.',
        notDone: 'Nothing was synced.',
        next: 'Name one in tocsin.yaml: improvements.tracker.',
      });
    try {
      const handle = await client.workflow.start(IMPROVEMENTS_WORKFLOW, {
        workflowId: `${improvementsId(taskQueue, 'sync')}-by-hand`,
        taskQueue,
        args: [],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      return await within(waitMs, handle.result());
    } catch (error) {
      const away = isGrpcServiceError(error) || (error instanceof Error && isGrpcServiceError(error.cause));
      if (!(error instanceof WorkflowFailedError) && !away) throw error;
      throw new Problem({
        status: 503,
        code: 'unreachable',
        message: 'The items could not be synced: Temporal does not answer, or ended it.',
        notDone: 'It is not known which were.',
        next: 'Try again in a moment; tocsin doctor says what is amiss.',
      });
    }
  };

function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  // Left behind, it may still fail: nobody waits for that any more.
  work.catch(() => undefined);
  return Promise.race([work.then(() => true as const), late]).finally(() => clearTimeout(timer));
}
