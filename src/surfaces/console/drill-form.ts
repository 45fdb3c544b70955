import { DateTime } from 'luxon';
import type { z } from 'zod';
import { type ExerciseCommand, ExerciseMessage, RATE_MAX } from '../../incident/exercise-messages.ts';
import type { Inject } from '../../simulator/core/script.ts';
import type { Drill, DrillPlan } from '../drills/contract.ts';
import { Problem } from '../problem.ts';
import type { PlanFaults, PlanFields } from './pages/drill-plan.tsx';

type Form = ReadonlyMap<string, string>;

/**
 * What a form of a drill says, as a command. `startedAt`: STARTEX, scenario time; `inject`: as it is, where one is changed. Throws
 * Problem.
 */
export function exerciseCommand(form: Form, startedAt: number, inject: Inject | null): ExerciseCommand {
  const text = (name: string): string => (form.get(name) ?? '').trim();
  const orNull = (name: string): string | null => text(name) || null;
  const to = [...form.keys()].flatMap((name) => (name.startsWith('to.') ? [name.slice(3)] : []));
  const minutes = minutesIn(text('minutes'));
  const at = minutes === null ? null : startedAt + minutes * 60_000;
  const type = text('command');
  const id = text('inject');
  const said: Record<string, object> = {
    'drill-pause': { reason: orNull('reason') },
    'drill-resume': {},
    'drill-pace': { rate: Number(text('rate')) },
    'drill-jump': { to: at },
    endex: { because: text('because'), reason: orNull('reason'), incident: orNull('incident') },
    'drill-close': {},
    'inject-now': { inject: id },
    'inject-skip': { inject: id, reason: text('reason') },
    'inject-edit': { inject: id, edit: inject && editIn(form, to, at, inject) },
    'inject-add': { inject: { ...wordsIn(form), by: text('by'), to, text: form.get('text') ?? '', dueAt: at } },
    hint: { to, text: text('text'), about: orNull('about') },
    voice: { as: text('as'), by: text('by'), to, text: text('text') },
    seen: { inject: id },
    'answer-voice': { to: text('to'), text: text('text'), about: orNull('about') },
    'drill-open': { title: text('title'), system: orNull('system') },
  };
  const parsed = ExerciseMessage.safeParse({ id: 'form', person: 'form', at: 0, type, ...said[type] });
  if (!parsed.success) throw invalid(parsed.error);
  const { id: _, person: __, at: ___, ...command } = parsed.data;
  return command as ExerciseCommand;
}

const wordsIn = (form: Form) => ({
  title: form.get('title') ?? '',
  from: form.get('from') ?? '',
  subject: form.get('subject') ?? '',
});

/** What is as it was, or not in the form, is not said. */
function editIn(form: Form, to: string[], at: number | null, now: Inject): object {
  const words = { ...wordsIn(form), ...(form.has('text') && { text: form.get('text') }) };
  const changed = Object.entries(words).filter(
    ([name, value]) => value?.trim() !== now[name as keyof typeof words].trim(),
  );
  const moved = [...to].sort().join() !== [...now.to].sort().join();
  const edit = { ...Object.fromEntries(changed), ...(moved && { to }), ...(at !== null && { dueAt: at }) };
  if (Object.keys(edit).length > 0) return edit;
  throw refused('Nothing is different from before.');
}

function minutesIn(text: string): number | null {
  if (text === '') return null;
  const minutes = Number(text.replace(',', '.'));
  if (Number.isFinite(minutes) && minutes >= 0) return Math.round(minutes * 60) / 60;
  throw refused('Write the minute as a number, such as 12.');
}

const refused = (message: string): Problem =>
  new Problem({
    status: 422,
    code: 'invalid',
    message,
    notDone: 'Nothing was changed.',
    next: 'What you wrote is kept.',
  });

const WORDS: Readonly<Record<string, string>> = {
  to: 'Say to whom.',
  text: 'Write what is said; at most 10,000 characters.',
  reason: 'Say why; at most 2,000 characters.',
  title: 'Say in one line what it is.',
  from: 'Say from whom.',
  subject: 'Give it a subject.',
  as: 'Say as whom you speak.',
  rate: `The pace is from 1 to ${RATE_MAX}.`,
};

function invalid(error: z.ZodError): Problem {
  const fields = error.issues.map(({ path }) => String(path.findLast((one) => typeof one === 'string') ?? ''));
  const known = [...new Set(fields)].flatMap((field) => WORDS[field] ?? []);
  return refused(known.length > 0 ? known.join(' ') : 'The form is not complete.');
}

/** What the plan form says; or what does not fit, by field. */
export function planIn(
  form: Form,
  timezone: string,
): { plan: Omit<DrillPlan, 'simulation' | 'length'>; faults: PlanFaults } {
  const faults = new Map<string, string>();
  const at = momentIn(form, timezone, faults);
  const rate = Number(form.get('rate') ?? '1');
  if (!(rate >= 1 && rate <= RATE_MAX)) faults.set('rate', `The pace is from 1 to ${RATE_MAX}.`);
  const note = (form.get('note') ?? '').trim();
  if (note.length > 2_000) faults.set('note', 'The note is longer than 2,000 characters.');
  const players = [...form].flatMap(([name, person]) => {
    const role = /^seat\.(.+)\.\d+$/.exec(name)?.[1];
    return role !== undefined && person !== '' ? [{ role, person }] : [];
  });
  const staff = [...form.keys()].flatMap((name) => {
    const [, role, person] = /^staff\.(facilitator|evaluator|observer)\.(.+)$/.exec(name) ?? [];
    return role !== undefined && person !== undefined ? [{ role: role as 'facilitator', person }] : [];
  });
  if (players.length + staff.length === 0)
    faults.set('seats', 'Somebody has to take part. Bots play by themselves with: tocsin rehearse.');
  const both = players.find(({ person }) => staff.some((one) => one.person === person));
  if (both) faults.set('staff', 'Who plays cannot be on the staff, which knows what will come.');
  return { plan: { players, staff, at, rate, note: note || null }, faults };
}

function momentIn(form: Form, timezone: string, faults: Map<string, string>): number | null {
  const [date, time] = [form.get('date') ?? '', form.get('time') ?? ''];
  if (date === '' && time === '') return null;
  if (date === '' || time === '') {
    faults.set('date', date === '' ? 'Give the date as well.' : 'Give the time as well.');
    return null;
  }
  const moment = DateTime.fromISO(`${date}T${time}`, { zone: timezone });
  // An hour that the clocks skip in spring is read as the one after it.
  if (moment.isValid && moment.toFormat('HH:mm') === time.slice(0, 5)) return moment.toMillis();
  faults.set('date', moment.isValid ? `There is no ${time} on that day in ${timezone}.` : 'There is no such date.');
  return null;
}

/** A drill as its form shows it. */
export function fieldsOf(
  { players, staff, at, rate, note, script }: Pick<Drill, 'players' | 'staff' | 'at' | 'rate' | 'note' | 'script'>,
  timezone: string,
): PlanFields {
  const local = at === null ? null : DateTime.fromMillis(at, { zone: timezone });
  const byRole = (role: string) => players.filter((one) => one.role === role);
  return new Map([
    ...script.seats.flatMap(({ role }) => byRole(role).map(({ person }, i) => [`seat.${role}.${i}`, person] as const)),
    ...staff.map(({ role, person }) => [`staff.${role}.${person}`, 'yes'] as const),
    ['date', local?.toFormat('yyyy-MM-dd') ?? ''] as const,
    ['time', local?.toFormat('HH:mm') ?? ''] as const,
    ['rate', String(rate)] as const,
    ['note', note ?? ''] as const,
  ]);
}
