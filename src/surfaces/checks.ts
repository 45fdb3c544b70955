import { type Client, isGrpcServiceError, WorkflowFailedError } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { CHECK_WORKFLOW, checkId, checkOfSchedule } from '../../workflows/check-id.ts';
import type { CheckName, CheckOutcome } from '../incident/check.ts';
import type { PlannedCheck } from '../inventory/planned-checks.ts';
import type { CheckState, Directory } from './ports.ts';
import { notFound, Problem } from './problem.ts';

/** Scheduled checks as people see them: what is planned, what came of it, and making one now. */
export interface CheckDesk {
  list(): Promise<ListedCheck[]>;
  /** Makes the checks of one AI system now, or one of them, and waits a while. Two who ask at once share one run. */
  run(system: string, check: CheckName | null, waitMs: number): Promise<CheckRun[]>;
}

export type ListedCheck = PlannedCheck & {
  /** When the schedule makes it next; null when it has none, is paused, or Temporal cannot say. */
  nextAt: number | null;
  paused: boolean;
  last: Omit<CheckState, 'system' | 'check'> | null;
};

/** `outcome` is null when it was not over in time: it goes on, and the list will show it. */
export type CheckRun = { system: string; check: CheckName; outcome: CheckOutcome | null };

export type CheckPorts = {
  client: Client;
  taskQueue: string;
  directory: Directory;
  planned(): PlannedCheck[];
  states(): Promise<CheckState[]>;
};

export function createCheckDesk(ports: CheckPorts): CheckDesk {
  return {
    async list() {
      const [states, schedules] = await Promise.all([ports.states(), schedulesOf(ports)]);
      return ports.planned().map((planned) => {
        const { nextAt = null, paused = false } = schedules.get(checkId(ports.taskQueue, planned)) ?? {};
        return { ...planned, nextAt, paused, last: lastOf(states, planned) };
      });
    },
    async run(system, check, waitMs) {
      const planned = ports.planned().filter((one) => one.system === system && (check === null || one.check === check));
      if (planned.length === 0) throw nothingToRun(ports, system, check);
      return Promise.all(planned.map((one) => runOne(ports, one, waitMs)));
    },
  };
}

function lastOf(states: readonly CheckState[], { system, check }: PlannedCheck): ListedCheck['last'] {
  const state = states.find((one) => one.system === system && one.check === check);
  if (!state) return null;
  const { system: _, check: __, ...last } = state;
  return last;
}

function nothingToRun({ directory }: CheckPorts, system: string, check: CheckName | null): Problem {
  if (!directory.system(system)) return notFound(`AI system "${system}" in the inventory`);
  return new Problem({
    status: 422,
    code: 'nothing-to-check',
    message: check === null ? `${system} has no checks.` : `${system} has no check of its ${check}.`,
    notDone: 'Nothing was checked.',
    next: 'Bind model.verify for it, or name canaries under "checks", in tocsin.yaml.',
  });
}

async function runOne({ client, taskQueue }: CheckPorts, planned: PlannedCheck, waitMs: number): Promise<CheckRun> {
  const { system, check } = planned;
  try {
    const handle = await client.workflow.start(CHECK_WORKFLOW, {
      workflowId: `${checkId(taskQueue, planned)}-by-hand`,
      taskQueue,
      args: [],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return { system, check, outcome: await within(waitMs, handle.result() as Promise<CheckOutcome>) };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError) && !isTemporalAway(error)) throw error;
    throw new Problem({
      status: 503,
      code: 'unreachable',
      message: `The check of ${system} could not be made: Temporal does not answer, or ended it.`,
      notDone: 'It is not known what it would have found.',
      next: 'Try again in a moment; tocsin doctor says what is amiss.',
    });
  }
}

const isTemporalAway = (error: unknown): boolean =>
  isGrpcServiceError(error) || (error instanceof Error && isGrpcServiceError(error.cause));

function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  // Left behind, it may still fail: nobody waits for that any more.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

type Schedule = { nextAt: number | null; paused: boolean };

/** Without Temporal the list still says what was found. */
async function schedulesOf({ client, taskQueue }: CheckPorts): Promise<Map<string, Schedule>> {
  const found = new Map<string, Schedule>();
  try {
    for await (const { scheduleId, info } of listSchedules(client)) {
      if (!scheduleId || checkOfSchedule(taskQueue, scheduleId) === null) continue;
      const paused = info?.paused === true;
      const next = info?.futureActionTimes?.[0];
      found.set(scheduleId, { paused, nextAt: paused || !next ? null : millisecondsOf(next) });
    }
  } catch (error) {
    if (!isTemporalAway(error)) throw error;
  }
  return found;
}

/** As Temporal says it: the client's own list decrypts what others wrote beside theirs, and fails at that. */
export async function* listSchedules(client: Client): AsyncGenerator<temporal.api.schedule.v1.IScheduleListEntry> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listSchedules({
      namespace,
      maximumPageSize: 500,
      ...(nextPageToken && { nextPageToken }),
    });
    yield* page.schedules;
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

const millisecondsOf = ({ seconds, nanos }: { seconds?: unknown; nanos?: number | null }): number =>
  Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6);
