import {
  type Client,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  INCIDENT_WORKFLOW,
  type IncidentInput,
  MESSAGE_UPDATE,
  type SavedIncident,
  savedAsInput,
} from '../../workflows/messages.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import { Problem } from './problem.ts';

export type ResponsesDeps = {
  client: Client;
  taskQueue: string;
  /** What a closed incident left behind, or null. */
  loadSaved(incident: string): Promise<SavedIncident | null>;
  /** Whether there is a timeline of it. */
  isOnTimeline(incident: string): Promise<boolean>;
  /** For how long what Temporal does not take is sent again. */
  patienceMs?: number;
};

export type RunningIncidents = {
  /** Starts the incident. Starting it again does nothing. */
  startIncident(input: IncidentInput): Promise<{ created: boolean }>;
  /** One Temporal Update, whatever the surface. Its id makes a repeat harmless. */
  send(incident: string, message: Message): Promise<MessageResult>;
};

/** gRPC codes after which the same Update, with the same id, is sent again: deadline, exhausted, precondition, aborted, unavailable. */
const TRY_AGAIN: ReadonlySet<number> = new Set([4, 8, 9, 10, 14]);
const FIRST_PAUSE_MS = 50;
const PAUSE_MAX_MS = 1_600;
const PATIENCE_MS = 30_000;
/** Messages that a closed incident takes. */
const AFTER_CLOSING: ReadonlySet<Message['type']> = new Set(['note', 'reopen']);

/** The running incidents, as the surfaces reach them. Which plan and which number is the surfaces' own matter. */
export function createRunningIncidents(deps: ResponsesDeps): RunningIncidents {
  return {
    async startIncident(input) {
      // Temporal forgets closed incidents in time; the timeline does not.
      if (await deps.isOnTimeline(input.opening.incident)) return { created: false };
      const options = startOptions(deps, input);
      try {
        await repeating(deps, () =>
          deps.client.workflow.start(INCIDENT_WORKFLOW, {
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
    },
    send: (incident, message) => repeating(deps, () => sendOnce(deps, incident, message)),
  };
}

/** No personal data: the id is the incident's number, and there is neither memo nor search attribute. */
const startOptions = (deps: ResponsesDeps, input: IncidentInput) => ({
  workflowId: input.opening.incident,
  taskQueue: deps.taskQueue,
  args: [input] as [IncidentInput],
});

async function sendOnce(deps: ResponsesDeps, incident: string, message: Message): Promise<MessageResult> {
  try {
    return await deps.client.workflow
      .getHandle(incident)
      .executeUpdate<MessageResult, [Message]>(MESSAGE_UPDATE, { updateId: message.id, args: [message] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return sendAfterClosing(deps, incident, message);
    return refusalOrThrow(error);
  }
}

/** A closed incident is taken up in a new run under the same id, from what it left behind, by the message itself. */
async function sendAfterClosing(deps: ResponsesDeps, incident: string, message: Message): Promise<MessageResult> {
  const saved = await deps.loadSaved(incident);
  if (!saved)
    return { status: 'refused', code: 'unknown-incident', message: `${incident} is neither running nor kept.` };
  if (!AFTER_CLOSING.has(message.type))
    return { status: 'refused', code: 'closed', message: `${incident} is closed. Reopen it first.` };
  const startWorkflowOperation = new WithStartWorkflowOperation(INCIDENT_WORKFLOW, {
    ...startOptions(deps, { ...savedAsInput(saved), takenUp: true }),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  try {
    return await deps.client.workflow.executeUpdateWithStart<never, MessageResult, [Message]>(MESSAGE_UPDATE, {
      updateId: message.id,
      args: [message],
      startWorkflowOperation: startWorkflowOperation as never,
    });
  } catch (error) {
    return refusalOrThrow(error);
  }
}

function refusalOrThrow(error: unknown): MessageResult {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type)
    return { status: 'refused', code: cause.type, message: cause.message };
  throw error;
}

/** Refused Updates polled fast slow an incident's continuation: each pause is twice the last one. */
async function repeating<T>(
  { client, patienceMs = PATIENCE_MS }: ResponsesDeps,
  attempt: () => Promise<T>,
): Promise<T> {
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
    message: 'The incident cannot be reached: Temporal does not answer, or no worker has taken this up.',
    notDone: 'It is not known whether it will still count.',
    next: 'Look at the timeline before you try again; a repeat with the same Idempotency-Key is safe.',
  });

function mayRepeat(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const source = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(source) && TRY_AGAIN.has(source.code);
}
