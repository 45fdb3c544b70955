import type { Trend } from '../../../simulator/scoring/trends.ts';
import { dayText } from '../../model/clock.ts';
import { MEASURE_TITLES, measureWords, stripOf } from '../../model/trends.ts';
import { drillAddress } from '../parts/drill.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { Events, RatingMark } from '../parts/opinions.tsx';
import { Words } from '../parts/text.tsx';

export type DrillTrendsProps = { frame: Frame; trends: readonly Trend[] };

/** How drills of one simulation and rubric went, one after the other. Every value is shown, and none is averaged. */
export function DrillTrendsPage({ frame, trends }: DrillTrendsProps) {
  return (
    <Page frame={frame} title="EXERCISE: trends of drills" section="drills">
      <header class="page-head">
        <div>
          <p class="quiet">
            <span class="xtag">EXERCISE</span> <a href="/drills">Drills</a>
          </p>
          <h1>Trends</h1>
        </div>
        <a href="/drills/coverage">Coverage</a>
      </header>
      <div class="stack">
        {trends.length === 0 && (
          <section class="sheet">
            <h2>No drill with people is over yet</h2>
            <p class="second">
              Here drills of the same simulation stand side by side, as soon as one was played to its end: ratings by
              objective, and how long things took. <a href="/drills/new">Plan a drill</a>: a quarter of an hour is
              enough for the first value.
            </p>
          </section>
        )}
        {trends.map((trend, i) => (
          <TrendSheet trend={trend} id={`trend-${i}`} />
        ))}
      </div>
    </Page>
  );
}

function TrendSheet({ trend, id }: { trend: Trend; id: string }) {
  const { title, simulation, length, rubric, n, drills } = trend;
  return (
    <section class="sheet" aria-labelledby={id}>
      <header>
        <h2 id={id}>
          <Words of={title} />
        </h2>
        <span class="quiet">{n === 1 ? '1 drill: no trend yet' : `${n} drills`}</span>
      </header>
      <p class="second">
        {simulation}, {length}, scored by the same rubric (<code>{rubric.slice(0, 12)}</code>). Drills that were scored
        by another stand by themselves.
      </p>
      <RatingsTable trend={trend} />
      <h3 class="after">Measures</h3>
      <ul class="lat">
        {trend.measures.map((measure) => (
          <MeasureRow measure={measure} />
        ))}
      </ul>
      <p class="small quiet after">
        {drills.map(({ id: drill, at, version, playbook }, i) => (
          <>
            {i > 0 && ' · '}
            <a href={drillAddress(drill)}>{drill}</a> {dayText(at)}, v{version}, playbook v{playbook}
          </>
        ))}
      </p>
    </section>
  );
}

function RatingsTable({ trend: { objectives, drills } }: { trend: Trend }) {
  return (
    <section class="sideways" tabindex={0} aria-label="Ratings by objective">
      <table class="trend">
        <thead>
          <tr>
            <th scope="col">Objective</th>
            {drills.map(({ id }) => (
              <th scope="col">
                <a href={drillAddress(id)}>{id}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {objectives.map(({ title, ratings }) => (
            <tr>
              <th scope="row">
                <Words of={title} />
              </th>
              {ratings.map(({ drill, rating, cites, evaluators }) => (
                <td>
                  {rating ? <RatingMark of={rating} /> : 'not observed'}
                  {evaluators.length > 0 && <span class="small quiet"> evaluators {evaluators.join(', ')}</span>}
                  {cites.length > 0 && (
                    <div class="small quiet">
                      events <Events drill={drill} of={cites} />
                    </div>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MeasureRow({ measure }: { measure: Trend['measures'][number] }) {
  const { name, n, median, values } = measure;
  const { zero, median: middle, dots } = stripOf(measure);
  const half = median === null ? 'not measured' : `median ${measureWords(name, median)}`;
  const said = values.map(
    ({ drill, value }) => `${drill} ${value === null ? 'not measured' : measureWords(name, value)}`,
  );
  const x = (percent: number): string => `${percent.toFixed(1)}%`;
  return (
    <li>
      <div>
        <b>{MEASURE_TITLES[name]}</b> <span class="small quiet">{`n\u00a0=\u00a0${n}`}</span>
      </div>
      <div class="small">{half}</div>
      {n > 0 && (
        <svg role="img" aria-label={`${MEASURE_TITLES[name]}: ${said.join(', ')}`}>
          <line class="ax" x1={x(zero)} x2="100%" y1="50%" y2="50%" />
          {middle !== null && <line class="med" x1={x(middle)} x2={x(middle)} y1="14%" y2="86%" />}
          {dots.map(({ at }) => (
            <circle cx={x(at)} cy="50%" r="5" />
          ))}
        </svg>
      )}
      <div class="small quiet wide">
        {values.map(({ drill, value, why, cites }, i) => (
          <>
            {i > 0 && ' · '}
            <a href={drillAddress(drill)}>{drill}</a> {value === null ? why : <b>{measureWords(name, value)}</b>}
            {cites.length > 0 && (
              <>
                {' '}
                (events <Events drill={drill} of={cites} />)
              </>
            )}
          </>
        ))}
      </div>
    </li>
  );
}
