import type { ExerciseView } from '../../../incident/exercise-view.ts';
import { spanText } from '../../model/clock.ts';
import { scenarioText } from '../../model/drill.ts';
import { type BoardRow, type InjectState, plannedText } from '../../model/msel.ts';
import { CHANNEL, drillAddress, rolesWords, Tell } from './drill.tsx';
import { Glyph, type GlyphName } from './glyph.tsx';
import { Countdown, flat, Words } from './text.tsx';

type Props = {
  drill: string;
  exercise: ExerciseView;
  rows: { past: readonly BoardRow[]; ahead: readonly BoardRow[] };
  /** The row that waits for the facilitator. */
  turn: BoardRow | null;
  /** Who runs it may act on the rows. */
  facilitates: boolean;
  names: ReadonlyMap<string, string>;
  now: number;
  once: string;
};

/** The master scenario events list, with a line where the scenario is now. */
export function MselSheet(props: Props) {
  const { drill, exercise, rows, turn, facilitates, now } = props;
  const { past, ahead } = rows;
  const over = exercise.endedAt !== undefined;
  const fire = turn ?? ahead.find(({ state }) => state.kind === 'next');
  return (
    <section class="sheet" aria-labelledby="ms">
      <header>
        <h2 id="ms">Injects</h2>
        <span class="quiet">master scenario events list</span>
        {facilitates && !over && <a href={drillAddress(drill, '/add-inject')}>Add an inject</a>}
      </header>
      {fire && facilitates && (
        <a hidden data-fire href={drillAddress(drill, `/check?do=inject-now&inject=${fire.inject.id}`)}>
          Fire what is due
        </a>
      )}
      <table class={facilitates && !over ? 'msel' : 'msel read'}>
        <thead>
          <tr>
            <th scope="col">No.</th>
            <th scope="col">Scenario</th>
            <th scope="col">What they see</th>
            <th scope="col">State</th>
            <th scope="col" class="do">
              <span class="sr">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {past.map((row) => (
            <Row {...props} row={row} />
          ))}
          <tr class="now">
            <th scope="rowgroup" colspan={5}>
              {over ? 'ENDEX' : 'Now'},{' '}
              <time data-scenario={over ? undefined : String(exercise.startedAt)}>
                {scenarioText(now - exercise.startedAt)}
              </time>
            </th>
          </tr>
          {ahead.map((row) => (
            <Row {...props} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const LOOKS = {
  delivered: '',
  skipped: 'past',
  due: 'due',
  next: '',
  planned: 'later',
  'by-hand': '',
  armed: '',
  never: 'later',
} as const;

function Row(props: Props & { row: BoardRow }) {
  const { drill, row, turn, exercise, now, names } = props;
  const { inject, number, state } = row;
  const isTurn = turn?.inject.id === inject.id;
  const answered = state.kind === 'delivered' && (state.met || state.answered !== null);
  const isPast = state.kind === 'delivered' || state.kind === 'skipped';
  const look = isTurn ? 'due' : answered ? 'past' : LOOKS[state.kind];
  const { by, from, to, title } = inject;
  return (
    <tr class={look}>
      <th scope="row" class="n">
        {number}
      </th>
      <td class="tt">{timeOf(row, exercise)}</td>
      <td class="what">
        <a class="syn" href={drillAddress(drill, `/injects/${inject.id}`)} data-row>
          <Words of={title} />
        </a>
        <span class="sub">
          {CHANNEL[by].name} from <Words of={from} /> → {rolesWords(to)}
          {row.expected.length > 0 && (
            <>
              . Expected: <Words of={row.expected.map((one) => one.title).join('; ')} />
            </>
          )}
        </span>
        {row.due && !isPast && (
          <span class="sub">
            <Words of={row.due} />
          </span>
        )}
      </td>
      <td class={isTurn ? 'st is-wait' : 'st'}>
        <State state={state} isTurn={isTurn} over={exercise.endedAt !== undefined} now={now} names={names} />
      </td>
      <td class="do">
        <Actions {...props} isTurn={isTurn} />
      </td>
    </tr>
  );
}

function timeOf(row: BoardRow, { startedAt }: ExerciseView): string {
  return 'at' in row.state ? scenarioText(row.state.at - startedAt) : plannedText(row);
}

type StateProps = {
  state: InjectState;
  isTurn: boolean;
  over: boolean;
  now: number;
  names: ReadonlyMap<string, string>;
};

function State({ state, isTurn, over, now, names }: StateProps) {
  const who = (id: string): string => names.get(id) ?? id;
  switch (state.kind) {
    case 'delivered': {
      const { seen, answered, met, at } = state;
      const unseen = over ? 'nobody opened it' : 'not seen yet';
      const by = seen.length > 0 ? `seen by ${seen.map(({ person }) => who(person)).join(', ')}` : unseen;
      if (answered)
        return (
          <Says glyph="done" word="Answered" sub={`by ${who(answered.person)} in ${spanText(answered.at - at)}`} />
        );
      if (met) return <Says glyph="done" word="Met" sub="all that it expects has happened" />;
      return <Says glyph="run" word={seen.length > 0 ? 'Seen' : 'Delivered'} sub={by} />;
    }
    case 'skipped':
      return <Says glyph="skip" word="Passed over" sub={SKIPPED[state.because]} />;
    case 'due':
      return <Says glyph={isTurn ? 'caution' : 'clock'} word="Due" sub="it comes as soon as the clock runs" />;
    case 'next':
    case 'planned':
      return (
        <Says
          glyph="todo"
          word={state.kind === 'next' ? 'Next' : 'Planned'}
          sub={
            <>
              in <Countdown until={state.at} now={now} />
            </>
          }
        />
      );
    case 'by-hand':
      return (
        <Says
          glyph={isTurn ? 'caution' : 'todo'}
          word={isTurn ? 'Waits for you' : 'By hand'}
          sub="comes when it is fired"
        />
      );
    case 'armed':
      return <Says glyph="clock" word="Armed" sub="comes on its condition" />;
    case 'never':
      return <Says glyph="skip" word="Did not come" sub="the drill was over" />;
    default:
      return state satisfies never;
  }
}

const SKIPPED = {
  condition: 'it was not needed any more',
  met: 'what it was for had happened',
  facilitator: 'by the facilitator',
} as const;

const Says = ({ glyph, word, sub }: { glyph: GlyphName; word: string; sub: unknown }) => (
  <>
    <span class="state">
      <Glyph name={glyph} />
      {word}
    </span>
    <span class="sub">{typeof sub === 'string' ? <Words of={sub} /> : sub}</span>
  </>
);

function Actions({ drill, row, facilitates, isTurn, once, exercise }: Props & { row: BoardRow; isTurn: boolean }) {
  const { inject, state } = row;
  if (!facilitates || exercise.endedAt !== undefined || state.kind === 'skipped') return null;
  const name = (
    <span class="sr">
      {' '}
      inject {row.number}, {flat(inject.title, 60)}
    </span>
  );
  if (state.kind === 'delivered') {
    if (state.met || state.answered) return null;
    return (
      <div class="btns">
        <a class="btn small" href={drillAddress(drill, `/board?hint=${inject.id}#hint`)}>
          Hint{name}
        </a>
      </div>
    );
  }
  const look = isTurn ? 'btn small main' : state.kind === 'planned' ? 'btn small quiet' : 'btn small';
  return (
    <div class="btns">
      <Tell drill={drill} command="inject-now" page="board" inject={inject.id} once={once}>
        <button class={look} type="submit" data-key={`fire-${inject.id}`}>
          Fire now{name}
        </button>
      </Tell>
      <a
        class={state.kind === 'planned' ? 'btn small quiet' : 'btn small'}
        href={drillAddress(drill, `/check?do=inject-skip&inject=${inject.id}`)}
      >
        Skip{name}
      </a>
    </div>
  );
}
