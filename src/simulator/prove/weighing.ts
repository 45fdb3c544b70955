import type { FormField } from '../../incident/form.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { momentText } from '../../incident/moment.ts';
import type { Card } from './player-sight.ts';
import { shared, wordsOf } from './reading.ts';
import type { Known } from './warnings.ts';

/** What an option stands for, by the words of its label. */
export type Meaning = 'done' | 'none' | 'open' | 'unknown' | 'other';

const MEANINGS: readonly (readonly [Meaning, RegExp])[] = [
  ['unknown', /\b(?:unknown|(?:do|does) not know|cannot tell|can't tell|nobody can tell|not surely|not sure)\b/i],
  ['open', /^no\b|\b(?:remains?|still|open|not all|not done)\b/i],
  ['none', /\b(?:nothing|nobody|none|no harm)\b/i],
  ['done', /^(?:yes|all)\b|\b(?:everything|done|undone|repaired|closed|clean|traced|decided)\b/i],
];

export function meaningOf(card: Pick<Card, 'labels'>, option: string): Meaning {
  const label = `${Object.hasOwn(card.labels, option) ? card.labels[option] : ''}`;
  return MEANINGS.find(([, words]) => words.test(label.trim() || option))?.[0] ?? 'other';
}

/** How much the evidence speaks for each option, by the words of its label. */
export function weigh(
  known: Known,
  card: Pick<Card, 'question' | 'labels' | 'options'>,
): { option: string; weight: number }[] {
  const asked = wordsOf(card.question, known.names);
  return card.options
    .map((option) => {
      // The name of an option stands on no card that has words for it.
      const words = wordsOf((Object.hasOwn(card.labels, option) && card.labels[option]) || option, known.names);
      for (const word of asked) words.delete(word);
      return { option, weight: weightOf(known, words) };
    })
    .sort((a, b) => b.weight - a.weight);
}

const DENIES = /\b(?:not|never|no|nobody|none|nothing|without|n't)\b/i;

function weightOf({ readings }: Known, words: ReadonlySet<string>): number {
  let weight = 0;
  for (const { heard, claims, presses, outside } of readings) {
    if (heard.by === 'note' || heard.by === 'message') continue;
    const trust = presses ? -1 : outside ? 1 : heard.by === 'alert' || heard.by === 'act' ? 3 : 2;
    for (const { about, text } of claims) weight += shared(about, words) * (DENIES.test(text) ? -trust : trust);
  }
  return weight;
}

/** Fills a form in with what was heard about each blank. */
export function filledIn(known: Known, card: Card, now: number): JsonObject {
  return Object.fromEntries(
    card.form.flatMap((field) => {
      const value = blank(known, field, now);
      return value === null ? [] : [[field.id, value]];
    }),
  );
}

const TEXT_MAX = 450;

function blank(known: Known, field: FormField, now: number): Json {
  switch (field.type) {
    case 'text':
    case 'long-text':
      return (heardAbout(known, `${field.label} ${field.hint ?? ''}`) ?? 'Nothing is known about this yet.').slice(
        0,
        TEXT_MAX,
      );
    case 'number':
      return field.required ? 0 : null;
    case 'yes-no':
      return false;
    case 'choice':
      return chosen(known, field);
    case 'date-time':
      return momentText(known.alarm?.heard.at ?? now);
    default:
      return field.type satisfies never;
  }
}

/** What the evidence says that shares most with the words of a blank. */
function heardAbout(known: Known, label: string): string | null {
  const words = wordsOf(label, known.names);
  const claims = known.evidence.flatMap((reading) => reading.claims);
  const best = claims
    .map((claim) => ({ claim, fits: shared(claim.about, words) * 2 + (claim.clears || claim.warns ? 1 : 0) }))
    .sort((a, b) => b.fits - a.fits)[0];
  return best && best.fits > 0 ? `${best.claim.heard.from}: ${best.claim.text}` : null;
}

function chosen(known: Known, { choices = [], label }: FormField): Json {
  const labels = Object.fromEntries(choices.map((choice) => [choice.value, choice.label]));
  const [best, next] = weigh(known, { question: label, labels, options: choices.map(({ value }) => value) });
  return best && best.weight > (next?.weight ?? 0) ? best.option : (choices[0]?.value ?? null);
}
