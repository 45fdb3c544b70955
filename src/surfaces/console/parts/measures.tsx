import { incidentMeasures, measureLines } from '../../model/measures.ts';
import type { Prepared } from './incident-props.ts';
import { Words } from './text.tsx';

/** How long it took, between two events of the timeline each. Nothing is shown before there is a figure. */
export function MeasuresSheet({ view, events }: Prepared) {
  const lines = measureLines(incidentMeasures(events));
  if (lines.every((line) => line.events.length === 0)) return null;
  return (
    <section class="sheet" aria-labelledby="me">
      <header>
        <h2 id="me">Measures</h2>
        <span class="quiet">between events of the timeline</span>
      </header>
      <dl class="facts measures">
        {lines.map(({ title, meaning, value, note, events: cited }) => (
          <div>
            <dt>{title}</dt>
            <dd>
              {cited.length > 0 ? <b>{value}</b> : <span class="quiet">{value}</span>}
              {note && (
                <>
                  {cited.length > 0 ? ', ' : ': '}
                  <Words of={note} />
                </>
              )}
              <span class="sub">
                {meaning}
                {cited.map((seq, i) => (
                  <>
                    {i === 0 ? ' · event ' : ' to '}
                    <a href={`/incidents/${view.id}?event=${seq}#e${seq}`}>{seq}</a>
                  </>
                ))}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
