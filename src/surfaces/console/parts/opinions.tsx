import type { Rating } from '../../../incident/events.ts';
import { capitalised } from '../../../incident/phrases.ts';
import { KINDS, type Opinion, RATINGS, VERDICTS } from '../../model/evaluation.ts';
import { Glyph } from './glyph.tsx';
import { Words } from './text.tsx';

/** A rating as letter and shape, so that it survives grey print. */
export const RatingMark = ({ of }: { of: Rating }) => (
  <span class={`rating r-${of.toLowerCase()}`} title={RATINGS[of].title}>
    <span>{of}</span>
  </span>
);

/** Numbers of events, each the way to it. */
export const Events = ({ drill, of }: { drill: string; of: readonly number[] }) => (
  <>
    {of.map((seq, i) => (
      <>
        {i > 0 && ', '}
        <a href={`/incidents/${drill}?event=${seq}#e${seq}`} aria-label={`Event ${seq}`}>
          {seq}
        </a>
      </>
    ))}
  </>
);

type OpinionsProps = {
  drill: string;
  opinions: readonly Opinion[];
  disagreement: boolean;
  me: string;
  names: ReadonlyMap<string, string>;
};

/** What evaluators think of one thing, side by side: they may differ, and nobody works out a mean. */
export function Opinions({ drill, opinions, disagreement, me, names }: OpinionsProps) {
  if (opinions.length === 0) return null;
  return (
    <div class="opinions after">
      {disagreement && (
        <p class="state differ">
          <Glyph name="ask" />
          Judged differently: talk about it in the hot wash.
        </p>
      )}
      <ul class="aside">
        {opinions.map((one) => (
          <li>
            <p class="small">
              {one.rating && <RatingMark of={one.rating} />}
              {one.verdict && <b>{capitalised(VERDICTS[one.verdict])}</b>}{' '}
              <span class="second">
                {capitalised(KINDS[one.kind])},{' '}
                {one.person === me ? 'you' : <Words of={names.get(one.person) ?? one.person} />}
              </span>
            </p>
            <div class="told-text">
              <Words of={one.text} />
            </div>
            <p class="small second">
              {one.about.length > 0 && (
                <>
                  Rests on event <Events drill={drill} of={one.about} />.{' '}
                </>
              )}
              Written as <Events drill={drill} of={[one.seq]} />
              {one.earlier.length > 0 && (
                <>
                  , in place of <Events drill={drill} of={one.earlier} />
                </>
              )}
              .
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
