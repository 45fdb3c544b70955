import type { Child } from 'hono/jsx';
import { capitalised } from '../../../incident/phrases.ts';
import { type About, KINDS, RATING_LETTERS, RATINGS, VERDICTS } from '../../model/evaluation.ts';
import type { Draft } from '../pages/drill-play.tsx';
import { drillAddress } from './drill.tsx';
import { RatingMark } from './opinions.tsx';

/** Names the place of something on the page, and in the address after it was written. */
export const anchorOf = ({ objective, task, expectation }: About): string =>
  expectation !== null ? `e-${expectation}` : task !== null ? `t-${objective}-${task}` : `o-${objective}`;

type FormProps = {
  drill: string;
  about: About;
  /** What opens it. */
  summary: string;
  /** What was typed and not taken, of this form. */
  draft: Draft | null;
  once: string;
};

/** Where an evaluator writes about one thing. The page’s script keeps what is half typed. */
export function ObserveForm({ drill, about, summary, draft, once }: FormProps) {
  const id = anchorOf(about);
  const typed = (name: string): string => draft?.get(name) ?? '';
  const choice = (name: string, value: string, isUsual: boolean): boolean => (draft ? typed(name) === value : isUsual);
  return (
    <details class="noteform noprint after" id={`write-${id}`} open={draft !== null}>
      <summary>{summary}</summary>
      <form method="post" action={drillAddress(drill, '/evaluate')} class="form">
        <input type="hidden" name="once" value={`${once}-${id}`} />
        <input type="hidden" name="objective" value={about.objective} />
        {about.task !== null && <input type="hidden" name="task" value={about.task} />}
        {about.expectation !== null && <input type="hidden" name="expectation" value={about.expectation} />}
        {about.expectation === null ? (
          <fieldset>
            <legend>
              Rating <a href="#ratings">What the letters mean</a>
            </legend>
            <div class="picks">
              <Pick id={`${id}-r-none`} name="rating" value="" checked={choice('rating', '', true)}>
                None yet
              </Pick>
              {RATING_LETTERS.map((letter) => (
                <Pick id={`${id}-r-${letter}`} name="rating" value={letter} checked={choice('rating', letter, false)}>
                  <RatingMark of={letter} /> {RATINGS[letter].title}
                </Pick>
              ))}
            </div>
          </fieldset>
        ) : (
          <fieldset>
            <legend>Verdict</legend>
            <div class="picks">
              {Object.entries(VERDICTS).map(([value, words]) => (
                <Pick id={`${id}-v-${value}`} name="verdict" value={value} checked={choice('verdict', value, false)}>
                  {capitalised(words)}
                </Pick>
              ))}
            </div>
          </fieldset>
        )}
        <fieldset>
          <legend>It is</legend>
          <div class="picks">
            {Object.entries(KINDS).map(([value, words]) => (
              <Pick
                id={`${id}-k-${value}`}
                name="kind"
                value={value}
                checked={choice('kind', value, value === 'observation')}
              >
                {value === 'observation' ? 'an observation' : value === 'strength' ? 'a strength' : `an ${words}`}
              </Pick>
            ))}
          </div>
        </fieldset>
        <div class="field">
          <label for={`${id}-text`}>What you saw</label>
          <textarea id={`${id}-text`} name="text" rows={3} required maxlength={10_000}>
            {typed('text')}
          </textarea>
          <span class="hint">
            Say roles in place of names: what names somebody is shown to those who took part alone.
          </span>
        </div>
        <div class="field">
          <label for={`${id}-about`}>
            Events it rests on <span class="quiet">(optional)</span>
          </label>
          <input
            id={`${id}-about`}
            name="about"
            value={typed('about')}
            inputmode="text"
            autocomplete="off"
            placeholder="12, 14"
            data-cites
            aria-describedby={`${id}-about-hint`}
          />
          <span class="hint" id={`${id}-about-hint`}>
            Their numbers on the timeline.
          </span>
        </div>
        <button class="btn main" type="submit">
          Write it down
        </button>
      </form>
    </details>
  );
}

type PickProps = { id: string; name: string; value: string; checked: boolean; children?: Child };
const Pick = ({ id, name, value, checked, children }: PickProps) => (
  <label class="check" for={id}>
    <input type="radio" id={id} name={name} value={value} checked={checked} required={name === 'verdict'} />
    <span>{children}</span>
  </label>
);
