import type { MrkdwnElement, PlainTextElement } from '@slack/types';
import { plainText } from '../../../incident/phrases.ts';

/**
 * Words on their way to Slack. What comes from outside (titles, reasons, names, notes) goes into plain text wherever Block Kit
 * allows; where there must be markup, `md` makes everything that is put into it inert.
 */
export const MORE = '… (whole text in the console)';
const CUT = '…';

/** Slack sends `&`, `<` and `>` as entities; it is not said whether limits count them so. This counts what is longer. */
const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const lengthOf = (char: string): number => ENTITY[char]?.length ?? char.length;

/** As it can be shown: nothing hidden, nothing turned round, no broken characters, no wall of empty lines. */
const visible = (words: string): string =>
  plainText(words)
    .replace(/\p{Cs}/gu, '\ufffd')
    .replaceAll('\t', ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/** At most `lengthMax` long, never cut within a character; says where the rest is. Slack refuses empty text: then a dash. */
export function fitted(words: string, lengthMax: number): string {
  const looked = words.slice(0, lengthMax * 4);
  const shown = visible(looked);
  const chars = [...shown];
  const length = chars.reduce((sum, char) => sum + lengthOf(char), 0);
  if (length <= lengthMax && looked.length === words.length) return shown === '' ? '–' : shown;
  const more = lengthMax > 2 * MORE.length ? MORE : CUT;
  let room = lengthMax - more.length;
  const kept: string[] = [];
  for (const char of chars) {
    room -= lengthOf(char);
    if (room < 0) break;
    kept.push(char);
  }
  return `${kept.join('').trimEnd()}${more}`;
}

const flat = (words: string): string => words.replace(/\s+/g, ' ');

export const plain = (words: string, lengthMax = 3_000): PlainTextElement => ({
  type: 'plain_text',
  text: fitted(words, lengthMax),
  emoji: false,
});

/** The same for what must stand on one line: headers, labels, buttons. */
export const line = (words: string, lengthMax: number): PlainTextElement =>
  plain(flat(words.slice(0, 8_000)), lengthMax);

/** Whole lines of a list, as many as there is room for. */
export function listText(lines: readonly string[], lengthMax: number, linesMax = 20): string {
  const kept: string[] = [];
  let length = 0;
  for (const one of lines.slice(0, linesMax)) {
    const shown = fitted(flat(one.slice(0, 4_000)), 300);
    length += [...shown].reduce((sum, char) => sum + lengthOf(char), 1);
    if (length > lengthMax - 60) break;
    kept.push(shown);
  }
  const left = lines.length - kept.length;
  return [...kept, ...(left > 0 ? [`… and ${left} more (all in the console)`] : [])].join('\n');
}

/** Ready markup. Only `md`, `link`, `moment` and `ready` make it. */
export type Markup = { readonly markup: string };

/**
 * Look-alikes for what Slack reads as formatting, mentions or emoji names: it has no escape for them. An underscore inside a word
 * means nothing and stays.
 */
const LOOK_ALIKE: readonly (readonly [RegExp, string])[] = [
  [/\*/g, '∗'],
  [/~/g, '∼'],
  [/`/g, 'ˋ'],
  [/@/g, '＠'],
  [/(?<![a-z0-9])_|_(?![a-z0-9])/gi, 'ˍ'],
  // Not the colons of a time.
  [/:(?=\/\/|[\w+'-]*[a-z+-][\w+'-]*:)|(?<!\d):(?=\w+:)/gi, '∶'],
];

/** Text from outside for a place that takes markup: one line on which nothing is a mention, a link or formatting. */
export function inert(words: string, lengthMax = 300): string {
  const shown = fitted(flat(words.slice(0, 8_000)), lengthMax);
  const looks = LOOK_ALIKE.reduce((text, [pattern, instead]) => text.replace(pattern, instead), shown);
  return looks.replace(/[&<>]/g, (char) => ENTITY[char] ?? char);
}

/** ``md`*Until* ${words}` ``: the template is ours, what is put into it is made inert unless it is markup already. */
export function md(parts: TemplateStringsArray, ...values: readonly (string | number | Markup)[]): Markup {
  const markup = parts.reduce((all, part, i) => {
    const value = values[i - 1];
    if (value === undefined) return all + part;
    const words = typeof value === 'object' ? value.markup : value === '' ? '' : inert(String(value));
    return all + words + part;
  }, '');
  return { markup };
}

export const joined = (pieces: readonly Markup[], between: string): Markup => ({
  markup: pieces.map((piece) => piece.markup).join(between),
});

/** Markup that is known to be good: of `Mentions`, or put together from pieces that are. */
export const ready = (markup: string): Markup => ({ markup });

/** `label` is ours, or inert; a link never shows another address than it has. */
export function link(url: string, label: string): Markup {
  const address = url.replace(/[<>|\s]/g, encodeURIComponent).replaceAll('&', '&amp;');
  return { markup: `<${address}|${inert(label, 100).replaceAll('|', '/')}>` };
}

/** A moment in the reader's own zone; `instead` is for what cannot work it out. */
export const moment = (ms: number, instead: string): Markup => ({
  markup: `<!date^${Math.floor(ms / 1000)}^{date_short_pretty} at {time_secs}|${instead.replace(/[<>|^&]/g, '')}>`,
});

/** Never cut inside `<…>` or an entity. */
export function fitMarkup({ markup }: Markup, lengthMax: number): string {
  if (markup.trim() === '') return '–';
  if (markup.length <= lengthMax) return markup;
  let kept = markup.slice(0, lengthMax - MORE.length);
  if (kept.lastIndexOf('<') > kept.lastIndexOf('>')) kept = kept.slice(0, kept.lastIndexOf('<'));
  kept = kept.replace(/&[a-z]*$/, '').replace(/[\ud800-\udbff]$/, '');
  return `${kept.trimEnd()}${MORE}`;
}

/** `verbatim`: Slack adds no links or mentions of its own. */
export const mrkdwn = (markup: Markup, lengthMax = 3_000): MrkdwnElement => ({
  type: 'mrkdwn',
  text: fitMarkup(markup, lengthMax),
  verbatim: true,
});
