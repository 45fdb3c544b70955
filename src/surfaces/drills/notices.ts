import { dayInZone, momentInZone } from '../../capabilities/business-time.ts';
import { roleInWords } from '../../incident/decision.ts';
import { counted, listed, quoted } from '../../incident/phrases.ts';
import type { Drill } from './contract.ts';
import type { LastDrilled } from './last-drilled.ts';
import { arrangersOf } from './roster.ts';

/** What those whom a planned drill concerns should know: one line a drill, and no alarm. */
export type DrillLine = { drill: string | null; text: string };

const DAY_MS = 86_400_000;
/** From when on its date is told to all who take part. */
const NEAR_MS = 14 * DAY_MS;

export type Notable = Pick<Drill, 'id' | 'status' | 'script' | 'players' | 'staff' | 'at' | 'plannedBy'>;
export type About = { now: number; zone: string; people: ReadonlySet<string> };

/** Null where there is nothing to tell this person. */
export function lineOf(drill: Notable, person: string, about: About): DrillLine | null {
  if (drill.status !== 'planned') return null;
  const takesPart = [...drill.players, ...drill.staff].some((one) => one.person === person);
  const arrangers = arrangersOf(drill, { person: (id) => (about.people.has(id) ? id : null) });
  const arranges = arrangers.length === 0 ? takesPart : arrangers.includes(person);
  const told = [
    ...(takesPart || arranges ? dateWords(drill, arranges, about) : []),
    ...(arranges ? missingWords(drill, about.people) : []),
  ];
  if (told.length === 0) return null;
  return { drill: drill.id, text: `${drill.id} ${quoted(drill.script.title)} ${told.join('; ')}.` };
}

function dateWords({ at }: Notable, arranges: boolean, { now, zone }: About): string[] {
  if (at === null) return arranges ? ['has no date yet'] : [];
  // The console's other times are UTC.
  const day = `${momentInZone(at, { zone })} (${zone})`;
  if (at < now) return arranges ? [`was to begin on ${day}: start it, move it, or call it off`] : [];
  if (at - now > NEAR_MS) return [];
  const days = Math.floor((at - now) / DAY_MS);
  return [`begins on ${day}, ${days === 0 ? 'within a day' : `in ${counted(days, 'day')}`}`];
}

function missingWords({ script, players, staff }: Notable, people: ReadonlySet<string>): string[] {
  const gone = [...new Set([...players, ...staff].map(({ person }) => person))].filter((one) => !people.has(one));
  const empty = script.seats
    .filter(({ role, needed }) => needed && !players.some((player) => player.role === role))
    .map(({ role }) => roleInWords(role));
  return [
    ...(players.length > 1 && !staff.some(({ role }) => role === 'facilitator') ? ['nobody facilitates it'] : []),
    ...(gone.length > 0 ? [`no longer in the inventory: ${listed(gone)}`] : []),
    ...(empty.length > 0 ? [`nobody plays ${listed(empty)} yet: bots will`] : []),
  ];
}

/** What a schedule wanted last, and of which playbook. */
export type WantedLast = { schedule: string; playbook: string; at: number; from: number };

/** `No drill of this playbook since 12 Mar 2026; the schedule every-quarter wanted one on 10 Nov 2026.` Null where none is overdue. */
export function overdueWords(last: LastDrilled, wanted: readonly WantedLast[], zone: string): string | null {
  const [first] = wanted.filter((one) => isOverdue(last, one)).sort((a, b) => a.at - b.at);
  if (!first) return null;
  const at = lastOf(last, first.playbook);
  const since =
    at === null ? 'No drill of this playbook yet' : `No drill of this playbook since ${dayInZone(at, zone)}`;
  return `${since}; the schedule ${first.schedule} wanted one on ${dayInZone(first.at, zone)}.`;
}

/** Whatever version was drilled in that period counts. */
export function isOverdue(last: LastDrilled, { playbook, from }: WantedLast): boolean {
  const at = lastOf(last, playbook);
  return at === null || at < from;
}

function lastOf(last: LastDrilled, playbook: string): number | null {
  const times = [...last.values()].filter((one) => one.playbook === playbook).map(({ at }) => at);
  return times.length === 0 ? null : Math.max(...times);
}

/** What the pages tell of drills that are planned, and of those that should have been. */
export interface DrillNotices {
  /** For this person. */
  lines(person: string): Promise<DrillLine[]>;
  overdue(playbook: string): Promise<string | null>;
}
