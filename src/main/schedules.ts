import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
} from '@temporalio/client';
import type { Inventory } from '../inventory/inventory.ts';
import { listSchedules } from '../surfaces/checks.ts';
import { checkSchedules } from './check-schedules.ts';
import { drillSchedules } from './drill-schedules.ts';
import { improvementSchedules } from './improvement-schedules.ts';
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

/** What comes round by itself. `what`: names one of them in the log. */
export type ScheduleKind = {
  what: string;
  wanted(inventory: Inventory, taskQueue: string): WantedSchedule[];
  isOne(taskQueue: string, scheduleId: string): boolean;
};

export type WantedSchedule = {
  options: ScheduleOptions & { action: { type: 'startWorkflow'; workflowId: string } };
  about: Record<string, unknown>;
  /** Whether a schedule that is there is as it should be. */
  isSo(found: ScheduleDescription): boolean;
  /** `run`: what it does depends on more of the file than stands in Temporal. */
  whenEdited?: 'run';
};

/** Somebody may have deleted one in Temporal, or another server may have read an older file. */
const LOOK_AGAIN_EVERY_MS = 60_000;
const KINDS = [checkSchedules, drillSchedules, improvementSchedules];

/**
 * Keeps Temporal Schedules for what the inventory wants to come round by itself. Nothing is remembered between looks and every change
 * is one that may be made twice, so that several servers can do this side by side.
 */
export function createSchedules(deps: ScheduleDeps): Schedules {
  let followed: Inventory | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    async follow() {
      const inventory = deps.inventory();
      const edited = inventory !== followed;
      if (!edited && deps.now() - lookedAt < LOOK_AGAIN_EVERY_MS) return;
      for (const kind of KINDS) await makeSo(deps, kind, inventory, edited);
      // Only now: what failed is tried again at the next call.
      followed = inventory;
      lookedAt = deps.now();
    },
  };
}

async function makeSo(deps: ScheduleDeps, kind: ScheduleKind, inventory: Inventory, edited: boolean): Promise<void> {
  const { client, taskQueue, log } = deps;
  const wanted = kind.wanted(inventory, taskQueue);
  const ids = new Set(wanted.map(({ options }) => options.scheduleId));
  for (const one of wanted) await ensure(deps, kind, one, edited);
  // The list lags behind a little: what it does not show yet is seen at the next look.
  for await (const { scheduleId } of listSchedules(client)) {
    if (!scheduleId || !kind.isOne(taskQueue, scheduleId) || ids.has(scheduleId)) continue;
    await unlessGone(() => client.schedule.getHandle(scheduleId).delete());
    log.info({ schedule: scheduleId }, `${kind.what} no longer has a schedule`);
  }
}

async function ensure(
  { client, log }: ScheduleDeps,
  { what }: ScheduleKind,
  { options, about, isSo, whenEdited }: WantedSchedule,
  edited: boolean,
): Promise<void> {
  const handle = client.schedule.getHandle(options.scheduleId);
  const found = await unlessGone(() => handle.describe());
  if (found === null) {
    try {
      await client.schedule.create(options);
      log.info({ schedule: options.scheduleId, ...about }, `${what} has a schedule`);
    } catch (error) {
      // Another server was quicker.
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
    return;
  }
  if (!isSo(found)) {
    const { spec, action, policies } = options;
    // Paused in Temporal's own console, it stays so.
    await handle.update(({ state }) => ({ spec, action, policies, state }));
    log.info({ schedule: options.scheduleId, ...about }, `the schedule of ${what} was changed`);
  }
  if (edited && whenEdited === 'run' && !found.state.paused) await unlessGone(() => handle.trigger());
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
