import { WithStartWorkflowOperation } from '@temporalio/client';
import {
  INCIDENT_WORKFLOW,
  type IncidentInput,
  MESSAGE_UPDATE,
  type SavedIncident,
  savedAsInput,
} from '../../workflows/messages.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import { type Reach, refusalOrThrow, repeating, startOnce, updateRunning } from './reach.ts';

export type ResponsesDeps = Reach & {
  taskQueue: string;
  /** What a closed incident left behind, or null. */
  loadSaved(incident: string): Promise<SavedIncident | null>;
  /** Whether there is a timeline of it. */
  isOnTimeline(incident: string): Promise<boolean>;
};

export type RunningIncidents = {
  /** Starts the incident. Starting it again does nothing. */
  startIncident(input: IncidentInput): Promise<{ created: boolean }>;
  /** One Temporal Update, whatever the surface. Its id makes a repeat harmless. */
  send(incident: string, message: Message): Promise<MessageResult>;
};

/** Messages that a closed incident takes. */
const AFTER_CLOSING: ReadonlySet<Message['type']> = new Set(['note', 'reopen']);

/** The running incidents, as the surfaces reach them. Which plan and which number is the surfaces' own matter. */
export function createRunningIncidents(deps: ResponsesDeps): RunningIncidents {
  return {
    async startIncident(input) {
      // Temporal forgets closed incidents in time; the timeline does not.
      if (await deps.isOnTimeline(input.opening.incident)) return { created: false };
      return startOnce(deps, INCIDENT_WORKFLOW, startOptions(deps, input));
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

const sendOnce = async (deps: ResponsesDeps, incident: string, message: Message): Promise<MessageResult> =>
  (await updateRunning(deps.client, incident, message)) ?? sendAfterClosing(deps, incident, message);

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
