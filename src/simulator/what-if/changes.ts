import { Duration, milliseconds } from '../../playbook/duration.ts';

/** A change of what happened, as people write it, that cannot be meant. */
export class BadChange extends Error {
  override name = 'BadChange';
  readonly next: string | null;
  constructor(message: string, next: string | null = null) {
    super(message);
    this.next = next;
  }
}

/** A question of the record by its number, or every question of a step by its path in the plan. */
export type Which = { number: number } | { step: string };
/** `byMs`: so much later than in the record (less than nothing: earlier). `exactlyMs`: so long, whatever it was. */
export type Shift = { byMs: number } | { exactlyMs: number };

export type QuestionChange = {
  which: Which;
  /** As it was written: `3`, `contain`. */
  name: string;
  answer?: string | undefined;
  answered?: Shift | undefined;
  never?: boolean | undefined;
};
export type DelayChange = { step: string; name: string; took: Shift };
export type Changes = { questions: QuestionChange[]; delays: DelayChange[] };

/** `+10m`, `-5m`, or a time by itself (`2m`; a leading `=` says the same). */
export function readShift(text: string, option: string): Shift {
  const [, sign, duration] = /^([+=-]?)(.+)$/.exec(text) ?? [];
  const read = Duration.safeParse(duration);
  if (!read.success)
    throw new BadChange(
      `${option}: "${text}" is no time.`,
      'Write +10m for later, -5m for earlier, 2m for exactly that long.',
    );
  const ms = milliseconds(read.data);
  return sign === '+' ? { byMs: ms } : sign === '-' ? { byMs: -ms } : { exactlyMs: ms };
}

/** `3=approve` in two; both must be there. */
export function readPair(text: string, option: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new BadChange(`${option} "${text}" is not understood.`, `Write ${option} ${form}.`);
}

/** Changes of one question come together. */
export function joined(changes: readonly QuestionChange[]): QuestionChange[] {
  const found = new Map<string, QuestionChange>();
  for (const change of changes) {
    const before = found.get(change.name);
    for (const key of ['answer', 'answered', 'never'] as const)
      if (before?.[key] !== undefined && change[key] !== undefined)
        throw new BadChange(`Question ${change.name} is changed twice in the same way.`, 'Say each change once.');
    found.set(change.name, { ...before, ...change });
  }
  for (const { name, answer, answered, never } of found.values())
    if (never && (answer !== undefined || answered))
      throw new BadChange(`Question ${name} cannot be answered and never be answered.`, 'Leave one of them out.');
  return [...found.values()];
}
