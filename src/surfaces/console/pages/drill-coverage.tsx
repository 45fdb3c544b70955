import type { Coverage, CoverageRow, PlaybookCoverage } from '../../../simulator/scoring/coverage.ts';
import { dayText } from '../../model/clock.ts';
import { drillAddress } from '../parts/drill.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { Words } from '../parts/text.tsx';

export type DrillCoverageProps = { frame: Frame; coverage: Coverage };

/** What was drilled when, and what to drill next. */
export function DrillCoveragePage({ frame, coverage }: DrillCoverageProps) {
  const { drills, playbooks, roles, people, systems, techniques } = coverage;
  return (
    <Page frame={frame} title="EXERCISE: coverage of drills" section="drills">
      <header class="page-head">
        <div>
          <p class="quiet">
            <span class="xtag">EXERCISE</span> <a href="/drills">Drills</a>
          </p>
          <h1>Coverage</h1>
        </div>
        <a href="/drills/trends">Trends</a>
      </header>
      <div class="stack">
        <NextSheet coverage={coverage} />
        <section class="sheet" aria-labelledby="cp">
          <header>
            <h2 id="cp">Playbooks</h2>
            <span class="quiet">{drills === 1 ? '1 drill' : `${drills} drills`} with people, played to the end</span>
          </header>
          <ul class="rows fold">
            {playbooks.map((playbook) => (
              <PlaybookRow playbook={playbook} />
            ))}
          </ul>
        </section>
        <RowsSheet id="cr" title="Roles" rows={roles} />
        <RowsSheet id="cs" title="AI systems" rows={systems} />
        <RowsSheet id="ct" title="ATLAS techniques" rows={techniques} />
        <RowsSheet id="cw" title="People" rows={people} />
      </div>
    </Page>
  );
}

function NextSheet({ coverage: { next, drills } }: { coverage: Coverage }) {
  return (
    <section class="sheet" aria-labelledby="cn">
      <h2 id="cn">{drills === 0 ? 'No drill with people is over yet' : 'What to drill next'}</h2>
      {next.length === 0 ? (
        <p class="second">Nothing: all there is was drilled within a quarter.</p>
      ) : (
        <ol class="rows fold after">
          {next.map(({ what, why, simulation }) => (
            <li>
              <div>
                <b>
                  <Words of={what} />
                </b>
                <div class="sub">
                  <Words of={why} />
                </div>
              </div>
              {simulation !== null && (
                <div class="end">
                  <a href={`/drills/new?simulation=${encodeURIComponent(simulation)}`}>Plan {simulation}</a>
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** `12 Mar 2026 (EX-2026-0003), 3 times`; never. */
function Drilled({ of }: { of: CoverageRow['drilled'] }) {
  const last = of.at(-1);
  if (!last) return <>never drilled</>;
  return (
    <>
      {dayText(last.at)} (<a href={drillAddress(last.drill)}>{last.drill}</a>)
      {of.length > 1 ? `, ${of.length} times` : ''}
    </>
  );
}

function PlaybookRow({ playbook }: { playbook: PlaybookCoverage }) {
  const { id, title, version, drilled, earlier, steps, ways } = playbook;
  const left = ways.filter((way) => way.drilled.length === 0);
  return (
    <li>
      <div>
        <a class="who" href={`/playbooks/${encodeURIComponent(id)}`} data-row>
          <Words of={title} />
        </a>{' '}
        v{version}
        <div class="sub">
          {steps.reached} of {steps.of} steps, {ways.length - left.length} of {ways.length} ways
        </div>
        {drilled.length > 0 && left.length > 0 && (
          <details>
            <summary>Never taken</summary>
            <ul class="plain-list">
              {left.map(({ path, title: step, way }) => (
                <li>
                  {way}: <Words of={step} /> <code>{path}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <div class="end">
        <Drilled of={drilled} />
        {drilled.length === 0 && earlier && (
          <div class="sub">
            v{earlier.version} on {dayText(earlier.at)} (<a href={drillAddress(earlier.drill)}>{earlier.drill}</a>)
          </div>
        )}
      </div>
    </li>
  );
}

function RowsSheet({ id, title, rows }: { id: string; title: string; rows: readonly CoverageRow[] }) {
  const never = rows.filter(({ drilled }) => drilled.length === 0).length;
  return (
    <section class="sheet" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <span class="quiet">
          {rows.length - never} of {rows.length} drilled
        </span>
      </header>
      {rows.length === 0 && <p class="second">There are none in the inventory.</p>}
      <ul class="rows fold">
        {rows.map((row) => (
          <li>
            <div>
              <Words of={row.title} />
              {row.title !== row.id && <span class="quiet"> {row.id}</span>}
            </div>
            <div class="end">
              <Drilled of={row.drilled} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
