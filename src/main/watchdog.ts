import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { INCIDENT_WORKFLOW } from '../../workflows/messages.ts';
import { type IncidentView, openDecisions } from '../incident/view.ts';
import type { Findings } from '../store/findings.ts';
import type { Log } from './log.ts';

export type WatchdogDeps = {
  client: Client;
  /** All incidents that are not closed; drills are in no list of incidents. */
  openIncidents(): Promise<IncidentView[]>;
  findings: Findings;
  now(): number;
  log: Log;
  /** Told of every new finding, besides the log: by a path that needs neither the incident's workflow nor a chat. */
  webhook: string | null;
  limits?: Partial<typeof LIMITS>;
};

export type Watchdog = {
  /** Looks once. Never throws: that it cannot look is a finding as well. */
  look(): Promise<void>;
};

export const LIMITS = {
  /** A workflow task that failed so often will not mend itself. */
  taskAttempts: 3,
  /** An activity that is repeated so often: our own database is away, or the timeline holds something else. */
  actAttempts: 8,
  /** A task that nobody has taken for so long: no worker runs. */
  untakenMs: 30_000,
  /** A decision must have ended by its deadline; its incident is not moving when it has not. */
  overdueMs: 60_000,
  /** So many looks in a row in vain: shorter than that is a hiccup, which people need not get up for. */
  vainLooks: 2,
};

type Source = 'database' | 'Temporal';
type Found = { key: string; incident: string | null; code: string; message: string };
const LOOK_AT_ONCE = 8;
const WEBHOOK_WITHIN_MS = 5_000;

/** Looks from outside for incidents that do not move: an exception that escapes a workflow is retried for ever in silence. */
export function createWatchdog(deps: WatchdogDeps): Watchdog {
  const limits = { ...LIMITS, ...deps.limits };
  /** Found, but not yet told: the receiver may be away just then. */
  const untold = new Map<string, Found>();
  /** Told while the database was away, and so noted nowhere else. */
  const told = new Set<string>();
  const inVain = createVainLooks(deps.log, limits.vainLooks);
  return {
    async look() {
      const { found, complete } = await lookAround(deps, limits, inVain);
      let unkept = false;
      try {
        for (const one of await keep(deps, found, complete, untold)) if (!told.has(one.key)) untold.set(one.key, one);
        told.clear();
      } catch (error) {
        for (const one of [...found, ...inVain.failed('database', error)])
          if (!told.has(one.key)) untold.set(one.key, one);
        unkept = true;
      }
      inVain.endLook();
      for (const one of untold.values())
        if (await tell(deps, one)) {
          untold.delete(one.key);
          if (unkept) told.add(one.key);
        }
    },
  };
}

/** `complete`: everything could be looked at, so what is not found any more is over. */
async function lookAround(
  deps: WatchdogDeps,
  limits: typeof LIMITS,
  inVain: VainLooks,
): Promise<{ found: Found[]; complete: boolean }> {
  const found: Found[] = [];
  let complete = true;
  const part = async (what: Source, look: () => Promise<Found[]>) => {
    try {
      found.push(...(await look()));
    } catch (error) {
      complete = false;
      found.push(...inVain.failed(what, error));
    }
  };
  let views: IncidentView[] = [];
  await part('database', async () => {
    views = await deps.openIncidents();
    return views.flatMap((view) => overdue(view, deps.now() - limits.overdueMs));
  });
  await part('Temporal', async () => {
    const ids = new Set([...views.map((view) => view.id), ...(await runningIncidents(deps.client))]);
    return inTurns([...ids], (id) =>
      stuck(
        deps,
        limits,
        id,
        views.some((view) => view.id === id),
      ),
    );
  });
  return { found, complete };
}

function overdue(view: IncidentView, before: number): Found[] {
  return openDecisions(view)
    .filter(({ question }) => question.until < before)
    .map(({ question }) => ({
      key: `overdue:${view.id}:${question.number}`,
      incident: view.id,
      code: 'decision-overdue',
      message: `Question ${question.number} of ${view.id} should have ended by its default. The incident is not moving.`,
    }));
}

async function runningIncidents(client: Client): Promise<string[]> {
  const ids: string[] = [];
  const query = `WorkflowType = '${INCIDENT_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

async function stuck(deps: WatchdogDeps, limits: typeof LIMITS, incident: string, isOpen: boolean): Promise<Found[]> {
  const about = (code: string, message: string): Found => ({ key: `${code}:${incident}`, incident, code, message });
  const lost = about(
    'not-running',
    `${incident} is open, but its workflow has ended without closing it. Somebody terminated it in Temporal, or it was lost.`,
  );
  const described = await deps.client.workflow.getHandle(incident).describe().catch(absentAsNull);
  if (described === null || described.status.name !== 'RUNNING') return isOpen ? [lost] : [];
  const { pendingWorkflowTask: task, pendingActivities } = described.raw;
  const found: Found[] = [];
  const attempt = task?.attempt ?? 0;
  if (attempt >= limits.taskAttempts)
    found.push(
      about(
        'task-failing',
        `${incident} stands still: its workflow task has failed ${attempt - 1} times. The worker's log says why.`,
      ),
    );
  else if (task && !task.startedTime && isBefore(task.scheduledTime, deps.now() - limits.untakenMs))
    found.push(about('no-worker', `${incident} waits for a worker. Is one running, on the right task queue?`));
  const repeated = (pendingActivities ?? []).filter((activity) => (activity.attempt ?? 0) >= limits.actAttempts);
  if (repeated.length > 0)
    found.push(
      about(
        'act-failing',
        `${incident}: ${repeated[0]?.activityType?.name} has been tried ${repeated[0]?.attempt} times in vain. The worker's log says why.`,
      ),
    );
  return found;
}

function absentAsNull(error: unknown): null {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
}

type Timestamp = { seconds?: unknown } | null | undefined;
const isBefore = (time: Timestamp, limitMs: number): boolean =>
  time?.seconds !== undefined && Number(time.seconds) * 1_000 < limitMs;

async function inTurns<T, R>(items: readonly T[], look: (item: T) => Promise<R[]>): Promise<R[]> {
  const all: R[] = [];
  for (let at = 0; at < items.length; at += LOOK_AT_ONCE)
    all.push(...(await Promise.all(items.slice(at, at + LOOK_AT_ONCE).map(look))).flat());
  return all;
}

/** Notes what was found and what is over. Answers with what is new. */
async function keep(
  deps: WatchdogDeps,
  found: Found[],
  complete: boolean,
  untold: Map<string, Found>,
): Promise<Found[]> {
  const at = deps.now();
  const fresh: Found[] = [];
  for (const one of found) if ((await deps.findings.report({ ...one, at })).fresh) fresh.push(one);
  if (!complete) return fresh;
  for (const over of await deps.findings.resolveOthers(
    found.map((one) => one.key),
    at,
  )) {
    untold.delete(over.key);
    deps.log.info({ incident: over.incident, code: over.code }, 'the watchdog finds this mended');
  }
  return fresh;
}

type VainLooks = ReturnType<typeof createVainLooks>;

/** Counts how many looks in a row each source did not answer. Once in a look is enough. */
function createVainLooks(log: Log, enough: number) {
  const looks = { database: 0, Temporal: 0 };
  const failedNow = new Set<Source>();
  return {
    /** That it is away, when it has been for long enough. Why is for the log: people cannot use the words of a driver. */
    failed(what: Source, error: unknown): Found[] {
      if (!failedNow.has(what)) looks[what] += 1;
      failedNow.add(what);
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ source: what, error: why, looks: looks[what] }, 'the watchdog could not look');
      return looks[what] >= enough ? [away(what)] : [];
    },
    /** A look ends: whatever answered throughout is there again. */
    endLook(): void {
      for (const what of ['database', 'Temporal'] as const) if (!failedNow.has(what)) looks[what] = 0;
      failedNow.clear();
    },
  };
}

function away(what: Source): Found {
  const code = `${what.toLowerCase()}-away`;
  const name = what === 'database' ? 'the database' : what;
  return {
    key: code,
    incident: null,
    code,
    message: `The watchdog cannot look: ${name} does not answer. The server's log says why.`,
  };
}

/** True when there is nobody left to tell. */
async function tell({ log, webhook }: WatchdogDeps, { incident, code, message }: Found): Promise<boolean> {
  log.error({ incident, code }, message);
  if (webhook === null) return true;
  try {
    const answer = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'tocsin-watchdog', incident, code, message }),
      redirect: 'error',
      signal: AbortSignal.timeout(WEBHOOK_WITHIN_MS),
    });
    if (answer.ok) return true;
    log.error({ incident, code, status: answer.status }, 'the watchdog could not page; it tries again');
  } catch (error) {
    log.error(
      { incident, code, error: error instanceof Error ? error.name : String(error) },
      'the watchdog could not page; it tries again',
    );
  }
  return false;
}
