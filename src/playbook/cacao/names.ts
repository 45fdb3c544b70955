const NAME_CHARS_MAX = 56;
const FORBIDDEN = ['finally', 'then', 'else', 'on-deny', 'on-failure', 'try', 'approve', 'deny'];

/** A name of Tocsin's (lower-case words with hyphens) out of any text. */
export function slug(text: string, fallback: string): string {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_CHARS_MAX)
    .replace(/^[^a-z]+|-+$/g, '');
  return words === '' ? fallback : words;
}

/** Gives out names, each once. */
export function namer(): (text: string, fallback: string) => string {
  const taken = new Set(FORBIDDEN);
  const counts = new Map<string, number>();
  return (text, fallback) => {
    const stem = slug(text, fallback);
    let name = stem;
    for (let count = counts.get(stem) ?? 1; taken.has(name); name = `${stem}-${count}`) counts.set(stem, ++count);
    taken.add(name);
    return name;
  };
}

/** `1m40s`; in whole seconds, at least one and at most a year. */
export function durationText(ms: number): string {
  const seconds = Math.min(366 * 86_400, Math.max(1, Math.ceil(ms / 1000)));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('');
}

/** The text as it stands: an expression in the text of a stranger is no expression of ours. */
export const literal = (text: string): string => text.replaceAll('${', () => '$${');

export function clip(text: string, charsMax: number): string {
  const chars = [...text.trim()];
  return chars.length <= charsMax ? chars.join('') : `${chars.slice(0, charsMax - 1).join('')}…`;
}
