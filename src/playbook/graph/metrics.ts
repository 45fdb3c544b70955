/**
 * How wide a text will be, without a font at hand: the widths of a wide sans serif, so that what is wrapped by them fits in any
 * of the reader's.
 */
const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/^(?:\p{M}|\u200d)$/u, 0],
  [/^[ijl.,:;'!|`I()[\]{}/\\]$/, 0.38],
  [/^[ftr"\-\s]$/, 0.42],
  [/^[mwMW@%—…]$/, 0.98],
  [/^[a-z0-9‹›]$/, 0.61],
  [/^[A-Z&#+=<>~$^*?_]$/, 0.74],
  [/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u, 1.04],
  [/^\p{Extended_Pictographic}/u, 1.4],
];
const OTHER = 0.78;

export type Font = { size: number; bold?: boolean; mono?: boolean };

const known = new Map<string, number>();

function widthOfCharacter(character: string): number {
  const found = known.get(character);
  if (found !== undefined) return found;
  const width = CLASSES.find(([pattern]) => pattern.test(character))?.[1] ?? OTHER;
  // Text from outside can hold any character: what is remembered stays small.
  if (known.size < 2_000) known.set(character, width);
  return width;
}

export function widthOf(text: string, { size, bold = false, mono = false }: Font): number {
  let ems = 0;
  for (const character of text)
    ems += mono ? Math.max(0.62, widthOfCharacter(character) > 1 ? 1.4 : 0) : widthOfCharacter(character);
  return ems * size * (bold ? 1.07 : 1);
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Lines no wider than `width`; words that are too long are broken; what does not fit in `linesMax` ends in an ellipsis. */
export function wrap(text: string, width: number, font: Font, linesMax: number): string[] {
  const lines: string[] = [];
  let current = '';
  const fits = (words: string) => widthOf(words, font) <= width;
  for (const word of text.split(' ')) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (fits(joined)) {
      current = joined;
      continue;
    }
    if (current !== '') lines.push(current);
    current = '';
    if (fits(word)) {
      current = word;
      continue;
    }
    for (const { segment } of graphemes.segment(word)) {
      if (current !== '' && !fits(current + segment)) {
        lines.push(current);
        current = '';
      }
      current += segment;
    }
  }
  if (current !== '' || lines.length === 0) lines.push(current);
  if (lines.length <= linesMax) return lines;
  const kept = lines.slice(0, linesMax);
  let last = kept[linesMax - 1] ?? '';
  while (last !== '' && !fits(`${last}…`))
    last = [...graphemes.segment(last)]
      .slice(0, -1)
      .map(({ segment }) => segment)
      .join('');
  kept[linesMax - 1] = `${last}…`;
  return kept;
}
