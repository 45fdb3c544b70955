import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { MESSAGE_UPDATE } from '../../workflows/messages.ts';
import type { MessageResult } from '../incident/messages.ts';
import { Problem } from './problem.ts';

/** How surfaces reach what runs on Temporal: incidents and drills alike. */
export type Reach = {
  client: Client;
  /** For how long what Temporal does not take is sent again. */
  patienceMs?: number;
};

/** gRPC codes after which the same Update, with the same id, is sent again: deadline, exhausted, precondition, aborted, unavailable. */
const TRY_AGAIN: ReadonlySet<number> = new Set([4, 8, 9, 10, 14]);
const FIRST_PAUSE_MS = 50;
const PAUSE_MAX_MS = 1_600;
const PATIENCE_MS = 30_000;
/** Starts a workflow whose id was never used. Starting it again does nothing. */
export async function startOnce(
  reach: Reach,
  workflow: string,
  options: Pick<WorkflowStartOptions, 'taskQueue' | 'workflowId'> & { args: unknown[] },
): Promise<{ created: boolean }> {
  try {
    await repeating(reach, () =>
      reach.client.workflow.start(workflow, {
        ...options,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      }),
    );
    return { created: true };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { created: false };
    throw error;
  }
}

/** One Temporal Update: its id makes a repeat harmless. Null when nothing runs under this id. */
export async function updateRunning<M extends { id: string }>(
  client: Client,
  workflowId: string,
  message: M,
): Promise<MessageResult | null> {
  try {
    return await client.workflow
      .getHandle(workflowId)
      .executeUpdate<MessageResult, [M]>(MESSAGE_UPDATE, { updateId: message.id, args: [message] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    return refusalOrThrow(error);
  }
}

export function refusalOrThrow(error: unknown): MessageResult {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type)
    return { status: 'refused', code: cause.type, message: cause.message };
  throw error;
}

/** Refused Updates polled fast slow an incident's continuation: each pause is twice the last one. */
export async function repeating<T>({ client, patienceMs = PATIENCE_MS }: Reach, attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      // The client repeats by itself, too; it must not outlast our patience.
      return await client.withDeadline(giveUpAt, attempt);
    } catch (error) {
      if (!mayRepeat(error)) throw error;
      if (Date.now() + pauseMs > giveUpAt) throw notReached();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** What was sent may have arrived all the same. */
const notReached = (): Problem =>
  new Problem({
    status: 503,
    code: 'unreachable',
    message: 'It cannot be reached: Temporal does not answer, or no worker has taken this up.',
    notDone: 'It is not known whether it will still count.',
    next: 'Look at the timeline before you try again; a repeat with the same Idempotency-Key is safe.',
  });

function mayRepeat(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const source = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(source) && TRY_AGAIN.has(source.code);
}
