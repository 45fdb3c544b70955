import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Drill } from '../../drills/contract.ts';
import { hourText, isoDuration, isoTime } from '../../model/clock.ts';
import { scenarioText } from '../../model/drill.ts';
import { drillAddress, Tell } from './drill.tsx';
import { Glyph } from './glyph.tsx';
import type { Frame } from './layout.tsx';

const PACES = [1, 2, 4, 10] as const;

export type ClocksProps = {
  drill: Drill;
  exercise: ExerciseView;
  frame: Frame;
  /** Somebody who is a person is asked, so it runs with the wall. */
  asked: boolean;
  /** May set it. */
  runs: boolean;
  page: 'play' | 'board';
  once: string;
};

/** The scenario's clock in ink, the wall's beside it, and the pace between them. */
export function Clocks(props: ClocksProps) {
  const { drill, exercise, frame, runs } = props;
  const { startedAt, endsAt, endedAt } = exercise;
  const wall = frame.clock?.wall ?? frame.now;
  const over = endedAt !== undefined;
  return (
    <section class="clocks" aria-label="Clocks and pace">
      <div>
        <span class="label">Scenario time</span>
        <time
          class="face"
          datetime={isoDuration(frame.now - startedAt)}
          data-scenario={over ? undefined : String(startedAt)}
        >
          {scenarioText(frame.now - startedAt)}
        </time>
        <span class="label">
          {over ? 'ENDEX' : `ENDEX at ${scenarioText(endsAt - startedAt)}`} · <span>{hourText(frame.now)}</span> in the
          story
        </span>
      </div>
      <div class="wall">
        <span class="label">Wall clock</span>
        <time class="face" datetime={isoTime(wall)} data-wall-clock>
          {hourText(wall, true)}
        </time>
        <span class="label">UTC{drill.startedAt !== null && `, started ${hourText(drill.startedAt)}`}</span>
      </div>
      <div class="pace">
        {!over && <Pace {...props} />}
        <p class="small second">
          {over ? 'The clock of the scenario has stopped.' : 'People’s time is never scaled.'}
          <br />
          The timeline says when the pace changed.
        </p>
      </div>
      {!over && runs && <RunIt {...props} />}
    </section>
  );
}

function Pace({ drill, exercise, asked, runs, page, once }: ClocksProps) {
  const rate = exercise.clock?.rate ?? 1;
  const why = exercise.paused
    ? 'The clock stands still'
    : asked
      ? 'Somebody is asked: it runs with the wall'
      : 'Nobody is asked';
  if (!runs)
    return (
      <p>
        <span class="label">Pace of the scenario</span>
        <br />
        <b>{rate === 0 ? 'Paused' : `×${rate}`}</b> <span class="small second">{why}</span>
      </p>
    );
  return (
    <Tell drill={drill.id} command="drill-pace" page={page} once={once}>
      <span class="label" id="pace">
        Pace of the scenario
      </span>
      <br />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a line in every browser */}
      <div class="seg" role="group" aria-labelledby="pace">
        {PACES.map((pace) => (
          <button type="submit" name="rate" value={String(pace)} aria-pressed={pace === rate ? 'true' : 'false'}>
            ×{pace}
          </button>
        ))}
      </div>
      <p class="small second">
        {why}
        {!asked && !exercise.paused && ': jump ahead, or let it run'}.
      </p>
    </Tell>
  );
}

/** The same by key asks first, on a page of its own. */
function RunIt({ drill, exercise, page, once }: ClocksProps) {
  const turn = exercise.paused ? 'drill-resume' : 'drill-pause';
  return (
    <div class="pace btns noprint">
      <a hidden data-pause href={drillAddress(drill.id, `/check?do=${turn}`)}>
        Pause or resume
      </a>
      <Tell drill={drill.id} command={turn} page={page} once={`${once}-${exercise.clock?.wall ?? 0}`}>
        <button class="btn" type="submit" data-key="pause">
          <Glyph name="pause" />
          {exercise.paused ? 'Resume' : 'Pause'}
        </button>
      </Tell>
      <a class="btn" href={drillAddress(drill.id, '/check?do=drill-jump')}>
        Jump ahead
      </a>
      <a class="btn" href={drillAddress(drill.id, '/check?do=endex')}>
        End the drill
      </a>
    </div>
  );
}
