import type { SystemSnapshot } from '../../../incident/events.ts';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { IncidentView } from '../../../incident/view.ts';
import type { Drill } from '../../drills/contract.ts';
import { arrivedFor, hintsFor, type Place, threadsOf } from '../../model/drill.ts';
import { Prose } from '../../papers/paper.tsx';
import type { Problem } from '../../problem.ts';
import { ArrivedSheet } from '../parts/arrived.tsx';
import { DrillStrip, drillAddress, Refused, RosterSheet, ScenarioTime, stageOf, Tell } from '../parts/drill.tsx';
import { Clocks } from '../parts/drill-clocks.tsx';
import { exerciseOf } from '../parts/exercise.ts';
import { Glyph } from '../parts/glyph.tsx';
import type { IncidentProps } from '../parts/incident-props.ts';
import { type Frame, Page, part } from '../parts/layout.tsx';
import { Questions } from '../parts/open-questions.tsx';
import { RealIncidents, shownVersion } from '../parts/real-incidents.tsx';
import { Threads } from '../parts/talk.tsx';
import { flat, Words } from '../parts/text.tsx';

/** What a form held that was not taken, by the command that it sends. */
export type Draft = ReadonlyMap<string, string>;

export type PlayProps = {
  frame: Frame;
  drill: Drill;
  exercise: ExerciseView;
  /** The incident of the drill: for what waits, and the band. */
  incident: IncidentProps;
  /** Somebody has opened it. */
  opened: boolean;
  place: Place;
  /** Real incidents that were opened while it runs. */
  real: readonly IncidentView[];
  me: string;
  names: ReadonlyMap<string, string>;
  /** Somebody who is a person is asked. */
  asked: boolean;
  /** The inject that is being answered, from the address. */
  answering: string | null;
  draft: Draft;
  problem: Problem | null;
  once: string;
};

const parts = {
  strip: Strip,
  clocks: ClocksPart,
  question: Waiting,
  arrived: ArrivedPart,
  composer: Say,
  incident: IncidentSheet,
  hints: Hints,
  talks: Talks,
  roster: Roster,
} as const;
const partNames = Object.keys(parts) as (keyof typeof parts)[];

export const playParts = (props: PlayProps): Record<string, string> =>
  Object.fromEntries(partNames.map((name) => [name, part(parts[name](props))]));

export const playTitle = ({ drill, exercise, problem }: PlayProps): string =>
  `${problem ? 'Error: ' : ''}${stageOf(exercise)} – ${flat(drill.script.title, 80)} – ${drill.id}`;

/** What a player of a running drill works with. */
export function PlayPage(props: PlayProps) {
  const { frame, drill, incident, me, place, problem } = props;
  return (
    <Page
      frame={frame}
      title={playTitle(props)}
      section="drills"
      live={drillAddress(drill.id, `/stream?page=play&since=${shownVersion(incident.view, props.real)}`)}
      keep={`${drill.id} play ${me}`}
      exercise={exerciseOf(incident.view, me)}
    >
      <div id="strip">
        <Strip {...props} />
      </div>
      {problem && (
        <div class="said">
          <Refused problem={problem} />
        </div>
      )}
      {/* What waits comes first to a keyboard, a screen reader and on a phone; where there is room the clocks stand above it. */}
      <div class="play">
        <div class="stack" id="question">
          <Waiting {...props} />
        </div>
        <div id="clocks">
          <ClocksPart {...props} />
        </div>
        <div class="col">
          <div id="arrived">
            <ArrivedPart {...props} />
          </div>
          {place.seats.length > 0 && (
            <div id="composer">
              <Say {...props} />
            </div>
          )}
        </div>
        <div class="col beside">
          <div id="incident">
            <IncidentSheet {...props} />
          </div>
          <div id="hints">
            <Hints {...props} />
          </div>
          <div id="talks">
            <Talks {...props} />
          </div>
          {props.opened && <Note {...props} />}
          <Briefing drill={drill} />
          <div id="roster">
            <Roster {...props} />
          </div>
        </div>
      </div>
    </Page>
  );
}

function Strip({ drill, place, exercise, incident, real }: PlayProps) {
  const cells = (
    <>
      <span class="label">Timeline</span>
      <span class="value">{incident.view.seq} events</span>
    </>
  );
  return (
    <>
      <DrillStrip drill={drill} place={place} stage={stageOf(exercise)} cells={cells} />
      <RealIncidents real={real} />
    </>
  );
}

function ClocksPart({ drill, exercise, frame, asked, place, once }: PlayProps) {
  return (
    <Clocks
      drill={drill}
      exercise={exercise}
      frame={frame}
      asked={asked}
      runs={place.runs && place.staff.length === 0}
      page="play"
      once={once}
    />
  );
}

function Waiting({ incident, opened, place, frame, exercise, drill }: PlayProps) {
  if (exercise.endedAt !== undefined)
    return (
      <div class="notice">
        <Glyph name="info" />
        <h2>ENDEX: the drill is over</h2>
        <p>
          <a href={drillAddress(drill.id)}>See what there was, and note what you think of it.</a>
        </p>
      </div>
    );
  if (!opened || place.seats.length === 0) return null;
  return <Questions {...incident} frame={frame} plans={[]} tree={null} />;
}

function ArrivedPart({ drill, exercise, place, me, names, once }: PlayProps) {
  return (
    <ArrivedSheet
      drill={drill.id}
      exercise={exercise}
      arrived={arrivedFor(exercise, place, me)}
      names={names}
      once={once}
    />
  );
}

/** To whoever is not there: the facilitator answers for them. */
function Say({ drill, exercise, place, answering, draft, once, me }: PlayProps) {
  const heard = arrivedFor(exercise, place, me).filter(({ by, mine }) => mine && by !== 'alert');
  const typed = draft.get('command') === 'answer-voice' ? draft : new Map<string, string>();
  const chosen = typed.get('about') ?? answering ?? '';
  return (
    <section class="sheet noprint" aria-labelledby="sy">
      <header>
        <h2 id="sy">Answer, or speak to the outside world</h2>
        <span class="quiet">stays in the drill</span>
      </header>
      <Tell drill={drill.id} command="answer-voice" page="play" once={once} class="form">
        <div class="speak-grid">
          <div class="field">
            <label for="say-about">About</label>
            <select id="say-about" name="about">
              <option value="">Nothing that has arrived</option>
              {heard.map(({ id, from, subject }) => (
                <option value={id} selected={id === chosen}>
                  {flat(`${from}: ${subject}`, 90)}
                </option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="say-to">To whom</label>
            <input
              id="say-to"
              name="to"
              maxlength={300}
              required
              autocomplete="off"
              list="say-known"
              value={typed.get('to') ?? heard.find(({ id }) => id === chosen)?.from ?? ''}
            />
            <datalist id="say-known">
              {[
                ...new Set([...heard.map(({ from }) => from), ...threadsOf(exercise, place).map(({ name }) => name)]),
              ].map((name) => (
                <option value={name} />
              ))}
            </datalist>
          </div>
        </div>
        <div class="field">
          <label for="say-text">What you say</label>
          <textarea id="say-text" name="text" rows={3} required maxlength={10_000}>
            {typed.get('text') ?? ''}
          </textarea>
          <span class="hint">
            Nobody outside gets it.{' '}
            {drill.staff.some(({ role }) => role === 'facilitator') ? 'The facilitator answers for them. ' : ''}
            It goes on the timeline beside your name.
          </span>
        </div>
        <button class="btn" type="submit">
          Say it
        </button>
      </Tell>
    </section>
  );
}

function IncidentSheet(props: PlayProps) {
  const { drill, opened, exercise, incident, place } = props;
  const over = exercise.endedAt !== undefined;
  if (opened || over)
    return (
      <section class="sheet" aria-labelledby="in">
        <header>
          <h2 id="in">The incident</h2>
        </header>
        <p>
          <a class="btn main" href={`/incidents/${drill.id}`}>
            Go to the incident
          </a>
        </p>
        <p class="small second after">
          <Words of={incident.view.title} />. Decide, note and report there as in any incident.
        </p>
      </section>
    );
  return (
    <section class="sheet" aria-labelledby="in">
      <header>
        <h2 id="in">No incident is open</h2>
      </header>
      <p class="second">An alert may open one, or one of you does, as soon as you think that something is wrong.</p>
      {place.seats.length > 0 && <OpenForm {...props} systems={drill.script.systems.map(({ snapshot }) => snapshot)} />}
    </section>
  );
}

function OpenForm({ drill, draft, once, systems }: PlayProps & { systems: readonly SystemSnapshot[] }) {
  const typed = draft.get('command') === 'drill-open' ? draft : new Map<string, string>();
  return (
    <details class="noteform noprint after" id="open" open={typed.size > 0}>
      <summary>Open the incident</summary>
      <Tell drill={drill.id} command="drill-open" page="play" once={once} class="form">
        <div class="field">
          <label for="open-title">What did you notice?</label>
          <input id="open-title" name="title" required maxlength={300} value={typed.get('title') ?? ''} />
          <span class="hint">One line, as you would tell a colleague. It becomes the title.</span>
        </div>
        <div class="field">
          <label for="open-system">Which AI system?</label>
          <select id="open-system" name="system">
            <option value="">I do not know, or none of these</option>
            {systems.map(({ id, name }) => (
              <option value={id} selected={id === typed.get('system')}>
                {flat(name, 80)}
              </option>
            ))}
          </select>
        </div>
        <button class="btn main" type="submit">
          Open the incident
        </button>
      </Tell>
    </details>
  );
}

function Hints({ exercise, place }: PlayProps) {
  const hints = hintsFor(exercise, place);
  if (hints.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="hi">
      <header>
        <h2 id="hi">Hints</h2>
        <span class="quiet">recorded</span>
      </header>
      <ul class="rows">
        {hints.map(({ text, at }) => (
          <li>
            <div class="told-text">
              <Words of={text} />
            </div>
            <div class="end quiet">
              <ScenarioTime at={at} exercise={exercise} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Talks({ exercise, place, names }: PlayProps) {
  const threads = threadsOf(exercise, place);
  if (threads.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="tk">
      <header>
        <h2 id="tk">Said with the outside world</h2>
      </header>
      <Threads threads={threads} exercise={exercise} names={names} />
    </section>
  );
}

const Note = ({ drill, once }: PlayProps) => (
  <section class="sheet noprint" aria-labelledby="no">
    <header>
      <h2 id="no">Note</h2>
    </header>
    <details class="noteform" id="note">
      <summary>Add a note</summary>
      <form method="post" action={`/incidents/${drill.id}/notes`} class="form">
        <input type="hidden" name="once" value={`${once}-note`} />
        <input type="hidden" name="to" value={drillAddress(drill.id)} />
        <div class="field">
          <label for="note-text">What you saw, thought or did</label>
          <textarea id="note-text" name="text" rows={3} required maxlength={10_000} />
          <span class="hint">Goes on the timeline of the drill beside your name.</span>
        </div>
        <button class="btn" type="submit">
          Add the note
        </button>
      </form>
    </details>
  </section>
);

export const Briefing = ({ drill: { script, note } }: { drill: Drill }) => (
  <section class="sheet" aria-labelledby="br">
    <header>
      <h2 id="br">Briefing</h2>
      <span class="quiet">what everybody knows</span>
    </header>
    <div class="words-of">
      <Prose of={script.about} />
      {note && (
        <p>
          <b>From whoever planned it:</b> <Words of={note} />
        </p>
      )}
    </div>
  </section>
);

function Roster({ drill, exercise, names, place }: PlayProps) {
  return <RosterSheet drill={drill} exercise={exercise} names={names} seats={place.seats} />;
}
