import type { SystemSnapshot } from '../../../incident/events.ts';
import type { IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { SayDrilled } from '../../drills/last-drilled.ts';
import type { Problem } from '../../problem.ts';

import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { OpeningEnd, PlaybookField, SystemField } from '../parts/opening-fields.tsx';
import { Words } from '../parts/text.tsx';
import { IncidentRow, type OpenIncident } from './now.tsx';

export type StatusFilter = IncidentView['status'] | 'all';
const FILTERS: readonly { status: StatusFilter; name: string }[] = [
  { status: 'all', name: 'All' },
  { status: 'open', name: 'Open' },
  { status: 'resolved', name: 'Resolved' },
  { status: 'closed', name: 'Closed' },
];

export const isStatusFilter = (value: string | undefined): value is StatusFilter =>
  FILTERS.some((filter) => filter.status === value);

type ListProps = {
  frame: Frame;
  incidents: readonly OpenIncident[];
  names: ReadonlyMap<string, string>;
  status: StatusFilter;
  words: string;
  /** There may be more than are shown. */
  cut: boolean;
};

export function IncidentsPage({ frame, incidents, names, status, words, cut }: ListProps) {
  const groups = (['open', 'resolved', 'closed'] as const).map((kind) => ({
    kind,
    list: incidents.filter((incident) => incident.view.status === kind),
  }));
  return (
    <Page frame={frame} title="Incidents" section="incidents">
      <header class="page-head">
        <h1>Incidents</h1>
        <a class="btn" href="/incidents/new">
          Report an incident
        </a>
      </header>
      <nav class="chips" aria-label="Status">
        {FILTERS.map((filter) => (
          <a
            href={`/incidents?status=${filter.status}${words ? `&q=${encodeURIComponent(words)}` : ''}`}
            aria-current={filter.status === status ? 'true' : undefined}
          >
            {filter.name}
          </a>
        ))}
      </nav>
      <form method="get" action="/incidents" class="filter">
        <input type="hidden" name="status" value={status} />
        <div class="field">
          <label for="q">Title, system or number contains</label>
          <input id="q" name="q" type="search" value={words} maxlength={200} />
        </div>
        <button class="btn" type="submit">
          Filter
        </button>
      </form>
      <div class="stack">
        {incidents.length === 0 && (
          <section class="sheet">
            <h2>None</h2>
            <p class="second">
              {words ? (
                <>
                  No incident matches “<Words of={words} />
                  ”. <a href={`/incidents?status=${status}`}>Show all of this status</a>
                </>
              ) : (
                'There is no incident of this status. Each one that is opened, by an alert or a person, is listed here for good.'
              )}
            </p>
          </section>
        )}
        {groups.map(
          ({ kind, list }) =>
            list.length > 0 && (
              <section class="sheet" aria-labelledby={`list-${kind}`}>
                <header>
                  <h2 id={`list-${kind}`}>{kind === 'open' ? 'Open' : kind === 'resolved' ? 'Resolved' : 'Closed'}</h2>
                  <span class="quiet">{list.length}</span>
                </header>
                {list.map((incident) => (
                  <IncidentRow incident={incident} names={names} now={frame.now} />
                ))}
              </section>
            ),
        )}
        {cut && <p class="quiet small">The newest {incidents.length} are shown. Filter to find older ones.</p>}
      </div>
    </Page>
  );
}

type OpenProps = {
  frame: Frame;
  plans: readonly Plan[];
  drilled: SayDrilled;
  systems: readonly SystemSnapshot[];
  draft: ReadonlyMap<string, string>;
  problem: Problem | null;
  once: string;
};

/** The code of the problem that belongs to question 2. */
export const SYSTEM_NEEDED = 'system-needed';

/** Three plain questions for whoever notices something; the rest is optional. */
export function OpenIncidentPage({ frame, plans, drilled, systems, draft, problem, once }: OpenProps) {
  const value = (name: string): string => draft.get(name) ?? '';
  const systemError = problem?.code === SYSTEM_NEEDED ? problem.message : null;
  return (
    <Page frame={frame} title={problem ? 'Error: report an incident' : 'Report an incident'} section="incidents">
      <div class="narrow stack">
        <h1>Report an incident</h1>
        <p class="second">
          Three questions are enough. Whoever is on call is asked next; you need not know what is wrong, and a false
          alarm harms nobody.
        </p>
        {problem && (
          <div class="notice act" role="alert">
            <Glyph name="fail" />
            <h2>
              <Words of={problem.message} />
            </h2>
            <p>
              {problem.notDone ?? 'No incident was opened.'} {problem.next}
            </p>
          </div>
        )}
        <form method="post" action="/incidents" class="sheet form">
          <input type="hidden" name="once" value={once} />
          <div class="field">
            <label for="title">1. What did you notice?</label>
            <input
              id="title"
              name="title"
              required
              maxlength={200}
              value={value('title')}
              aria-describedby="title-hint"
            />
            <span class="hint" id="title-hint">
              One line, as you would tell a colleague. It becomes the title.
            </span>
          </div>
          <SystemField label="2. Which AI system?" value={value('system')} systems={systems} error={systemError} />
          <PlaybookField label="3. What is it most like?" value={value('playbook')} plans={plans} drilled={drilled} />
          <OpeningEnd severity={value('severity')} back="/" />
        </form>
      </div>
    </Page>
  );
}
