import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Drill } from '../../drills/contract.ts';
import { answersIn, type HotWash } from '../../drills/evaluation.ts';
import type { Place } from '../../model/drill.ts';
import type { Draft } from '../pages/drill-play.tsx';
import { drillAddress } from './drill.tsx';
import { flat, Words } from './text.tsx';

export type HotWashProps = {
  drill: Drill;
  exercise: ExerciseView;
  place: Place;
  me: string;
  names: ReadonlyMap<string, string>;
  /** Answers are still taken. */
  open: boolean;
  /** Questions whose answers this reader has asked for; 0: the open one. */
  read: ReadonlySet<number>;
  /** What was typed and not taken. */
  draft: Draft;
  once: string;
};

const ELSE = 'What else should be said?';

/** The questions with their numbers; the open one, 0, comes last. */
const questionsOf = ({ drill }: Pick<HotWashProps, 'drill'>): { number: number; words: string }[] => [
  ...drill.script.debrief.map((words, i) => ({ number: i + 1, words })),
  { number: 0, words: ELSE },
];

/** Question by question. What others said is shown once somebody has answered, or passed it over: first opinions are their own. */
export function HotWashQuestions(props: HotWashProps) {
  const { place, open } = props;
  if (!place.onRoster) return <p class="second">What is said in a hot wash is for those who took part.</p>;
  return (
    <>
      {open && (
        <p class="small second">
          Say what you think before you read the others. Without a name nothing that is kept or sent says that it was
          you. That somebody answered, and when, can be seen; your style may be known.
        </p>
      )}
      <ol class="wash">
        {questionsOf(props).map((question) => (
          <Question {...props} {...question} />
        ))}
      </ol>
    </>
  );
}

/** What is kept current, by question. */
export const hotWashParts = (props: HotWashProps): Record<string, string> =>
  props.place.onRoster
    ? Object.fromEntries(
        questionsOf(props).map(({ number }) => [`answers-${number}`, String(<Answers {...props} number={number} />)]),
      )
    : {};

type QuestionProps = HotWashProps & { number: number; words: string };

function Question(props: QuestionProps) {
  const { number, words, open, draft } = props;
  const said = isShown(props);
  const again = draft.get('question') === String(number);
  return (
    <li id={`question-${number}`}>
      <h3>
        <Words of={words} />
      </h3>
      <div id={`answers-${number}`}>
        <Answers {...props} />
      </div>
      {open &&
        (said ? (
          <details class="noteform noprint" id={`more-${number}`} open={again}>
            <summary>Say more</summary>
            <AnswerForm {...props} />
          </details>
        ) : (
          <AnswerForm {...props} />
        ))}
    </li>
  );
}

/** Whoever has answered with their name, or asked to read on, reads what was said; everybody does when nothing more is taken. */
const isShown = ({ number, open, read, me, exercise }: HotWashProps & { number: number }): boolean =>
  !open || read.has(number) || answersTo(exercise, number).some(({ person }) => person === me);

const answersTo = (exercise: ExerciseView, number: number): HotWash['answers'] =>
  answersIn(exercise).filter(({ question }) => (question ?? 0) === number);

function Answers(props: HotWashProps & { number: number }) {
  const { exercise, number, names } = props;
  if (!isShown(props)) return null;
  const answers = answersTo(exercise, number);
  if (answers.length === 0) return <p class="second">Nobody has said anything.</p>;
  return (
    <ul class="talk">
      {answers.map(({ seq, person, text }) => (
        <li id={`answer-${seq}`}>
          <span class="label">{person === null ? 'without a name' : <Words of={names.get(person) ?? person} />}</span>
          <Words of={text} />
        </li>
      ))}
    </ul>
  );
}

function AnswerForm({ drill, number, words, draft, read, once }: QuestionProps) {
  const again = draft.get('question') === String(number);
  const numbers = [...read].join('.');
  const skip = [...new Set([...read, number])].join('.');
  return (
    <form method="post" action={drillAddress(drill.id, '/hot-wash')} class="form noprint">
      <input type="hidden" name="once" value={`${once}-wash-${number}`} />
      <input type="hidden" name="question" value={String(number)} />
      <input type="hidden" name="read" value={numbers} />
      <div class="field">
        <label for={`wash-${number}`}>
          Your answer<span class="sr">: {flat(words)}</span>
        </label>
        <textarea id={`wash-${number}`} name="text" rows={3} required maxlength={10_000}>
          {again ? draft.get('text') : ''}
        </textarea>
      </div>
      <label class="check" for={`unnamed-${number}`}>
        <input
          type="checkbox"
          id={`unnamed-${number}`}
          name="anonymous"
          value="yes"
          checked={again && draft.has('anonymous')}
        />{' '}
        Without my name
      </label>
      <div class="btns">
        <button class="btn main" type="submit">
          Answer
        </button>
        <a class="btn quiet" href={drillAddress(drill.id, `?read=${skip}#question-${number}`)}>
          Pass it over, and read the others
          <span class="sr">: {flat(words)}</span>
        </a>
      </div>
    </form>
  );
}
