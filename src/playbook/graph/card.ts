import type { Risk } from '../../incident/decision.ts';
import type { Step } from '../plan.ts';
import { type Font, widthOf, wrap } from './metrics.ts';
import { type Fact, factsOf, KIND_WORDS, line, type Sort, sortOf, titleOf } from './words.ts';

export type Box = { x: number; y: number; width: number; height: number };
export type CardLine = Fact & { y: number };
export type DrawnCard = Box & {
  kind: Sort;
  path: string;
  kindWord: { text: string; y: number };
  /** `x` is where its sign begins: at the right of the kind, or below it when there is no room. */
  risk: { risk: Risk; x: number; y: number } | null;
  title: { text: string; y: number }[];
  facts: CardLine[];
};

export const CARD_MAX = 288;
export const CARD_MIN = 148;
export const SIDE = 12;
/** What a sign takes with the space after it. */
export const SIGN = 18;
export const KIND_FONT: Font = { size: 12 };
export const TITLE_FONT: Font = { size: 14, bold: true };
export const FACT_FONT: Font = { size: 12 };
export const CODE_FONT: Font = { size: 11.5, mono: true };
export const FRAME_FONT: Font = { size: 12, bold: true };
export const FRAME_LINE = 16;
const TITLE_LINE = 18;
const FACT_LINE = 16;
const LINES_MAX = { title: 6, fact: 5 };

/** Only acts have a risk that a reader must weigh: a message to one's own people can be corrected by the next one. */
export const riskOf = (step: Step): Risk | null => (step.kind === 'do' ? step.use.risk : null);

export function cardOf(step: Step, x: number, y: number, width: number): DrawnCard {
  const inner = width - 2 * SIDE;
  const word = KIND_WORDS[sortOf(step)];
  let at = y + 20;
  const kindWord = { text: word, y: at };
  const found = riskOf(step);
  let risk: DrawnCard['risk'] = null;
  if (found) {
    const needs = SIGN + widthOf(found, KIND_FONT);
    const beside = SIGN + widthOf(word, KIND_FONT) + 10 + needs <= inner;
    if (!beside) at += FACT_LINE;
    risk = { risk: found, x: beside ? x + width - SIDE - needs : x + SIDE, y: at };
  }
  at += 4;
  const heading = titleOf(step) === word ? [] : [line(titleOf(step))];
  const title = heading
    .flatMap((text) => wrap(text, inner, TITLE_FONT, LINES_MAX.title))
    .map((text) => {
      at += TITLE_LINE;
      return { text, y: at };
    });
  const facts: CardLine[] = [];
  at += 3;
  for (const fact of factsOf(step)) {
    const room = fact.sign === 'none' ? inner : inner - SIGN;
    const lines = wrap(line(fact.text), room, fact.code ? CODE_FONT : FACT_FONT, LINES_MAX.fact);
    for (const [i, text] of lines.entries()) {
      at += FACT_LINE;
      // Further lines of a fact stand below its words, not below its sign.
      facts.push({ ...fact, text, y: at, ...(i > 0 && fact.sign !== 'none' && { sign: 'more' as const }) });
    }
  }
  return { x, y, width, height: at + 12 - y, kind: sortOf(step), path: step.path, kindWord, risk, title, facts };
}
