import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { SimulationSource } from '../../src/simulator/script/source.ts';

/** One text of a simulation: where it stands, and its words with names and numbers masked. */
export type Passage = { where: string; words: readonly string[] };
export type Library = { name: string; passages: readonly Passage[] };
/** What two simulations share. `words` as they are compared: `#` a number, `@` a name. */
export type Shared = { between: [string, string]; where: [string, string]; words: string };

/** So many words in a row may not stand in two simulations, nor a whole sentence of as many. */
export const RUN_WORDS = 7;
export const SENTENCE_WORDS = 6;

export function libraryOf(file: string): Library {
  const source = SimulationSource.parse(parse(readFileSync(file, 'utf8')));
  const names = namesIn(source);
  const passages = textsOf(source).map(([where, text]) => ({ where, words: masked(text, names) }));
  return { name: basename(file, '.yaml'), passages };
}

/** Everything that people read, and where it stands. */
function textsOf(source: SimulationSource): (readonly [string, string])[] {
  const { about, truth, guide, objectives, players, away = [], injects, expectations, debrief } = source;
  const texts: (readonly [string, string | undefined])[] = [
    ['about', about],
    ['truth', truth],
    ['guide', guide],
    ...debrief.map((text, i) => [`debrief ${i + 1}`, text] as const),
    ...Object.entries(players).map(([role, { brief }]) => [`brief of ${role}`, brief] as const),
    ...away.map(({ role, why }) => [`why ${role} is away`, why] as const),
    ...Object.entries(objectives).flatMap(([id, { title, tasks }]) => [
      [`objective ${id}`, title] as const,
      ...Object.entries(tasks).map(([task, text]) => [`task ${id}/${task}`, text] as const),
    ]),
    ...injects.flatMap(({ id, title, subject, text, hint, notes, alert }) => [
      [`title of ${id}`, title] as const,
      [`subject of ${id}`, subject] as const,
      [`inject ${id}`, text ?? (typeof alert?.title === 'string' ? alert.title : undefined)] as const,
      [`hint of ${id}`, hint] as const,
      [`notes of ${id}`, notes] as const,
    ]),
    ...expectations.flatMap(({ id, title, judged, trap }) => [
      [`title of ${id}`, title] as const,
      [`judged in ${id}`, judged] as const,
      [`trap of ${id}`, trap] as const,
    ]),
  ];
  return texts.flatMap(([where, text]) => (text === undefined ? [] : [[where, text] as const]));
}

/** Words with a capital that never stand there without one, and what its AI systems are called: names, here. */
function namesIn(source: SimulationSource): ReadonlySet<string> {
  const all = [...textsOf(source).map(([, text]) => text), ...source.injects.map(({ from }) => from)].join('\n');
  const small = new Set(all.match(/(?<![\p{L}\p{N}’'-])\p{Ll}[\p{L}’'-]*/gu) ?? []);
  const capital = (all.match(/\p{Lu}[\p{L}’'-]+/gu) ?? []).map((word) => word.toLowerCase());
  const systems = Object.keys(source.world.systems);
  return new Set([...systems, ...capital.filter((word) => !small.has(word))]);
}

const NUMBERS = new Set(
  'one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty'.split(' '),
);
/** Ends a sentence: no run and no sentence reaches across it. */
const STOP = '.';

/** Names that follow one another count as one, for people are called by one or by two. */
function masked(text: string, names: ReadonlySet<string>): string[] {
  const words: string[] = [];
  for (const [token] of text.matchAll(
    /[\p{L}\p{N}][\p{L}\p{N}’'_:.,/@-]*[\p{L}\p{N}]|[\p{L}\p{N}]|[.?!]+(?=\s|$|["”])|\n\n/gu,
  )) {
    const word = token.toLowerCase();
    const mask = /^[.?!\n]/.test(word)
      ? STOP
      : /\d/.test(word) || NUMBERS.has(word)
        ? '#'
        : names.has(word)
          ? '@'
          : word;
    if (mask !== '@' || words.at(-1) !== '@') words.push(mask);
  }
  return words;
}

/** Sentences, and runs of words, that stand in both. */
export function sharedBetween(a: Library, b: Library): Shared[] {
  const places = new Map<string, [Passage, number]>();
  for (const passage of b.passages)
    for (let i = 0; i + SENTENCE_WORDS <= passage.words.length; i++) places.set(keyOf(passage, i), [passage, i]);
  const found: Shared[] = [];
  for (const passage of a.passages)
    for (let i = 0; i + SENTENCE_WORDS <= passage.words.length; i++) {
      const [other, at] = places.get(keyOf(passage, i)) ?? [];
      if (!other || at === undefined) continue;
      const length = runOf(passage.words, i, other.words, at);
      const words = passage.words.slice(i, i + length);
      if (length >= RUN_WORDS || (isWhole(passage.words, i, length) && isWhole(other.words, at, length)))
        found.push({ between: [a.name, b.name], where: [passage.where, other.where], words: words.join(' ') });
      i += Math.max(0, length - SENTENCE_WORDS);
    }
  return found.filter(({ words }) => isTelling(words));
}

const keyOf = ({ words }: Passage, i: number): string => words.slice(i, i + SENTENCE_WORDS).join(' ');

function runOf(a: readonly string[], i: number, b: readonly string[], j: number): number {
  let length = 0;
  while (a[i + length] !== undefined && a[i + length] === b[j + length] && a[i + length] !== STOP) length++;
  return length;
}

const isWhole = (words: readonly string[], from: number, length: number): boolean =>
  length >= SENTENCE_WORDS && (words[from - 1] ?? STOP) === STOP && (words[from + length] ?? STOP) === STOP;

/** A list of numbers and names is no sentence. */
const isTelling = (words: string): boolean =>
  words.split(' ').filter((word) => word !== '#' && word !== '@').length >= 4;
