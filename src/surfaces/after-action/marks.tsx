import type { Child } from 'hono/jsx';
import { Words } from '../console/parts/text.tsx';
import { Cite } from '../report/cite.tsx';
import type { Told } from './contract.ts';

/** Small pieces that the report is made of. */
export const RATINGS = {
  P: 'performed without challenges',
  S: 'performed with some challenges: achieved, and could be more effective or efficient',
  M: 'performed with major challenges: achieved, but other work was harmed, policy was broken, or risk was added',
  U: 'unable to be performed',
} as const;
export type RatingLetter = keyof typeof RATINGS;

/** Disc, ring, diamond, square: what the letter says, the shape says too. */
export const RatingMark = ({ rating, small = false }: { rating: RatingLetter | null; small?: boolean }) => (
  <span class={`rate rate-${rating?.toLowerCase() ?? 'none'}${small ? ' sm' : ''}`}>
    <span>{rating ?? '–'}</span>
  </span>
);

/** A sentence with the events that it is told from: each figure leads to them. */
export const Said = ({ of }: { of: Told }) => (
  <>
    <Words of={of.text} /> <Cite events={of.cites} />
  </>
);

export const Chapter = ({ id, title, children }: { id: string; title: string; children?: Child }) => (
  <section aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    {children}
  </section>
);

export const SaidList = ({ of, none }: { of: readonly Told[]; none: string }) =>
  of.length === 0 ? (
    <p class="sans second">{none}</p>
  ) : (
    <ul class="told">
      {of.map((one) => (
        <li>
          <Said of={one} />
        </li>
      ))}
    </ul>
  );
