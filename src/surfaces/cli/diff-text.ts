import { plainText, sentenceEnd } from '../../incident/phrases.ts';
import type { Change } from '../../playbook/diff/change.ts';
import type { Io } from './io.ts';
import { paint } from './print.ts';

/** What changes for a responder, for people: the dangerous first and marked, so that no colour is needed to see it. */
export function changesText(io: Io, changes: readonly Change[]): string {
  if (changes.length === 0) return 'Nothing changes for a responder.';
  const { act, bold, dim } = paint(io);
  const told = ({ danger, path, step, text, before, after }: Change): string[] => {
    const which = path === null ? '' : `${step} (${path}): `;
    const what = plainText(sentenceEnd(`${which}${text}`));
    const words = before === undefined || after === undefined ? [] : around(before, after);
    return [danger ? `  ${act('!')} ${what}` : `  - ${what}`, ...words.map((line) => `      ${dim(plainText(line))}`)];
  };
  const section = (title: string, list: readonly Change[]): string[] =>
    list.length > 0 ? [bold(title), ...list.flatMap(told)] : [];
  return [
    ...section(
      'More dangerous than before',
      changes.filter(({ danger }) => danger),
    ),
    ...section(
      'For the rest',
      changes.filter(({ danger }) => !danger),
    ),
  ].join('\n');
}

/** Enough of the words around to find the place. */
const CONTEXT = 40;

/** The part in which two texts differ, of each. */
function around(before: string, after: string): string[] {
  let start = 0;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const cut = (text: string): string => {
    const from = Math.max(0, start - CONTEXT);
    const to = Math.min(text.length, text.length - end + CONTEXT);
    return `${from > 0 ? '…' : ''}${text.slice(from, to).replace(/\s+/g, ' ')}${to < text.length ? '…' : ''}`;
  };
  return [`before: ${cut(before)}`, `now:    ${cut(after)}`];
}
