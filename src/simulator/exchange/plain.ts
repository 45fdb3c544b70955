import { oneLine } from '../../incident/phrases.ts';

const DROPPED = /<(script|style|iframe|object|svg)\b[^>]*>[\s\S]*?(?:<\/\1\s*>|$)|<!--[\s\S]*?(?:-->|$)/gi;
const LINK = /<a\b[^>]*?href\s*=\s*["']?(https?:[^"'\s>]+)[^>]*>([\s\S]*?)<\/a\s*>/gi;
const BREAKS = /<(?:br|hr)\b[^>]*>|<\/(?:p|div|li|ul|ol|h[1-6]|pre|tr|table|blockquote)\s*>/gi;
// Only what HTML knows: what else stands in angle brackets may be a prompt, and stays.
const TAGS =
  /<\/?(?:a|abbr|b|blockquote|body|button|code|dd|div|dl|dt|em|embed|form|h[1-6]|head|html|i|img|input|ins|del|kbd|li|link|mark|meta|object|ol|p|pre|q|s|small|span|strong|sub|sup|table|tbody|td|textarea|th|thead|tr|tt|u|ul|var|video|audio|iframe|script|style|svg)\b[^>]*>/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/** Words out of HTML. Nothing in them is carried out anywhere: they are shown as text, and prompts in them stay as they were. */
export function withoutHtml(html: string): string {
  return html
    .replace(DROPPED, ' ')
    .replace(LINK, '$2 ($1)')
    .replace(BREAKS, '\n')
    .replace(TAGS, '')
    .replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (_, name: string) => ENTITIES[name] as string)
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const LINE_MAX = 300;
const TEXT_MAX = 20_000;

/** Words that fit on a line of a simulation. */
export function asLine(words: string, otherwise: string): string {
  const line = oneLine(words).replace(/\s+/g, ' ').trim() || otherwise;
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX - 1)}…` : line;
}

export function asText(words: string, otherwise: string): string {
  const text = words.replaceAll('\r\n', '\n').trim() || otherwise;
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}

const NAME_MAX = 48;

/** A name for what is called so: `Legal / Privacy` is `legal-privacy`. */
export function asName(words: string, otherwise: string): string {
  const name = words
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_MAX)
    .replace(/^[-\d]+|-+$/g, '');
  return name || otherwise;
}

/** Gives each thing a name that no other has. */
export function namer(): (words: string, otherwise: string) => string {
  const taken = new Set<string>();
  return (words, otherwise) => {
    const name = asName(words, otherwise);
    for (let i = 1; ; i += 1) {
      const tried = i === 1 ? name : `${name}-${i}`;
      if (taken.has(tried)) continue;
      taken.add(tried);
      return tried;
    }
  };
}
