import type { Json } from '../incident/json.ts';
import { AHEAD_MS_MAX, moment, momentText } from '../incident/moment.ts';
import type { Conductor } from './conductor.ts';

/** Longer ago than any rule's limit: a slip of the pen, not a moment at which somebody knew. */
const AGO_MS_MAX = 400 * 86_400_000;

export const sinceOpened = ({ state, stage }: Conductor): number => state.openedAt ?? stage.now();

export type Unusable = { code: string; why: string };

/** Where nobody says since when the organisation knew, it is taken to have known when the incident was opened. */
export function awareSince(conductor: Conductor, said: Json): { at: number } | Unusable {
  const now = conductor.stage.now();
  if (said === null || said === '') return { at: sinceOpened(conductor) };
  const at = typeof said === 'string' ? moment(said) : null;
  const shown = typeof said === 'string' ? `"${said.slice(0, 100)}"` : 'What it was given';
  if (at === null) return { code: 'not-a-moment', why: `${shown} is no moment such as ${momentText(now)}.` };
  if (at > now + AHEAD_MS_MAX)
    return { code: 'aware-in-future', why: `${shown} has not come yet: nobody can be aware since then.` };
  if (at < now - AGO_MS_MAX)
    return { code: 'aware-long-ago', why: `${shown} is more than 400 days ago, longer than any limit runs.` };
  return { at };
}
