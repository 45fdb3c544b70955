import type { InjectEdit, NewInject } from '../../incident/exercise-messages.ts';
import type { Inject } from './script.ts';

/** What the facilitator says otherwise. When it is due is the director's matter. */
export type Edited = Omit<InjectEdit, 'dueAt'>;

export const edited = (inject: Inject, edit: Edited | undefined): Inject => ({ ...inject, ...edit });

/** An inject of the facilitator's own: it is set off by them alone, and changes nothing in the world. */
export function added({ title, by, from, to, subject, text }: NewInject, taken: readonly string[]): Inject {
  return {
    ...{ id: idFor(title, taken), title, kind: 'contextual', trigger: { on: 'hand' } },
    ...{ unless: null, unlessMet: null, by, from, to, subject, text, alert: null, attachments: [] },
    ...{ objective: null, expects: [], changes: null, hint: null, notes: null },
  };
}

/** Leaves room for a number. */
const ID_CHARS_MAX = 56;

function idFor(title: string, taken: readonly string[]): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, ID_CHARS_MAX)
    .replace(/-+$/, '');
  const stem = words || 'added';
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.includes(id)) return id;
  }
}
