import { quoted } from '../../incident/phrases.ts';
import type { Improvement, ImprovementEdit, RedrillGoal } from './contract.ts';

/** What the history of an item says. It holds what stood there before, so that no edit loses anything. */

export const goalWords = (goal: RedrillGoal | null): string =>
  goal === null ? 'none' : `${goal.objective} at least ${goal.atLeast} in ${goal.simulation}`;

type Edited = keyof ImprovementEdit;
const SAYS: Readonly<Record<Edited, (before: Improvement, after: Improvement) => string>> = {
  owner: (before, after) => `owner ${before.owner} → ${after.owner}`,
  due: (before, after) => `due ${before.due} → ${after.due}`,
  start: (before, after) => `start ${before.start ?? 'none'} → ${after.start ?? 'none'}`,
  goal: (before, after) => `goal ${goalWords(before.goal)} → ${goalWords(after.goal)}`,
  issue: (before) => `issue changed; before: ${quoted(before.issue)}`,
  action: (before) => `action changed; before: ${quoted(before.action)}`,
};

/** What an edit really changes, in words; none: it changes nothing. */
export function editWords(item: Improvement, to: ImprovementEdit): string[] {
  const after = { ...item, ...to };
  const changed = (name: Edited) => JSON.stringify(after[name]) !== JSON.stringify(item[name]);
  return (Object.keys(SAYS) as Edited[]).filter(changed).map((name) => SAYS[name](item, after));
}
