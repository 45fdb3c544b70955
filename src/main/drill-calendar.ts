import { type DrillDate, dateOfPeriod, lastDates } from '../inventory/drill-dates.ts';
import type { DrillSchedule } from '../inventory/drills.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { DrillTurn, DrillTurns } from '../store/drill-turns.ts';
import { type DrillDesk, DrillPlan } from '../surfaces/drills/contract.ts';
import {
  type DrillLine,
  type DrillNotices,
  isOverdue,
  lineOf,
  overdueWords,
  type WantedLast,
} from '../surfaces/drills/notices.ts';
import type { Person } from '../surfaces/ports.ts';
import { Problem } from '../surfaces/problem.ts';
import type { Log } from './log.ts';

export type DrillCalendarDeps = {
  /** As its file says now. */
  inventory(): Inventory;
  turns: DrillTurns;
  desk: Pick<DrillDesk, 'plan' | 'offers' | 'list' | 'lastDrilled'>;
  log: Log;
  now(): number;
};

/** Who plans the drills of a schedule: no person's id looks like this. */
export const plannerOf = (schedule: string): string => `schedule:${schedule}`;

const planner = (schedule: string): Person => ({
  id: plannerOf(schedule),
  name: `the schedule ${schedule}`,
  email: null,
  roles: [],
});

export type DrillCalendar = DrillNotices & {
  /** Plans what has been noted as due. */
  look(): Promise<void>;
  /** How many schedules were not followed. */
  overdueSchedules(): Promise<number>;
};

/**
 * Plans the drills that workers have noted as due, as people do: by the same desk, with the same checks, and by the file as it stands
 * now. The period is the key, so that several servers, or one that dies in between, plan it once. What cannot be planned is tried again.
 */
export function createDrillCalendar(deps: DrillCalendarDeps): DrillCalendar {
  const { inventory, turns, desk, now } = deps;
  const zone = () => inventory().organisation.timezone;
  return {
    async look() {
      for (const turn of await turns.open()) await take(deps, turn);
    },
    async lines(person) {
      const [planned, open] = await Promise.all([desk.list({ status: ['planned'] }), turns.open()]);
      const people = new Set(inventory().people.map(({ id }) => id));
      const about = { now: now(), zone: zone(), people };
      const dated = planned.sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity));
      return [
        ...dated.flatMap((drill) => lineOf(drill, person, about) ?? []),
        ...open.flatMap((turn) => unplanned(inventory(), turn, person, about.now) ?? []),
      ];
    },
    async overdue(playbook) {
      const wanted = (await wantedLast(deps)).filter((one) => one.playbook === playbook);
      return wanted.length === 0 ? null : overdueWords(await desk.lastDrilled(), wanted, zone());
    },
    async overdueSchedules() {
      const wanted = await wantedLast(deps);
      const last = await desk.lastDrilled();
      return new Set(wanted.filter((one) => isOverdue(last, one)).map(({ schedule }) => schedule)).size;
    },
  };
}

/** Whoever runs it is told why there is none, while something can be done about it. */
function unplanned({ drillSchedules }: Inventory, turn: DrillTurn, person: string, now: number): DrillLine | null {
  const schedule = drillSchedules?.find(({ id }) => id === turn.schedule);
  if (turn.problem === null || schedule?.facilitator !== person) return null;
  if ((dateOfPeriod(schedule, turn.period)?.at ?? 0) <= now) return null;
  const text = `The drill of the schedule ${turn.schedule} for ${turn.period} cannot be planned: ${turn.problem}`;
  return { drill: null, text };
}

/** What a drill takes, and who plays it a day late: nobody is told so soon that there was none. */
const GRACE_MS = 86_400_000;
const OVER = 'Its date came before it could be planned.';

async function wantedLast({ inventory, turns, desk, now }: DrillCalendarDeps): Promise<WantedLast[]> {
  const { drillSchedules = [] } = inventory();
  const since = drillSchedules.length === 0 ? new Map<string, number>() : await turns.since();
  // A schedule wanted nothing before it stood in the file.
  const dates = drillSchedules.flatMap((schedule) =>
    lastDates(schedule, now() - GRACE_MS).filter(({ at }) => at > (since.get(schedule.id) ?? Infinity)),
  );
  if (dates.length === 0) return [];
  const offers = await desk.offers();
  return dates.flatMap(({ schedule, simulation, at, from }) => {
    const playbook = offers.find((offer) => offer.simulation === simulation)?.playbook;
    return playbook ? [{ schedule, playbook, at, from }] : [];
  });
}

async function take(deps: DrillCalendarDeps, turn: DrillTurn): Promise<void> {
  const { inventory, turns, log, now } = deps;
  const schedule = inventory().drillSchedules?.find(({ id }) => id === turn.schedule);
  const date = schedule ? dateOfPeriod(schedule, turn.period) : null;
  const about = { schedule: turn.schedule, period: turn.period };
  if (!schedule || !date) {
    await turns.drop(turn);
    log.warn(about, 'a drill of a schedule was not planned: the file no longer wants it');
    return;
  }
  // It stays noted that one was wanted.
  if (date.at <= now()) {
    await turns.failed(turn, OVER);
    if (turn.problem !== OVER) log.warn(about, 'a drill of a schedule was not planned: its date has come');
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
