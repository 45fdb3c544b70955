import type { Improvement, Tracker } from './contract.ts';

/** What becomes of an item and its issue outside, when one of the two has changed. What stands here is never lost. */

export const TRACKER_NAMES: Readonly<Record<Tracker, string>> = { github: 'GitHub', jira: 'Jira' };

export type Compared = {
  system: Tracker;
  status: Improvement['status'];
  /** Whether it counted as closed there when the two were last made the same; null: never yet. */
  before: boolean | null;
  /** Whether it does now. */
  over: boolean;
};

/** `set`: what is to stand here; `end`: whether it is to be closed there, or opened; `what`: for the history. */
export type Reconciled = { set: 'open' | 'done' | null; end: boolean | null; what: string | null };

/** Closed there is done here, never closed: that takes a drill or a reason. */
export function reconcile({ system, status, before, over }: Compared): Reconciled {
  const name = TRACKER_NAMES[system];
  const own = status !== 'open';
  if (own === over) return { set: null, end: null, what: null };
  const theirs = before !== null && over !== before;
  if (over && (theirs || before === null)) return { set: 'done', end: null, what: `done: closed in ${name}` };
  if (!over && theirs && status === 'done') return { set: 'open', end: null, what: `opened again in ${name}` };
  if (!over && theirs)
    return { set: null, end: true, what: `opened again in ${name} while it is closed here: closed there again` };
  // What changed here goes there.
  return { set: null, end: own, what: null };
}
