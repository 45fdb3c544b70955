import type { Board } from '../../../../workflows/messages.ts';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Expectation } from '../../../simulator/core/script.ts';
import type { Drill, StaffNote } from '../../drills/contract.ts';
import { hourText } from '../../model/clock.ts';
import type { Place } from '../../model/drill.ts';
import { Prose } from '../../papers/paper.tsx';
import type { Draft } from '../pages/drill-play.tsx';
import { drillAddress, ScenarioTime } from './drill.tsx';
import { Glyph } from './glyph.tsx';
import { Words } from './text.tsx';

type ExpectationsProps = { drill: Drill; board: Board | null; exercise: ExerciseView; place: Place };

/** What is expected, and whether some event has met it so far. The report judges; this only counts. */
export function ExpectationsSheet({ drill, board, exercise, place }: ExpectationsProps) {
  const { expectations, objectives } = drill.script;
  const met = new Set(board?.met ?? []);
  const over = exercise.endedAt !== undefined;
  // No event meets what an evaluator judges.
  const counted = expectations.filter(({ never, sought }) => !never && sought.what !== 'judged');
  return (
    <section class="sheet" aria-labelledby="ex">
      <header>
        <h2 id="ex">Expectations</h2>
        {board && (
          <span class="quiet">
            {counted.filter(({ id }) => met.has(id)).length} of {counted.length} met{!over && ' so far'}
          </span>
        )}
      </header>
      <ul class="rows">
        {expectations.map((one) => (
          <li class={one.never && met.has(one.id) ? 'is-fail' : undefined}>
            <div>
              <Words of={one.title} />
              <div class="sub">
                <Words of={objectives.find(({ id }) => id === one.objective)?.title ?? ''} />
                {one.withinMs !== null && `, within ${Math.round(one.withinMs / 60_000)} min`}
              </div>
            </div>
            <div class="end">{board ? <Standing one={one} met={met.has(one.id)} over={over} /> : null}</div>
          </li>
        ))}
      </ul>
      {!board && <p class="small quiet after">Whether they were met is not known: the drill runs no more.</p>}
      {(over || place.staff.length > 0) && (
        <p class="after noprint">
          <a class={place.staff.includes('evaluator') ? 'btn main' : 'btn'} href={drillAddress(drill.id, '/evaluate')}>
            {over ? 'What evaluators think' : 'Evaluation guide'}
          </a>
        </p>
      )}
    </section>
  );
}

function Standing({ one, met, over }: { one: Expectation; met: boolean; over: boolean }) {
  const [glyph, word] = standing(one, met, over);
  return (
    <span class="state">
      <Glyph name={glyph} />
      {word}
    </span>
  );
}

function standing({ sought, never }: Expectation, met: boolean, over: boolean) {
  if (sought.what === 'judged') return ['person', 'For the evaluator'] as const;
  if (never) return met ? (['fail', 'Happened'] as const) : (['done', over ? 'Kept' : 'Kept so far'] as const);
  return met ? (['done', 'Met'] as const) : over ? (['skip', 'Not met'] as const) : (['todo', 'Open'] as const);
}

type NotesProps = {
  drill: Drill;
  exercise: ExerciseView;
  notes: readonly StaffNote[];
  names: ReadonlyMap<string, string>;
  place: Place;
  draft: Draft;
  once: string;
};

/** Of the staff alone; after ENDEX everybody reads them. */
export function NotesSheet({ drill, exercise, notes, names, place, draft, once }: NotesProps) {
  return (
    <section class="sheet" aria-labelledby="pn">
      <header>
        <h2 id="pn">Private notes</h2>
        <span class="quiet">the staff reads these; players after ENDEX</span>
      </header>
      {notes.length === 0 && <p class="second">None yet.</p>}
      <ul class="rows">
        {notes.map(({ person, at, scenarioAt, text }) => (
          <li>
            <div class="told-text">
              <Words of={text} />
              <div class="sub">
                <Words of={names.get(person) ?? person} />
              </div>
            </div>
            <div class="end quiet">
              {scenarioAt === null ? hourText(at) : <ScenarioTime at={scenarioAt} exercise={exercise} />}
            </div>
          </li>
        ))}
      </ul>
      {place.staff.length > 0 && (
        <details class="noteform noprint after" id="note">
          <summary>Add a private note</summary>
          <form method="post" action={drillAddress(drill.id, '/notes')} class="form">
            <input type="hidden" name="once" value={`${once}-staff-note`} />
            <div class="field">
              <label for="note-text">What you saw</label>
              <textarea id="note-text" name="text" rows={3} required maxlength={10_000}>
                {draft.get('command') === 'staff-note' ? draft.get('text') : ''}
              </textarea>
            </div>
            <button class="btn" type="submit">
              Add the note
            </button>
          </form>
        </details>
      )}
    </section>
  );
}

/** What the players have to find out. */
export function TruthSheet({ drill: { script } }: { drill: Drill }) {
  return (
    <section class="sheet" aria-labelledby="tr">
      <header>
        <h2 id="tr">The truth</h2>
        <span class="quiet">hidden from players until ENDEX</span>
      </header>
      <details id="truth">
        <summary>What really happened</summary>
        <div class="words-of after">
          <Prose of={script.truth} />
        </div>
      </details>
      <details id="truth-world">
        <summary>The world and its traps</summary>
        <ul class="plain-list after">
          {script.systems.map(({ snapshot, truth }) => (
            <li>
              <Words of={`${snapshot.name} serves ${truth.serving}`} />
            </li>
          ))}
          {script.faults.map(({ capability, kind, times, message }) => (
            <li>
              <Words
                of={`${capability} ${kind === 'lie' ? 'says that it did, and did nothing' : `fails: ${message}`} (${times === 1 ? 'once' : `${times} times`})`}
              />
            </li>
          ))}
        </ul>
      </details>
      {script.guide && (
        <details id="truth-guide">
          <summary>How to facilitate it</summary>
          <div class="words-of after">
            <Prose of={script.guide} />
          </div>
        </details>
      )}
      {script.debrief.length > 0 && (
        <details id="truth-debrief">
          <summary>Questions for the hot wash</summary>
          <ul class="plain-list after">
            {script.debrief.map((question) => (
              <li>
                <Words of={question} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
