import type { Json } from '../../incident/json.ts';
import { line, titleOf } from '../graph/words.ts';
import type { Step } from '../plan.ts';

/** What a change is about, the weightiest first. */
export const ABOUT = ['decisions', 'acts', 'duties', 'messages', 'order', 'opening', 'wording'] as const;
export type About = (typeof ABOUT)[number];

/** One thing that is different for a responder. */
export type Change = {
  /** What kind of change, for programs: `silence`, `fewer-people`, `undo`. */
  code: string;
  /** Less stands between a mistake and its harm than before. */
  danger: boolean;
  about: About;
  /** The step as it is called now, or was called when it is gone; null: the playbook itself. */
  path: string | null;
  /** What people call that step. */
  step: string | null;
  text: string;
  /** What people read before and now, word for word, where that is the change. */
  before?: string;
  after?: string;
};

/** A change without its step, which whoever compares two steps need not repeat. */
export type Said = Pick<Change, 'code' | 'about' | 'text'> & Partial<Pick<Change, 'danger' | 'before' | 'after'>>;

export function changeOf(step: Step | null, { danger = false, text, ...said }: Said): Change {
  return {
    code: said.code,
    danger,
    about: said.about,
    path: step?.path ?? null,
    step: step ? line(titleOf(step)) : null,
    text: line(text, 2_000),
    ...(said.before !== undefined && { before: said.before }),
    ...(said.after !== undefined && { after: said.after }),
  };
}

/** Equal JSON, whatever the order of its keys. */
export function equal(a: unknown, b: unknown): boolean {
  return ordered(a as Json) === ordered(b as Json);
}

const ordered = (value: Json | undefined): string =>
  JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  ) ?? 'null';
