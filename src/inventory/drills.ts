import type { Weekday } from '../capabilities/business-time.ts';
import type { Diagnostic } from '../playbook/diagnostics.ts';
import { inDaysAndRest, milliseconds } from '../playbook/duration.ts';
import { didYouMean } from '../playbook/names.ts';
import type { Key, YamlSource } from '../playbook/yaml.ts';
import { daysMeantBy } from './drill-schema.ts';
import type { InventorySource } from './schema.ts';

/** Drills that come round by themselves, as `tocsin.yaml` says. */
export type DrillSchedule = {
  id: string;
  /** Taken in turn, one a period. */
  simulations: readonly string[];
  /** One of the simulation's; null: its longest. */
  length: string | null;
  every: Every;
  on: { month: number; week: Week; day: Weekday; at: string };
  zone: string;
  /** How much later than its nominal date it may fall: by so many whole days, and so much on the day. */
  jitter: { days: number; restMs: number };
  /** Days on which there is none, with the days off of the calendar. Both ends are meant. */
  blackout: readonly { from: string; to: string }[];
  /** The days on which people work, where the inventory says it: a date that moves moves to one of them. */
  workdays: readonly Weekday[] | null;
  planAheadMs: number;
  /** How long before a drill its facilitator is reminded, the longest first. */
  remindMs: readonly number[];
  facilitator: string;
  players: readonly { role: string; person: string }[];
};
export type Every = 'week' | 'month' | 'quarter' | 'half-year' | 'year';
export type Week = 'first' | 'second' | 'third' | 'fourth' | 'last';

/** How many months a period has; a week has none. */
export const MONTHS_OF: Record<Every, number> = { week: 0, month: 1, quarter: 3, 'half-year': 6, year: 12 };

export const JITTER_DAYS_MAX = 14;
export const PLAN_AHEAD_DAYS_MAX = 180;
const DAY_MS = 86_400_000;
/** Of drills that no schedule has planned, too. */
export const REMIND_MS: readonly number[] = [14 * DAY_MS, 7 * DAY_MS, DAY_MS];

export function drillSchedules({ drills, organisation, calendar }: InventorySource): DrillSchedule[] {
  return drills.schedules.map((source) => ({
    id: source.id,
    simulations: [source.simulation].flat(),
    length: source.length ?? null,
    every: source.every,
    on: { month: 1, week: 'first', ...source.on },
    zone: source.timezone ?? organisation.timezone,
    jitter: source.jitter === undefined ? { days: 0, restMs: 0 } : inDaysAndRest(source.jitter),
    blackout: [...source.blackout, ...(calendar?.holidays ?? [])].flatMap((text) => daysMeantBy(text) ?? []),
    workdays: calendar?.days ?? null,
    planAheadMs: milliseconds(source['plan-ahead']),
    remindMs: source.remind?.map(milliseconds).sort((a, b) => b - a) ?? REMIND_MS,
    facilitator: source.facilitator,
    players: Object.entries(source.players).map(([role, person]) => ({ role, person })),
  }));
}

/** What the shape alone does not say: names, and dates that there are not. */
export function drillProblems(value: InventorySource, source: YamlSource): Diagnostic[] {
  const found: Diagnostic[] = [];
  const problem = (path: Key[], code: string, message: string, key = false) =>
    found.push({ ...source.place(path, { key }), severity: 'error', code, message });
  const expect = (name: string, known: string[], what: string, path: Key[], key = false) => {
    if (known.includes(name)) return;
    const suggestion = didYouMean(name, known);
    const place = source.place(path, { key });
    const unknown = { severity: 'error', code: 'unknown-name', message: `unknown ${what} "${name}"` } as const;
    found.push({ ...place, ...unknown, ...(suggestion && { suggestion }) });
  };
  const seen = new Set<string>();
  for (const [i, schedule] of value.drills.schedules.entries()) {
    const at = (...keys: Key[]): Key[] => ['drills', 'schedules', i, ...keys];
    const { id, every, on, jitter, facilitator, players } = schedule;
    if (seen.has(id)) problem(at('id'), 'name-twice', `there are two schedules of drills called "${id}"`);
    seen.add(id);
    const months = MONTHS_OF[every];
    if (on.month !== undefined && on.month > months)
      problem(at('on', 'month'), 'no-such-month', monthWords(every, months));
    if (every === 'week' && on.week !== undefined)
      problem(at('on', 'week'), 'no-such-week', 'a drill of every week has no week; leave it out');
    const days = jitter === undefined ? 0 : inDaysAndRest(jitter).days;
    const most = every === 'week' ? 6 : JITTER_DAYS_MAX;
    if (days > most) problem(at('jitter'), 'jitter', `a drill of every ${every} moves by ${most}d at most`);
    if (milliseconds(schedule['plan-ahead']) > PLAN_AHEAD_DAYS_MAX * DAY_MS)
      problem(at('plan-ahead'), 'plan-ahead', `a drill is planned at most ${PLAN_AHEAD_DAYS_MAX}d ahead`);
    const people = Object.keys(value.people);
    expect(facilitator, people, 'person', at('facilitator'));
    for (const [role, person] of Object.entries(players)) {
      expect(role, Object.keys(value.roles), 'role', at('players', role), true);
      expect(person, people, 'person', at('players', role));
      if (person === facilitator)
        problem(
          at('players', role),
          'plays-and-runs',
          `"${person}" facilitates; whoever runs a drill does not play it`,
        );
    }
  }
  return found;
}

const monthWords = (every: Every, months: number): string =>
  months <= 1 ? `a drill of every ${every} has no month; leave it out` : `a ${every} has ${months} months`;
