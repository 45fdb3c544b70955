import type { Board } from '../../../../workflows/messages.ts';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { IncidentView } from '../../../incident/view.ts';
import type { Drill, StaffNote } from '../../drills/contract.ts';
import { type Place, threadsOf } from '../../model/drill.ts';
import { boardRows, turnOf } from '../../model/msel.ts';
import type { Problem } from '../../problem.ts';
import { DrillStrip, drillAddress, Refused, stageOf } from '../parts/drill.tsx';
import { Clocks } from '../parts/drill-clocks.tsx';
import { HintSheet, VoiceSheet } from '../parts/drill-say.tsx';
import { ExpectationsSheet, NotesSheet, TruthSheet } from '../parts/drill-staff.tsx';
import { exerciseOf } from '../parts/exercise.ts';
import { PlayersSheet } from '../parts/latency.tsx';
import { type Frame, Page, part } from '../parts/layout.tsx';
import { MselSheet } from '../parts/msel.tsx';
import { RealIncidents, shownVersion } from '../parts/real-incidents.tsx';
import { Threads } from '../parts/talk.tsx';
import { flat } from '../parts/text.tsx';
import type { Draft } from './drill-play.tsx';

export type BoardProps = {
  frame: Frame;
  drill: Drill;
  view: IncidentView;
  exercise: ExerciseView;
  /** Null: it does not run, or could not be asked. */
  board: Board | null;
  notes: readonly StaffNote[];
  place: Place;
  /** Real incidents that were opened while it runs. */
  real: readonly IncidentView[];
  me: string;
  names: ReadonlyMap<string, string>;
  asked: boolean;
  /** The inject that a hint is about, from the address. */
  hinting: string | null;
  draft: Draft;
  problem: Problem | null;
  once: string;
};

const parts = {
  strip: Strip,
  clocks: ClocksPart,
  msel: Msel,
  talks: Talks,
  players: Players,
  expectations: ExpectationsSheet,
  said: Said,
} as const;
const partNames = Object.keys(parts) as (keyof typeof parts)[];

export const boardParts = (props: BoardProps): Record<string, string> =>
  Object.fromEntries(partNames.map((name) => [name, part(parts[name](props))]));

export const boardTitle = ({ drill, exercise, problem }: BoardProps): string =>
  `${problem ? 'Error: ' : ''}Board, ${stageOf(exercise).toLowerCase()} – ${flat(drill.script.title, 80)} – ${drill.id}`;

/** What the staff of a drill works with. Evaluators and observers read it and note. */
export function BoardPage(props: BoardProps) {
  const { frame, drill, view, me, place, exercise, problem } = props;
  const acts = place.facilitates && exercise.endedAt === undefined;
  return (
    <Page
      frame={frame}
      title={boardTitle(props)}
      section="drills"
      live={drillAddress(drill.id, `/stream?page=board&since=${shownVersion(view, props.real)}`)}
      keep={`${drill.id} board ${me}`}
      exercise={exerciseOf(view, me)}
    >
      <div id="strip">
        <Strip {...props} />
      </div>
      <div id="clocks">
        <ClocksPart {...props} />
      </div>
      {problem && (
        <div class="said">
          <Refused problem={problem} />
        </div>
      )}
      <div class="board-cols">
        <div class="stack">
          <div id="msel">
            <Msel {...props} />
          </div>
          {acts && <VoiceSheet {...props} />}
          <div id="talks">
            <Talks {...props} />
          </div>
          {acts && <HintSheet {...props} />}
          <div id="said">
            <Said {...props} />
          </div>
        </div>
        <div class="stack">
          <div id="players">
            <Players {...props} />
          </div>
          <div id="expectations">
            <ExpectationsSheet {...props} />
          </div>
          <NotesSheet {...props} />
          <TruthSheet {...props} />
        </div>
      </div>
    </Page>
  );
}

function Strip({ drill, place, exercise, board, real }: BoardProps) {
  const all = (board?.injects ?? drill.script.injects).length;
  const cells = (
    <>
      <span class="label">Injects</span>
      <span class="value">
        {exercise.injects.length} of {all} delivered
      </span>
    </>
  );
  return (
    <>
      <DrillStrip drill={drill} place={place} stage={stageOf(exercise)} cells={cells} />
      <RealIncidents real={real} />
    </>
  );
}

function ClocksPart({ drill, exercise, frame, asked, place, once }: BoardProps) {
  return (
    <Clocks drill={drill} exercise={exercise} frame={frame} asked={asked} runs={place.runs} page="board" once={once} />
  );
}

function Msel({ drill, board, exercise, frame, place, names, once }: BoardProps) {
  const rows = boardRows({ script: drill.script, board, exercise, now: frame.now });
  return (
    <MselSheet
      drill={drill.id}
      exercise={exercise}
      rows={rows}
      turn={turnOf(rows.ahead)}
      facilitates={place.facilitates}
      names={names}
      now={frame.now}
      once={once}
    />
  );
}

function Players({ view, names, frame }: BoardProps) {
  return <PlayersSheet view={view} names={names} now={frame.now} />;
}

function Talks({ exercise, names }: BoardProps) {
  const threads = threadsOf(exercise, null);
  if (threads.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="tk">
      <header>
        <h2 id="tk">Said with the outside world</h2>
        <span class="quiet">whoever was heard last comes first</span>
      </header>
      <Threads threads={threads} exercise={exercise} names={names} />
    </section>
  );
}

function Said({ drill, exercise }: BoardProps) {
  return (
    <p class="small second">
      {exercise.hints.length} {exercise.hints.length === 1 ? 'hint was' : 'hints were'} given.{' '}
      <a href={`/incidents/${drill.id}`}>The timeline of the drill</a> holds everything.
    </p>
  );
}
