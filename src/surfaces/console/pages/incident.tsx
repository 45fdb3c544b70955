import type { IncidentView } from '../../../incident/view.ts';
import { namesFor } from '../../../incident/wording.ts';
import { everyStepOf, plansOf, wholeTree } from '../../model/plans.ts';
import { timelinePage } from '../../model/timeline.ts';
import { countedSteps } from '../../model/tree.ts';
import { Commands } from '../parts/commands.tsx';
import { DutiesSheet } from '../parts/duties.tsx';
import { exerciseOf } from '../parts/exercise.ts';
import { ImprovementsSheet } from '../parts/improvements.tsx';
import type { IncidentProps, Prepared } from '../parts/incident-props.ts';
import { Page, part } from '../parts/layout.tsx';
import { MeasuresSheet } from '../parts/measures.tsx';
import { Questions } from '../parts/open-questions.tsx';
import { PlanSheet } from '../parts/plans.tsx';
import { DecisionsSheet, NextSheet, PeopleSheet } from '../parts/sheets.tsx';
import { StatusStrip } from '../parts/strip.tsx';
import { flat } from '../parts/text.tsx';
import { Timeline } from '../parts/timeline.tsx';

/** The parts that the stream renders anew whenever the timeline grows, by the id of their element. */
const parts = {
  strip: Strip,
  question: Questions,
  duties: DutiesSheet,
  next: NextSheet,
  plan: PlanSheet,
  timeline: TimelineSheet,
  measures: MeasuresSheet,
  people: PeopleSheet,
  decisions: DecisionsSheet,
} as const;
export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];

function prepare(props: IncidentProps): Prepared {
  const plans = plansOf(props.view, props);
  return { ...props, plans, tree: wholeTree(plans) };
}

export function incidentParts(props: IncidentProps): Record<PartName, string> {
  const prepared = prepare(props);
  const render = (name: PartName): string => part(parts[name](prepared));
  return Object.fromEntries(partNames.map((name) => [name, render(name)])) as Record<PartName, string>;
}

export function incidentTitle(view: IncidentView): string {
  return `${view.severity.replace('sev', 'SEV ')} – ${flat(view.title, 80)} – ${view.id}`;
}

/** The stream renders the same window of the timeline as the page. */
function liveAddress({ view, query }: IncidentProps): string {
  const address = new URLSearchParams({ since: String(view.seq) });
  for (const [name, value] of Object.entries(query)) if (value !== null) address.set(name, String(value));
  return `/incidents/${view.id}/stream?${address}`;
}

export function IncidentPage(props: IncidentProps) {
  const { view, frame, once } = props;
  const prepared = prepare(props);
  return (
    <Page
      frame={frame}
      title={incidentTitle(view)}
      section="incidents"
      live={liveAddress(props)}
      exercise={exerciseOf(view, props.me.id)}
    >
      <div id="strip">
        <Strip {...prepared} />
      </div>
      <div class="two-cols">
        <div class="col">
          <div class="stack" id="question">
            <Questions {...prepared} />
          </div>
          <div id="duties">
            <DutiesSheet {...prepared} />
          </div>
          <div id="plan">
            <PlanSheet {...prepared} />
          </div>
          <div id="decisions">
            <DecisionsSheet {...prepared} />
          </div>
        </div>
        <div class="col">
          <div id="next">
            <NextSheet {...prepared} />
          </div>
          <section class="sheet" id="tl-sheet" aria-labelledby="tl">
            <header>
              <h2 id="tl">Timeline</h2>
              <span class="quiet">
                newest first · <a href={`/api/incidents/${view.id}/timeline?format=html`}>Download the report</a>
              </span>
            </header>
            <NoteForm incident={view.id} once={once} />
            <div id="timeline">
              <TimelineSheet {...prepared} />
            </div>
          </section>
          {view.status === 'closed' && !view.exercise && <ImprovementsSheet from={view.id} />}
          <div id="measures">
            <MeasuresSheet {...prepared} />
          </div>
          <div id="people">
            <PeopleSheet {...prepared} />
          </div>
          {props.mayCommand && (
            <section class="sheet noprint" id="command" aria-labelledby="cm">
              <header>
                <h2 id="cm">Command</h2>
                <span class="quiet">as incident commander</span>
              </header>
              <Commands view={view} once={once} people={props.people} roles={props.roles} />
            </section>
          )}
        </div>
      </div>
    </Page>
  );
}

function Strip({ view, tree, names, people, frame }: Prepared) {
  const assigned = view.roles['incident-commander'];
  const onCall = people.filter((person) => person.roles.includes('incident-commander')).map((person) => person.name);
  const commander = assigned ? (names.get(assigned) ?? assigned) : onCall.length > 0 ? onCall.join(', ') : 'Nobody';
  return <StatusStrip view={view} steps={tree ? countedSteps(tree) : []} commander={commander} now={frame.now} />;
}

function TimelineSheet({ view, plan, added, events, query, names, frame }: Prepared) {
  const wording = namesFor(names, view, everyStepOf({ plan, added }));
  return (
    <Timeline
      incident={view.id}
      events={events}
      page={timelinePage(events, query)}
      query={query}
      names={wording}
      now={frame.now}
    />
  );
}

function NoteForm({ incident, once }: { incident: string; once: string }) {
  return (
    <details class="noteform noprint" id="note">
      <summary>Add a note</summary>
      <form
        method="post"
        action={`/incidents/${incident}/notes`}
        class="form"
        data-send
        data-then={`/incidents/${incident}`}
      >
        <input type="hidden" name="once" value={`${once}-note`} />
        <div class="field">
          <label for="note-text">Note</label>
          <textarea id="note-text" name="text" rows={3} required maxlength={10_000} />
          <span class="hint">Goes on the timeline beside your name. It cannot be taken back.</span>
        </div>
        <button class="btn" type="submit">
          Add the note
        </button>
      </form>
    </details>
  );
}
