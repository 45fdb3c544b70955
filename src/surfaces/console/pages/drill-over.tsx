import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Drill } from '../../drills/contract.ts';
import type { ShownImprovement } from '../../improvements/contract.ts';
import { spanText } from '../../model/clock.ts';
import { type Place, personOf } from '../../model/drill.ts';
import type { StoredEvent } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { DrillStrip, drillAddress, Refused, RosterSheet } from '../parts/drill.tsx';
import { Clocks } from '../parts/drill-clocks.tsx';
import { exerciseOf } from '../parts/exercise.ts';
import { Glyph } from '../parts/glyph.tsx';
import { HotWashQuestions, hotWashParts } from '../parts/hot-wash.tsx';
import { ImprovementsSheet, ShowsSheet } from '../parts/improvements.tsx';
import type { IncidentProps } from '../parts/incident-props.ts';
import { type Frame, Page } from '../parts/layout.tsx';
import { flat, When, Words } from '../parts/text.tsx';
import type { Draft } from './drill-play.tsx';

export type OverProps = {
  frame: Frame;
  drill: Drill;
  exercise: ExerciseView;
  incident: IncidentProps;
  place: Place;
  me: string;
  names: ReadonlyMap<string, string>;
  /** Improvement items that it is to show something about. */
  shows: readonly ShownImprovement[];
  /** The hot wash is open. */
  open: boolean;
  /** Questions whose answers are read. */
  read: ReadonlySet<number>;
  draft: Draft;
  problem: Problem | null;
  once: string;
};

const BECAUSE: Record<NonNullable<ExerciseView['because']>, string> = {
  time: 'Its time was up',
  over: 'Nothing was left to happen',
  facilitator: 'It was ended by hand',
  real: 'NO DUFF: something real was happening',
};

/** After ENDEX, for everybody: what there was, and the hot wash. */
export function OverPage(props: OverProps) {
  const { frame, drill, exercise, incident, place, me, names, problem, once } = props;
  return (
    <Page
      frame={frame}
      title={`${problem ? 'Error: ' : ''}Over – ${flat(drill.script.title, 80)} – ${drill.id}`}
      section="drills"
      live={drillAddress(drill.id, `/stream?page=over&since=${incident.view.seq}&read=${[...props.read].join('.')}`)}
      keep={`${drill.id} over ${me}`}
      exercise={exerciseOf(incident.view, me)}
    >
      <DrillStrip drill={drill} place={place} stage="Over" />
      <Clocks drill={drill} exercise={exercise} frame={frame} asked={false} runs={false} page="play" once={once} />
      <div class="two-cols">
        <div class="col">
          <Refused problem={problem} />
          {exercise.because === 'real' && <Real {...props} />}
          <Summary {...props} />
          <section class="sheet" aria-labelledby="hw">
            <header>
              <h2 id="hw">Hot wash</h2>
              <span class="quiet">facts first, then opinions</span>
            </header>
            <HotWashQuestions {...props} />
            <div id="wash">
              <Notes {...props} />
            </div>
            {!props.open && <p class="small quiet after">It is closed: nothing more is taken.</p>}
            {props.open && place.runs && (
              <p class="after noprint">
                <a href={drillAddress(drill.id, '/check?do=drill-close')}>The hot wash is over</a>
              </p>
            )}
          </section>
        </div>
        <div class="col">
          <ShowsSheet items={props.shows} />
          <ImprovementsSheet from={drill.id} />
          <RosterSheet drill={drill} exercise={exercise} names={names} seats="all" />
        </div>
      </div>
    </Page>
  );
}

/** The drill is over for this: what is real comes first. */
function Real({ incident }: OverProps) {
  const ended = incident.events.findLast(({ type }) => type === 'exercise.ended');
  const real = ended?.type === 'exercise.ended' ? ended.data.incident : undefined;
  return (
    <div class="notice act noprint">
      <Glyph name="fail" />
      <h2>NO DUFF: something real is happening</h2>
      <p>
        {real ? (
          <>
            Go on in <a href={`/incidents/${real}`}>{real}</a>. What was done in the drill touched nothing.
          </>
        ) : (
          <>
            <a href="/incidents/new">Report the incident</a>, unless somebody has. What was done in the drill touched
            nothing.
          </>
        )}
      </p>
    </div>
  );
}

export const overParts = (props: OverProps): Record<string, string> => ({
  wash: String(<Notes {...props} />),
  ...hotWashParts(props),
});

function Summary({ drill, exercise, incident }: OverProps) {
  const { startedAt, endedAt = startedAt, because, injects, hints, skipped } = exercise;
  const { decisions } = incident.view;
  const ended = incident.events.findLast(({ type }) => type === 'exercise.ended');
  const reason = ended?.type === 'exercise.ended' ? ended.data.reason : undefined;
  const people = decisions.filter(({ made }) => made?.by === 'votes').length;
  const rows: readonly (readonly [string, string])[] = [
    ['ENDEX', `${because ? BECAUSE[because] : ''}${reason ? `: ${reason}` : ''}`],
    ['Lasted', `${spanText(endedAt - startedAt)} of the scenario`],
    ['Injects', `${injects.length} delivered, ${Object.keys(skipped).length} passed over`],
    ['Questions', `${decisions.length} asked, ${people} answered in time`],
    ['Hints', hints.length === 0 ? 'none' : String(hints.length)],
  ];
  return (
    <section class="sheet" aria-labelledby="su">
      <header>
        <h2 id="su">What there was</h2>
      </header>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>
              <Words of={value} />
            </dd>
          </div>
        ))}
      </dl>
      <div class="btns after noprint">
        <a class="btn main" href={drillAddress(drill.id, '/report')}>
          After-action report
        </a>
        <a class="btn" href={`/incidents/${drill.id}`}>
          Read the timeline
        </a>
        <a class="btn" href={drillAddress(drill.id, '/board')}>
          Injects and the truth
        </a>
        <a class="btn" href={drillAddress(drill.id, '/evaluate')}>
          What evaluators think
        </a>
        <a class="btn" href={drillAddress(drill.id, '/evidence')}>
          Evidence
        </a>
      </div>
    </section>
  );
}

/** Notes that were written on the timeline since ENDEX. */
function Notes(props: OverProps) {
  const { names, frame } = props;
  const notes = washNotes(props);
  if (notes.length === 0) return null;
  return (
    <>
      <h3 class="after">Noted on the timeline</h3>
      <ul class="rows">
        {notes.map(({ at, actor, data, seq }) => (
          <li id={`note-${seq}`}>
            <div class="told-text">
              <Words of={data.text} />
              <div class="sub">
                <Words of={names.get(personOf(actor) ?? '') ?? 'Somebody'} />
              </div>
            </div>
            <div class="end quiet">
              <When at={at} now={frame.now} seconds={false} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

type NoteAdded = Extract<StoredEvent, { type: 'note.added' }>;

function washNotes({ incident }: OverProps): NoteAdded[] {
  const ended = incident.events.find(({ type }) => type === 'exercise.ended')?.seq ?? 0;
  return incident.events.filter((event): event is NoteAdded => event.type === 'note.added' && event.seq > ended);
}
