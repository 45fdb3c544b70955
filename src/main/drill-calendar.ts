import { type DrillDate, dateOfPeriod } from '../inventory/drill-dates.ts';
import type { DrillSchedule } from '../inventory/drills.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { DrillTurn, DrillTurns } from '../store/drill-turns.ts';
import { type DrillDesk, DrillPlan } from '../surfaces/drills/contract.ts';
import type { Person } from '../surfaces/ports.ts';
import { Problem } from '../surfaces/problem.ts';
import type { Log } from './log.ts';

export type DrillCalendarDeps = {
  /** As its file says now. */
  inventory(): Inventory;
  turns: DrillTurns;
  desk: Pick<DrillDesk, 'plan' | 'offers'>;
  log: Log;
  now(): number;
};

/** Who plans it: no person's id looks like this. */
const planner = (schedule: string): Person => ({
  id: `schedule:${schedule}`,
  name: `the schedule ${schedule}`,
  email: null,
  roles: [],
});

/**
 * Plans the drills that workers have noted as due, as people do: by the same desk, with the same checks, and by the file as it stands
 * now. The period is the key, so that several servers, or one that dies in between, plan it once. What cannot be planned is tried again.
 */
export function createDrillCalendar(deps: DrillCalendarDeps): { look(): Promise<void> } {
  return {
    async look() {
      for (const turn of await deps.turns.open()) await take(deps, turn);
    },
  };
}

async function take(deps: DrillCalendarDeps, turn: DrillTurn): Promise<void> {
  const { inventory, turns, log, now } = deps;
  const schedule = inventory().drillSchedules?.find(({ id }) => id === turn.schedule);
  const date = schedule ? dateOfPeriod(schedule, turn.period) : null;
  // The file no longer says so, or its day has come before anybody could plan it.
  if (!schedule || !date || date.at <= now()) {
    await turns.drop(turn);
    log.warn(
      { schedule: turn.schedule, period: turn.period },
      'a drill of a schedule was not planned: it is over, or no longer wanted',
    );
    return;
  }
  try {
    const drill = await plan(deps, schedule, date);
    await turns.planned(turn, drill);
    log.info({ schedule: schedule.id, period: date.period, drill }, 'the drill of a schedule was planned');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const problem = [error.message, error.next].filter(Boolean).join(' ');
    await turns.failed(turn, problem);
    if (problem !== turn.problem)
      log.warn({ schedule: schedule.id, period: date.period, problem }, 'the drill of a schedule cannot be planned');
  }
}

async function plan({ desk }: DrillCalendarDeps, schedule: DrillSchedule, date: DrillDate): Promise<string> {
  const { id, facilitator, players, length } = schedule;
  const offer = (await desk.offers()).find(({ simulation }) => simulation === date.simulation);
  // Simulations that are taken in turn have different seats.
  const seats = new Set(offer?.seats.map(({ role }) => role));
  const wanted = DrillPlan.parse({
    simulation: date.simulation,
    ...(length !== null && { length }),
    players: players.filter(({ role }) => seats.has(role)),
    staff: [{ role: 'facilitator', person: facilitator }],
    at: date.at,
  });
  const { id: drill } = await desk.plan(planner(id), wanted, date.period);
  return drill;
}
