import { listed } from '../../incident/phrases.ts';
import type { Expectation, Inject, Script } from '../core/script.ts';

/** The columns of an MSEL as HSEEP has them; then the text itself and the kind, so that nothing is lost on the way back. */
export const MSEL_COLUMNS = [
  'Event number',
  'Scenario time',
  'Synopsis',
  'From',
  'To',
  'Method',
  'Controller',
  'Expected response',
  'Objective',
  'Notes',
  'Message',
  'Kind',
] as const;

export type MselRow = {
  number: number;
  /** `T+0:04`; null: a condition or the facilitator decides. */
  atMs: number | null;
  time: string;
  inject: Inject;
  expected: readonly Expectation[];
  /** When it is due, in words, where the time alone does not say it. */
  due: string | null;
};

/** The injects of a script in the order in which they are due; those without a time come last. */
export function mselOf(script: Script): MselRow[] {
  const rows = script.injects.map((inject) => {
    const atMs = plannedMs(script, inject, []);
    return {
      atMs,
      time: atMs === null ? (inject.trigger.on === 'hand' ? 'by hand' : 'on a condition') : `T+${offset(atMs)}`,
      inject,
      expected: inject.expects.flatMap((id) => script.expectations.filter((one) => one.id === id)),
      due: dueWords(script, inject),
    };
  });
  const sorted = rows.sort((a, b) => (a.atMs ?? Number.MAX_SAFE_INTEGER) - (b.atMs ?? Number.MAX_SAFE_INTEGER));
  return sorted.map((row, i) => ({ ...row, number: i + 1 }));
}

/** The cells of a row, in the order of the columns. */
export function mselCells({ objectives }: Script, row: MselRow): string[] {
  const { inject, expected, due, number, time } = row;
  return [
    String(number),
    time,
    inject.title,
    inject.from,
    inject.to.join('; '),
    inject.by,
    inject.trigger.on === 'hand' ? 'Facilitator' : 'Tocsin',
    expected.map(expectationWords).join('\n'),
    objectives.find(({ id }) => id === inject.objective)?.title ?? '',
    [due, inject.notes?.trim(), inject.hint === null ? null : `Hint: ${inject.hint.trim()}`]
      .filter((one) => one)
      .join('\n'),
    inject.alert === null ? inject.text.trim() : alertWords(inject),
    inject.kind,
  ];
}

/** `0:04`, `1:30`, `0:04:30`. */
export function offset(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? minutes : `${minutes}:${two(seconds % 60)}`;
}

export const minutesWords = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;

export function expectationWords({ title, withinMs }: Expectation): string {
  return withinMs === null ? title : `${title} (within ${minutesWords(withinMs)})`;
}

/** What a monitor sends, as people read it: its title, and where there is none its kind. */
export function alertWords({ alert }: Inject): string {
  const { title, kind } = alert ?? {};
  return typeof title === 'string' ? title : String(kind ?? '');
}

/** When it is due if all goes as planned: those that wait for others count from theirs. */
function plannedMs(script: Script, { id, trigger }: Inject, trail: readonly string[]): number | null {
  if (trigger.on === 'time') return trigger.atMs;
  if (trigger.on !== 'inject' || trail.includes(id)) return null;
  const first = script.injects.find((one) => one.id === trigger.inject);
  const since = first && plannedMs(script, first, [...trail, id]);
  return since === undefined || since === null ? null : since + trigger.delayMs;
}

function dueWords({ injects, expectations }: Script, { trigger, unless, unlessMet }: Inject): string | null {
  const when: string[] = [];
  if (trigger.on === 'inject') {
    const first = injects.find(({ id }) => id === trigger.inject);
    when.push(`${minutesWords(trigger.delayMs)} after “${first?.title ?? trigger.inject}”`);
  }
  if (trigger.on === 'condition')
    when.push(`${trigger.delayMs > 0 ? `${minutesWords(trigger.delayMs)} after` : 'as soon as'} ${trigger.cel}`);
  if (unless !== null) when.push(`not if ${unless}`);
  if (unlessMet !== null)
    when.push(`not if this is met: ${expectations.find(({ id }) => id === unlessMet)?.title ?? unlessMet}`);
  return when.length === 0 ? null : `Due ${listed(when)}.`;
}
