import { didYouMean } from '../../../playbook/names.ts';
import { Problem } from '../../problem.ts';
import { COMMAND } from '../contract.ts';

export type Words = { words: string[]; options: Map<string, string> };

/** Words and options. An option takes all that follows it, up to the next: nobody quotes on a phone, and phones make dashes long. */
export function wordsOf(text: string): Words {
  const words: string[] = [];
  const options = new Map<string, string>();
  let open: string | null = null;
  for (const [, quoted, bare] of text.matchAll(/["“”]([^"“”]*)["“”]|(\S+)/g)) {
    const option = bare === undefined ? null : /^(?:--|[—–])([a-z][a-z-]*)(?:=(.*))?$/.exec(bare);
    if (option) {
      open = option[1] as string;
      options.set(open, option[2] ?? '');
    } else if (open === null) words.push(quoted ?? bare ?? '');
    else options.set(open, `${options.get(open) ?? ''} ${quoted ?? bare ?? ''}`.trim());
  }
  return { words, options };
}

export const unquoted = (text: string): string => /^["“]([^"“”]*)["”]$/.exec(text)?.[1] ?? text;

export const meant = (name: string, known: readonly string[], prefix = ''): string => {
  const found = didYouMean(name, known);
  return found === undefined ? '' : ` Did you mean "${prefix}${found}"?`;
};

export const usage = (message: string, example: string, extra: Record<string, unknown> = {}): Problem =>
  new Problem({
    status: 422,
    code: 'usage',
    message,
    notDone: 'Nothing was done.',
    next: `For example: ${COMMAND} ${example}`,
    extra,
  });
