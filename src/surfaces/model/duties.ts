import { roleInWords } from '../../incident/decision.ts';
import { isOpenObligation, type ObligationView } from '../../incident/obligation.ts';
import type { IncidentView } from '../../incident/view.ts';
import { dayText, hourText, spanText } from './clock.ts';
import type { Looker } from './standing.ts';

/** Duties to notify as every surface says them: the law, whom, by when, how much time is left, who answers for it. */
export type DutyState = 'open' | 'soon' | 'overdue' | 'met' | 'met-late' | 'waived';

export type Duty = {
  incident: string;
  number: number;
  path: string;
  rule: ObligationView['rule'];
  state: DutyState;
  /** Article and law: what people call it by. */
  title: string;
  owner: string;
  ownerWords: string;
  awareAt: number;
  dueAt: number;
  reminders: readonly number[];
  /** `at`: when it was given, or judged not to be due; `recordedAt`: when that was said. */
  settled: { at: number; recordedAt: number; person: string | null; words: string } | null;
};

/** What is due first comes first; what is settled comes last, the latest first. */
export function dutiesOf(view: Pick<IncidentView, 'id' | 'obligations'>, now: number): Duty[] {
  return view.obligations.map((one) => dutyOf(view.id, one, now)).sort(byUrgency);
}

export function byUrgency(a: Duty, b: Duty): number {
  if (isOpen(a) !== isOpen(b)) return isOpen(a) ? -1 : 1;
  return isOpen(a) ? a.dueAt - b.dueAt : (b.settled?.at ?? 0) - (a.settled?.at ?? 0);
}

export const isOpen = (duty: Duty): boolean => duty.settled === null;

export function dutyOf(incident: string, obligation: ObligationView, now: number): Duty {
  const { number, path, rule, awareAt, dueAt, owner, reminders } = obligation;
  const title = `${rule.article}, ${rule.law}`;
  const ownerWords = roleInWords(owner);
  const state = stateOf(obligation, now);
  const settled = settledBy(obligation);
  return { incident, number, path, rule, state, title, owner, ownerWords, awareAt, dueAt, reminders, settled };
}

/** The last quarter of the time is "soon", as for questions. */
function stateOf(obligation: ObligationView, now: number): DutyState {
  if (obligation.met) return obligation.met.late ? 'met-late' : 'met';
  if (obligation.waived) return 'waived';
  if (obligation.overdueAt !== undefined || now >= obligation.dueAt) return 'overdue';
  return obligation.dueAt - now <= obligation.rule.limitMs / 4 ? 'soon' : 'open';
}

function settledBy({ met, waived }: ObligationView): Duty['settled'] {
  if (met) return { at: met.givenAt ?? met.at, recordedAt: met.at, person: met.person, words: met.how };
  if (!waived) return null;
  return { at: waived.at, recordedAt: waived.at, person: waived.person, words: waived.reason };
}

export const STATE_WORDS = {
  open: 'due',
  soon: 'due soon',
  overdue: 'overdue',
  met: 'given in time',
  'met-late': 'given late',
  waived: 'not due',
} as const satisfies Record<DutyState, string>;

/** `11 h 20 min left`, `late by 2 h 05 min`; what became of it once it is settled. */
export function leftWords(duty: Duty, now: number): string {
  switch (duty.state) {
    case 'open':
    case 'soon':
      return `${longSpan(duty.dueAt - now)} left`;
    case 'overdue':
      return `late by ${longSpan(now - duty.dueAt)}`;
    case 'met':
      return `given ${longSpan(duty.dueAt - (duty.settled?.at ?? now))} before the limit`;
    case 'met-late':
      return `given ${longSpan((duty.settled?.at ?? now) - duty.dueAt)} after the limit`;
    case 'waived':
      return 'judged not to be due';
    default:
      return duty.state satisfies never;
  }
}

/** `Overdue, late by 2 h`; what became of it once it is settled. */
export function standingWords(duty: Duty, now: number): string {
  const words = isOpen(duty) ? `${STATE_WORDS[duty.state]}, ${leftWords(duty, now)}` : leftWords(duty, now);
  return words.replace(/^./, (c) => c.toUpperCase());
}

const DAY_MS = 86_400_000;

/** As `spanText`, with days for what takes longer than two. */
export function longSpan(ms: number): string {
  if (ms < 2 * DAY_MS) return spanText(ms);
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / 3_600_000);
  return hours === 0 ? `${days} days` : `${days} days ${hours} h`;
}

/** `Sun 22 Nov 2026, 03:22 UTC`. */
export const utcMoment = (ms: number): string => `${dayText(ms)}, ${hourText(ms)} UTC`;

/** When it was given or judged not to be due; with when that was recorded, where somebody said it afterwards. */
export const settledWhen = ({ at, recordedAt }: NonNullable<Duty['settled']>): string =>
  at === recordedAt ? utcMoment(at) : `${utcMoment(at)}, as recorded ${utcMoment(recordedAt)}`;

/** `Sun 22 Nov 2026, 04:22 CET`: the same moment on the organisation's clocks; null where they show UTC. */
export function localMoment(ms: number, timezone: string): string | null {
  const parts = formatIn(timezone).formatToParts(ms);
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? '';
  const words = `${of('weekday')} ${of('day')} ${of('month').slice(0, 3)} ${of('year')}, ${of('hour')}:${of('minute')} ${of('timeZoneName')}`;
  return words === utcMoment(ms) ? null : words;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes longer than all the rest. */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  formats.set(timeZone, format);
  return format;
}

/** Both clocks: `Sun 22 Nov 2026, 03:22 UTC (Sun 22 Nov 2026, 04:22 CET)`. */
export function bothMoments(ms: number, timezone: string): string {
  const local = localMoment(ms, timezone);
  return local === null ? utcMoment(ms) : `${utcMoment(ms)} (${local})`;
}

/** Whether this person may say that it was given, or need not be: who answers for it, and the incident commander. */
export const maySettle = (duty: Pick<Duty, 'owner'>, person: Pick<Looker, 'roles'>): boolean =>
  person.roles.includes(duty.owner) || person.roles.includes('incident-commander');

/** Open duties of several incidents, what is due first first. */
export const openDuties = (
  views: readonly Pick<IncidentView, 'id' | 'obligations' | 'exercise'>[],
  now: number,
): Duty[] =>
  views
    // After a drill nobody need be told.
    .filter(({ exercise }) => exercise?.endedAt === undefined)
    .flatMap((view) => view.obligations.filter(isOpenObligation).map((one) => dutyOf(view.id, one, now)))
    .sort(byUrgency);
