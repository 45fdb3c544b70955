import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { CHECK_WORKFLOW, checkId, checkOfSchedule } from '../../workflows/check-id.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { type PlannedCheck, plannedChecks } from '../inventory/planned-checks.ts';
import { listSchedules } from '../surfaces/checks.ts';
import type { Log } from './log.ts';

export type Schedules = {
  /** Makes the schedules what the inventory says now, if it or they may have changed since. Call it about once a second. */
  follow(): Promise<void>;
};

export type ScheduleDeps = {
  client: Client;
  taskQueue: string;
  inventory(): Inventory;
  log: Log;
  now(): number;
};

type Planned = PlannedCheck & { everyMs: number };

/** Somebody may have deleted one in Temporal, or another server may have read an older file. */
const LOOK_AGAIN_EVERY_MS = 60_000;
const MINUTE_MS = 60_000;
/** Temporal takes no shorter one. */
const CATCHUP_MIN_MS = 10_000;
/** Spread, so that all systems of an hourly check do not ask one registry at once. */
const JITTER_SHARE = 0.1;
const JITTER_MAX_MS = 5 * MINUTE_MS;

/**
 * Keeps one Temporal Schedule for each check of the inventory that has an interval. Nothing is remembered between looks and every
 * change is one that may be made twice, so that several servers can do this side by side.
 */
export function createSchedules(deps: ScheduleDeps): Schedules {
  let followed: Inventory | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    async follow() {
      const inventory = deps.inventory();
      if (inventory === followed && deps.now() - lookedAt < LOOK_AGAIN_EVERY_MS) return;
      await makeSo(deps, scheduled(inventory));
      // Only now: what failed is tried again at the next call.
      followed = inventory;
      lookedAt = deps.now();
    },
  };
}

const scheduled = (inventory: Inventory): Planned[] =>
  plannedChecks(inventory).flatMap(({ everyMs, ...planned }) => (everyMs === null ? [] : [{ ...planned, everyMs }]));

async function makeSo(deps: ScheduleDeps, wanted: readonly Planned[]): Promise<void> {
  const { client, taskQueue, log } = deps;
  const ids = new Set(wanted.map((planned) => checkId(taskQueue, planned)));
  for (const planned of wanted) await ensure(deps, planned);
  // The list lags behind a little: what it does not show yet is seen at the next look.
  for await (const { scheduleId } of listSchedules(client)) {
    if (!scheduleId || checkOfSchedule(taskQueue, scheduleId) === null || ids.has(scheduleId)) continue;
    await unlessGone(() => client.schedule.getHandle(scheduleId).delete());
    log.info({ schedule: scheduleId }, 'a check is no longer made on a schedule');
  }
}

async function ensure({ client, taskQueue, log }: ScheduleDeps, planned: Planned): Promise<void> {
  const options = optionsFor(taskQueue, planned);
  const handle = client.schedule.getHandle(options.scheduleId);
  const found = await unlessGone(() => handle.describe());
  if (found === null) {
    try {
      await client.schedule.create(options);
      log.info({ schedule: options.scheduleId, everyMs: planned.everyMs }, 'a check is made on a schedule');
    } catch (error) {
      // Another server was quicker.
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
    return;
  }
  if (found.spec.intervals?.length === 1 && found.spec.intervals[0]?.every === planned.everyMs) return;
  const { spec, action, policies } = options;
  // Paused in Temporal's own console, it stays so.
  await handle.update(({ state }) => ({ spec, action, policies, state }));
  log.info({ schedule: options.scheduleId, everyMs: planned.everyMs }, 'the schedule of a check was changed');
}

type CheckSchedule = ScheduleOptions & { action: { type: 'startWorkflow'; workflowId: string } };

function optionsFor(taskQueue: string, { everyMs, ...checked }: Planned): CheckSchedule {
  const id = checkId(taskQueue, checked);
  const jitterMs = everyMs < MINUTE_MS ? 0 : Math.min(everyMs * JITTER_SHARE, JITTER_MAX_MS);
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs }], ...(jitterMs > 0 && { jitter: jitterMs }) },
    action: { type: 'startWorkflow', workflowId: id, workflowType: CHECK_WORKFLOW, taskQueue, args: [] },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      // After an outage the next turn says how things are now; those that were missed say nothing more.
      catchupWindow: Math.max(CATCHUP_MIN_MS, Math.min(everyMs, MINUTE_MS)),
    },
    // Nobody should wait an hour to learn whether a check works.
    state: { triggerImmediately: true },
  };
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
