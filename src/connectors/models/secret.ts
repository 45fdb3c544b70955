/** Whether a text gives a secret away: as it is, or dressed up so that a filter misses it. */

/** Less than this would be found by chance once everything but letters and digits is gone. */
const FORM_CHARS_MIN = 6;

/** A text in the forms in which secrets are looked for: made once, however many there are. */
export type Searchable = { plain: string; folded: string; letters: string; coded: string };

export function searchable(text: string): Searchable {
  const tight = spaceless(text);
  return {
    plain: fold(text),
    folded: fold(tight),
    letters: lettersOnly(text.replace(/0x|\\x/gi, '')),
    coded: tight.replaceAll('-', '+').replaceAll('_', '/'),
  };
}

/** Finds it exactly, whatever its case and white space, reversed, with anything between its letters, in base64 and in hexadecimal. */
export function finderOf(secret: string): (where: Searchable) => boolean {
  const plain = fold(secret);
  const folded = bothWays(fold(spaceless(secret)));
  const letters = bothWays(lettersOnly(secret));
  const cases = [secret, secret.toLowerCase(), secret.toUpperCase()];
  const hex = cases.map((form) => Buffer.from(form).toString('hex')).filter(isLong);
  const coded = cases.flatMap(base64Cores).filter(isLong);
  return (where) =>
    where.plain.includes(plain) ||
    folded.some((form) => where.folded.includes(form)) ||
    [...letters, ...hex].some((form) => where.letters.includes(form)) ||
    coded.some((form) => where.coded.includes(form));
}

const isLong = (form: string): boolean => form.length >= FORM_CHARS_MIN;
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
/** Without white space, and without characters that are not seen. */
const spaceless = (text: string): string => text.replace(/[\s\p{Cf}\p{Cc}]+/gu, '');
const lettersOnly = (text: string): string => fold(text).replace(/[^\p{L}\p{N}]+/gu, '');
const bothWays = (form: string): string[] => [form, [...form].reverse().join('')].filter(isLong);

/**
 * What the base64 of a longer text holds when that text holds this one: for each of the three ways in which its bytes may fall, the
 * characters that no neighbouring byte has a share in.
 */
const base64Cores = (text: string): string[] =>
  [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
