import type { ExerciseView } from '../../../incident/exercise-view.ts';
import { capitalised } from '../../../incident/phrases.ts';
import { type Names, sentence } from '../../../incident/wording.ts';
import { minutesWords } from '../../../simulator/exchange/msel.ts';
import type { Drill } from '../../drills/contract.ts';
import type { Evaluation } from '../../drills/evaluation.ts';
import type { Place } from '../../model/drill.ts';
import {
  type About,
  type GuideExpectation,
  type GuideObjective,
  type GuideTask,
  RATING_LETTERS,
  RATINGS,
  STANDINGS,
} from '../../model/evaluation.ts';
import type { StoredEvent } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { DrillStrip, drillAddress, Refused, ScenarioTime, stageOf } from '../parts/drill.tsx';
import { exerciseOf } from '../parts/exercise.ts';
import type { IncidentProps } from '../parts/incident-props.ts';
import { type Frame, Page, part } from '../parts/layout.tsx';
import { anchorOf, ObserveForm } from '../parts/observe-form.tsx';
import { Events, Opinions, RatingMark } from '../parts/opinions.tsx';
import { flat, Words } from '../parts/text.tsx';
import type { Draft } from './drill-play.tsx';

export type EvaluateProps = {
  frame: Frame;
  drill: Drill;
  exercise: ExerciseView;
  incident: IncidentProps;
  evaluation: Evaluation;
  place: Place;
  me: string;
  names: ReadonlyMap<string, string>;
  says: Names;
  /** What was typed and not taken. */
  draft: Draft;
  problem: Problem | null;
  once: string;
};

/** Evaluators and facilitators write; whoever else may read this page reads. */
const writes = ({ place, evaluation }: EvaluateProps): boolean =>
  evaluation.open && (place.facilitates || place.staff.includes('evaluator'));

export const evaluateTitle = ({ drill, exercise, problem }: EvaluateProps): string =>
  `${problem ? 'Error: ' : ''}Evaluation, ${stageOf(exercise).toLowerCase()} – ${flat(drill.script.title, 80)} – ${drill.id}`;

/** The parts that follow the drill. The forms stand between them, so that nothing half typed is ever replaced. */
export function evaluateParts(props: EvaluateProps): Record<string, string> {
  const parts: Record<string, string> = {
    strip: part(<Strip {...props} />),
    intro: part(<Intro {...props} />),
    events: part(<EventList {...props} />),
  };
  for (const objective of props.evaluation.guide.objectives) {
    parts[`said-${anchorOf(whole(objective.id))}`] = part(<Whole {...props} objective={objective} />);
    for (const task of objective.tasks)
      parts[`said-${anchorOf(ofTask(objective.id, task.id))}`] = part(<Opinions {...saidOf(props)} {...task} />);
    for (const one of objective.expectations) parts[`said-e-${one.id}`] = part(<Found {...props} one={one} />);
  }
  return parts;
}

const whole = (objective: string): About => ({ objective, task: null, expectation: null });
const ofTask = (objective: string, task: string): About => ({ objective, task, expectation: null });

const saidOf = ({ drill, me, names }: EvaluateProps) => ({ drill: drill.id, me, names });

/** The exercise evaluation guide: what to look for, what the machine found, and what evaluators think of it. */
export function EvaluatePage(props: EvaluateProps) {
  const { frame, drill, incident, me, problem, evaluation } = props;
  return (
    <Page
      frame={frame}
      title={evaluateTitle(props)}
      section="drills"
      live={drillAddress(drill.id, `/stream?page=evaluate&since=${incident.view.seq}`)}
      keep={`${drill.id} evaluate ${me}`}
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
      <div class="board-cols">
        <div class="stack">
          <div id="intro" class="second small intro">
            <Intro {...props} />
          </div>
          {evaluation.guide.objectives.map((objective, i) => (
            <Objective {...props} objective={objective} number={i + 1} />
          ))}
        </div>
        <div class="stack">
          <Ratings />
          <section class="sheet" aria-labelledby="tl">
            <header>
              <h2 id="tl">Timeline</h2>
              <a href={`/incidents/${drill.id}`}>All of it</a>
            </header>
            <div id="events">
              <EventList {...props} />
            </div>
          </section>
        </div>
      </div>
    </Page>
  );
}

const Strip = ({ drill, place, exercise }: EvaluateProps) => (
  <DrillStrip drill={drill} place={place} stage={stageOf(exercise)} />
);

function Intro(props: EvaluateProps) {
  const { drill, exercise, evaluation } = props;
  const over = exercise.endedAt !== undefined;
  return (
    <>
      <p>
        {over
          ? 'What each evaluator thinks stands side by side, apart from what the machine found. Nothing is averaged.'
          : 'Until ENDEX you see what you wrote yourself: opinions are worth more when nobody has heard another’s.'}{' '}
        {writes(props) && 'What you write last about something counts; what you wrote before stays on the timeline.'}
        {over && !evaluation.open && 'The hot wash is closed: nothing more is taken.'}
      </p>
      <p class="noprint">
        <a href={drillAddress(drill.id, over ? '' : '/board')}>{over ? 'The hot wash' : 'The board'}</a> ·{' '}
        <a href={`/api/drills/${drill.id}/briefing?paper=eeg`}>This guide for printing</a>
      </p>
    </>
  );
}

type ObjectiveProps = EvaluateProps & { objective: GuideObjective };

function Objective(props: ObjectiveProps & { number: number }) {
  const { objective, number } = props;
  const { id, title, capability, tasks, expectations } = objective;
  const about = whole(id);
  return (
    <section class="sheet eeg" aria-labelledby={anchorOf(about)}>
      <header>
        <h2 id={anchorOf(about)}>
          Objective {number}: <Words of={title} />
        </h2>
        <span class="quiet">
          <Words of={capability} />
        </span>
      </header>
      <div id={`said-${anchorOf(about)}`}>
        <Whole {...props} />
      </div>
      <Write {...props} about={about} summary="Rate the objective" />
      {tasks.length > 0 && <h3>Critical tasks</h3>}
      <ul class="eeg-list">
        {tasks.map((task) => (
          <Task {...props} task={task} />
        ))}
      </ul>
      {expectations.length > 0 && <h3>What is looked for</h3>}
      <ul class="eeg-list">
        {expectations.map((one) => (
          <Expected {...props} one={one} />
        ))}
      </ul>
    </section>
  );
}

/** The two kinds of judgement about an objective, apart. */
function Whole(props: ObjectiveProps) {
  const { objective, drill } = props;
  const { machine, opinions, disagreement } = objective;
  const { over } = props.evaluation.guide;
  return (
    <>
      {machine && (
        <p class="machine">
          <span class="label">The machine found</span>
          <RatingMark of={machine.rating} /> <Words of={machine.why} />
          {machine.cites.length > 0 && (
            <span class="second">
              {' '}
              (event <Events drill={drill.id} of={machine.cites} />)
            </span>
          )}
        </p>
      )}
      {opinions.length > 0 && <span class="label">{over ? 'Evaluators think' : 'You wrote'}</span>}
      <Opinions {...saidOf(props)} opinions={opinions} disagreement={disagreement} />
    </>
  );
}

function Task(props: ObjectiveProps & { task: GuideTask }) {
  const { objective, task } = props;
  const about = ofTask(objective.id, task.id);
  return (
    <li id={anchorOf(about)}>
      <Words of={task.title} />
      <div id={`said-${anchorOf(about)}`}>
        <Opinions {...saidOf(props)} {...task} />
      </div>
      <Write {...props} about={about} summary="Write about this task" />
    </li>
  );
}

function Expected(props: ObjectiveProps & { one: GuideExpectation }) {
  const { objective, one } = props;
  const limit = [
    ...(one.never ? ['must not happen'] : []),
    ...(one.withinMs === null ? [] : [`within ${minutesWords(one.withinMs)}`]),
  ];
  return (
    <li id={`e-${one.id}`}>
      <Words of={one.title} />
      {limit.length > 0 && <span class="second">, {limit.join(', ')}</span>}
      {one.judged !== null && (
        <p class="second small">
          You judge: <Words of={one.judged} />
        </p>
      )}
      <div id={`said-e-${one.id}`}>
        <Found {...props} one={one} />
      </div>
      {one.judged !== null && (
        <Write
          {...props}
          about={{ objective: objective.id, task: null, expectation: one.id }}
          summary="Give a verdict"
        />
      )}
    </li>
  );
}

function Found(props: EvaluateProps & { one: GuideExpectation }) {
  const { drill, one } = props;
  const { over } = props.evaluation.guide;
  const isYet = !over && (one.machine?.standing === 'not-observed' || one.machine?.standing === 'void');
  return (
    <>
      {one.machine && (
        <p class="machine small">
          <span class="label">The machine found</span>
          <b>
            {isYet ? 'Not yet' : capitalised(STANDINGS[one.machine.standing])}
            {over || isYet ? '' : ' so far'}
          </b>
          {!isYet && (
            <>
              {': '}
              <Words of={one.machine.why} />
              {one.machine.cites.length > 0 && (
                <span class="second">
                  {' '}
                  (event <Events drill={drill.id} of={one.machine.cites} />)
                </span>
              )}
            </>
          )}
        </p>
      )}
      <Opinions {...saidOf(props)} opinions={one.opinions} disagreement={one.disagreement} />
    </>
  );
}

function Write(props: EvaluateProps & { about: About; summary: string }) {
  const { drill, about, summary, draft, once } = props;
  if (!writes(props)) return null;
  const named = (name: string): string | null => draft.get(name) ?? null;
  const isThis =
    named('objective') === about.objective &&
    named('task') === about.task &&
    named('expectation') === about.expectation;
  return <ObserveForm drill={drill.id} about={about} summary={summary} draft={isThis ? draft : null} once={once} />;
}

const Ratings = () => (
  <section class="sheet" aria-labelledby="ratings">
    <header>
      <h2 id="ratings">Ratings</h2>
      <span class="quiet">as HSEEP has them</span>
    </header>
    <dl class="ratings-key">
      {RATING_LETTERS.map((letter) => (
        <div>
          <dt>
            <RatingMark of={letter} /> {RATINGS[letter].title}
          </dt>
          <dd class="second small">{RATINGS[letter].means}</dd>
        </div>
      ))}
    </dl>
  </section>
);

const SHOWN_MAX = 80;

/** Newest first, each with the number that an opinion cites. */
function EventList({ incident, exercise, says }: EvaluateProps) {
  const shown = incident.events.filter(({ type }) => type !== 'observation.recorded' && type !== 'hot-wash.answered');
  return (
    <ol class="cites">
      {shown
        .slice(-SHOWN_MAX)
        .toReversed()
        .map((event) => (
          <Event event={event} exercise={exercise} says={says} />
        ))}
    </ol>
  );
}

const Event = ({ event, exercise, says }: { event: StoredEvent; exercise: ExerciseView; says: Names }) => (
  <li>
    <button type="button" class="btn quiet" data-cite={String(event.seq)} data-key={`cite-${event.seq}`}>
      <span class="sr">Cite event </span>
      {event.seq}
    </button>
    <span>
      <Words of={flat(sentence(event, says).text, 240)} />{' '}
      <span class="quiet">
        <ScenarioTime at={event.at} exercise={exercise} />
      </span>
    </span>
  </li>
);
