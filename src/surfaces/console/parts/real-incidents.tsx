import type { IncidentView } from '../../../incident/view.ts';
import { realWords } from '../../drills/real.ts';
import { Glyph } from './glyph.tsx';
import { Words } from './text.tsx';

/** Real incidents beside a drill that goes on: whoever is needed there says NO DUFF. */
export const RealIncidents = ({ real }: { real: readonly IncidentView[] }) => (
  <>
    {real.map((incident) => (
      <div class="notice soon">
        <Glyph name="caution" />
        <p>
          <a href={`/incidents/${incident.id}`}>
            <Words of={realWords(incident)} />
          </a>
          . It is no part of this exercise. If you are needed there, say NO DUFF.
        </p>
      </div>
    ))}
  </>
);

/** What a page of a drill was made of: its timeline so far, and what is real beside it. */
export const shownVersion = ({ seq }: Pick<IncidentView, 'seq'>, real: readonly IncidentView[]): string =>
  [seq, ...real.map(({ id, severity }) => `${id}-${severity}`)].join('.');
