import type { Board } from '../../../../workflows/messages.ts';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Drill } from '../../drills/contract.ts';
import { scenarioText } from '../../model/drill.ts';
import { type BoardRow, plannedText } from '../../model/msel.ts';
import { Prose } from '../../papers/paper.tsx';
import type { Problem } from '../../problem.ts';
import { CHANNEL, drillAddress, Refused, rolesWords, Tell } from '../parts/drill.tsx';
import { ChannelField, ToField } from '../parts/drill-say.tsx';
import { type Exercise, type Frame, Page } from '../parts/layout.tsx';
import { flat, Words } from '../parts/text.tsx';
import type { Draft } from './drill-play.tsx';

export type InjectProps = {
  frame: Frame;
  exercise: Exercise | null;
  played: ExerciseView;
  drill: Drill;
  board: Board | null;
  /** Null: a new one is thought up. */
  row: BoardRow | null;
  facilitates: boolean;
  draft: Draft;
  problem: Problem | null;
  once: string;
};

/** One inject with all that the players do not know of it; changing it before it is delivered; adding one. */
export function InjectPage(props: InjectProps) {
  const { frame, exercise, drill, row, problem, facilitates, played } = props;
  const title = row ? `Inject ${row.number}: ${flat(row.inject.title, 80)}` : 'Add an inject';
  const running = played.endedAt === undefined;
  const toCome = row !== null && row.state.kind !== 'delivered' && row.state.kind !== 'skipped';
  return (
    <Page
      frame={frame}
      title={`${problem ? 'Error: ' : ''}${title} – ${drill.id}`}
      section="drills"
      exercise={exercise}
    >
      <div class="narrow stack">
        <p>
          <a href={drillAddress(drill.id, '/board')}>
            {drill.id}: <Words of={flat(drill.script.title, 80)} />
          </a>
        </p>
        <h1>{row ? <Words of={`Inject ${row.number}: ${row.inject.title}`} /> : title}</h1>
        <Refused problem={problem} />
        {row && <Facts {...props} row={row} />}
        {facilitates && running && row && toCome && <EditForm {...props} row={row} />}
        {facilitates && running && !row && <AddForm {...props} />}
      </div>
    </Page>
  );
}

function Facts({ row, drill }: InjectProps & { row: BoardRow }) {
  const { inject, expected, due } = row;
  const objective = drill.script.objectives.find(({ id }) => id === inject.objective);
  return (
    <section class="sheet" aria-labelledby="fa">
      <header>
        <h2 id="fa">
          <Words of={inject.subject} />
        </h2>
        <span class="quiet">{plannedText(row)}</span>
      </header>
      <div class="words-of">
        {inject.text.trim() !== '' && <Prose of={inject.text} />}
        {inject.alert && (
          <p class="raw small">
            <code>
              <Words of={JSON.stringify(inject.alert, null, 2)} />
            </code>
          </p>
        )}
      </div>
      <dl class="facts after">
        <Fact name="From" value={`${inject.from}, ${CHANNEL[inject.by].name.toLowerCase()}`} />
        <Fact name="To" value={rolesWords(inject.to)} />
        <Fact name="Due" value={due} />
        <Fact name="Attached" value={inject.attachments.join(', ')} />
        <Fact name="Expected" value={expected.map((one) => one.title).join('; ')} />
        <Fact name="Objective" value={objective?.title} />
        <Fact name="Notes" value={inject.notes} />
        <Fact name="Hint" value={inject.hint} />
      </dl>
    </section>
  );
}

const Fact = ({ name, value }: { name: string; value: string | null | undefined }) =>
  value ? (
    <div>
      <dt>{name}</dt>
      <dd>
        <Words of={value} />
      </dd>
    </div>
  ) : null;

function EditForm({ drill, row, draft, once, played }: InjectProps & { row: BoardRow }) {
  const { inject, state } = row;
  const typed = draft.get('command') === 'inject-edit' ? draft : null;
  const at = 'at' in state ? Math.round((state.at - played.startedAt) / 60_000) : null;
  const to: Draft = typed ?? new Map(inject.to.map((role) => [`to.${role}`, 'yes']));
  const value = (name: string, now: string): string => typed?.get(name) ?? now;
  return (
    <section class="sheet" aria-labelledby="ed">
      <header>
        <h2 id="ed">Change it before it is delivered</h2>
        <span class="quiet">the timeline says what was changed</span>
      </header>
      <Tell drill={drill.id} command="inject-edit" page="inject" inject={inject.id} once={once} class="form">
        <TextFields value={value} now={inject} />
        <ToField id="edit-to" drill={drill} typed={to} all={false} />
        {inject.alert === null && <BodyField value={value('text', inject.text)} />}
        <MinuteField
          value={value('minutes', '')}
          hint={at === null ? 'Left empty: as it is.' : `It is due in minute ${at}. Left empty: as it is.`}
        />
        <div class="btns">
          <button class="btn main" type="submit">
            Change it
          </button>
          <a class="btn" href={drillAddress(drill.id, `/check?do=inject-now&inject=${inject.id}`)}>
            Fire it now
          </a>
          <a class="btn" href={drillAddress(drill.id, `/check?do=inject-skip&inject=${inject.id}`)}>
            Pass it over
          </a>
        </div>
      </Tell>
    </section>
  );
}

function AddForm({ drill, draft, once, played, frame }: InjectProps) {
  const typed: Draft = draft.get('command') === 'inject-add' ? draft : new Map();
  const value = (name: string): string => typed.get(name) ?? '';
  return (
    <section class="sheet" aria-labelledby="ad">
      <header>
        <h2 id="ad">What is to reach the players</h2>
        <span class="quiet">it changes nothing in the world</span>
      </header>
      <Tell drill={drill.id} command="inject-add" page="inject" once={once} class="form">
        <ChannelField id="add-by" value={value('by') || 'mail'} />
        <TextFields value={value} now={null} />
        <ToField id="add-to" drill={drill} typed={typed} all />
        <BodyField value={value('text')} />
        <MinuteField
          value={value('minutes')}
          hint={`It is ${scenarioText(frame.now - played.startedAt)} now. Left empty: at once.`}
        />
        <div class="btns">
          <button class="btn main" type="submit">
            Add it
          </button>
          <a class="btn" href={drillAddress(drill.id, '/board')}>
            Go back
          </a>
        </div>
      </Tell>
    </section>
  );
}

type TextFieldsProps = {
  value: (name: string, now: string) => string;
  now: { title: string; from: string; subject: string } | null;
};

const TextFields = ({ value, now }: TextFieldsProps) => (
  <>
    <div class="field">
      <label for="inject-title">What it is, for the staff</label>
      <input id="inject-title" name="title" required maxlength={300} value={value('title', now?.title ?? '')} />
    </div>
    <div class="field">
      <label for="inject-from">From</label>
      <input id="inject-from" name="from" required maxlength={300} value={value('from', now?.from ?? '')} />
    </div>
    <div class="field">
      <label for="inject-subject">Subject</label>
      <input id="inject-subject" name="subject" required maxlength={300} value={value('subject', now?.subject ?? '')} />
    </div>
  </>
);

const BodyField = ({ value }: { value: string }) => (
  <div class="field">
    <label for="inject-text">Text</label>
    <textarea id="inject-text" name="text" rows={6} maxlength={10_000}>
      {value}
    </textarea>
  </div>
);

const MinuteField = ({ value, hint }: { value: string; hint: string }) => (
  <div class="field">
    <label for="inject-minutes">
      In which minute of the scenario <span class="quiet">(optional)</span>
    </label>
    <input
      id="inject-minutes"
      name="minutes"
      type="number"
      inputmode="decimal"
      min={0}
      value={value}
      aria-describedby="inject-minutes-hint"
    />
    <span class="hint" id="inject-minutes-hint">
      {hint}
    </span>
  </div>
);
