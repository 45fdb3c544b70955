import { minutesWords } from '../../../simulator/exchange/msel.ts';
import type { Drill } from '../../drills/contract.ts';
import type { ShownImprovement } from '../../improvements/contract.ts';
import type { Place } from '../../model/drill.ts';
import { bothMoments } from '../../model/duties.ts';
import type { Problem } from '../../problem.ts';
import { DrillStrip, drillAddress, Refused, RosterSheet } from '../parts/drill.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ShowsSheet } from '../parts/improvements.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { flat, Words } from '../parts/text.tsx';
import { Briefing } from './drill-play.tsx';

export type PlannedProps = {
  frame: Frame;
  drill: Drill;
  place: Place;
  names: ReadonlyMap<string, string>;
  timezone: string;
  /** Improvement items that it is to show something about. */
  shows: readonly ShownImprovement[];
  mayStart: boolean;
  mayArrange: boolean;
  /** It was started, and its timeline has not begun yet. */
  starting: boolean;
  problem: Problem | null;
  once: string;
};

const STAGE = { planned: 'Planned', cancelled: 'Called off', running: 'Running', ended: 'Over' } as const;

/** Before STARTEX, when it was called off, and for whoever takes no part while it runs: who, when, and what to read. */
export function PlannedPage(props: PlannedProps) {
  const { frame, drill, place, names, problem } = props;
  const { script } = drill;
  return (
    <Page
      frame={frame}
      title={`${problem ? 'Error: ' : ''}${STAGE[drill.status]} – ${flat(script.title, 80)} – ${drill.id}`}
      section="drills"
      {...((drill.status === 'planned' || props.starting) &&
        place.onRoster && { live: drillAddress(drill.id, '/stream?page=planned&since=planned') })}
      exercise={{ drill: null, noDuff: false }}
    >
      <DrillStrip drill={drill} place={place} stage={STAGE[drill.status]} />
      <div id="begun" class="said" />
      <div class="two-cols">
        <div class="col">
          <Refused problem={problem} />
          <ShowsSheet items={props.shows} />
          <WhenSheet {...props} />
          <Briefing drill={drill} />
        </div>
        <div class="col">
          <RosterSheet
            drill={drill}
            exercise={null}
            names={names}
            seats={place.staff.length > 0 ? 'all' : place.seats}
          />
          {props.mayArrange && drill.status === 'planned' && <CallOff {...props} />}
        </div>
      </div>
    </Page>
  );
}

/** To whoever waits for it here. */
export const Begun = ({ drill }: { drill: string }) => (
  <div class="notice">
    <Glyph name="info" />
    <h2>The drill has begun</h2>
    <p>
      <a href={drillAddress(drill)}>Go to the drill</a>
    </p>
  </div>
);

function WhenSheet(props: PlannedProps) {
  const { drill, timezone, names, place, mayStart, mayArrange, starting, once } = props;
  const { at, script, rate, plannedBy, status } = drill;
  const open = status === 'planned' || starting;
  const others = status === 'running' && !starting;
  return (
    <section class="sheet" aria-labelledby="wn">
      <header>
        <h2 id="wn">{open ? 'What happens next' : others ? 'Others play this now' : 'Called off'}</h2>
      </header>
      {others && (
        <p class="second">You take no part in it. As soon as it is over its timeline is for everybody, here.</p>
      )}
      {starting && <p class="second">It was started and begins in a moment.</p>}
      {drill.cancelledBecause !== null && (
        <p class="second">
          It was called off: <Words of={drill.cancelledBecause} />
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>When</dt>
          <dd>
            {at === null ? 'No date yet' : <b>{bothMoments(at, timezone)}</b>}
            {open && '. It begins when somebody starts it, not by itself.'}
          </dd>
        </div>
        <div>
          <dt>How long</dt>
          <dd>
            <Words of={script.length.title} />: {minutesWords(script.length.ms)} of the scenario
            {rate !== 1 && `, ×${rate} while nobody is asked`}. Keep time for the hot wash after it.
          </dd>
        </div>
        <div>
          <dt>Planned by</dt>
          <dd>
            <Words of={names.get(plannedBy) ?? plannedBy} />
          </dd>
        </div>
        <div>
          <dt>Papers</dt>
          <dd>
            <a href={`/api/drills/${drill.id}/briefing`}>
              {place.staff.length > 0
                ? 'Facilitator’s guide'
                : place.seats.length > 0
                  ? 'Guide of your seat'
                  : 'Situation manual'}
            </a>
            {at !== null && (
              <>
                {' · '}
                <a href={`/api/drills/${drill.id}/calendar.ics`}>Calendar file</a>
              </>
            )}
          </dd>
        </div>
      </dl>
      {open && (mayStart || mayArrange) && (
        <div class="btns after noprint">
          {mayStart && (
            <form method="post" action={drillAddress(drill.id, '/start')}>
              <input type="hidden" name="once" value={once} />
              <button class="btn main" type="submit">
                {starting ? 'Start it again' : 'Start the drill'}
              </button>
            </form>
          )}
          {mayArrange && status === 'planned' && (
            <a class="btn" href={drillAddress(drill.id, '/change')}>
              Change it
            </a>
          )}
        </div>
      )}
      {status === 'planned' && !mayStart && <p class="small quiet after">Those who take part start it.</p>}
    </section>
  );
}

const CallOff = ({ drill, once }: PlannedProps) => (
  <section class="sheet noprint" aria-labelledby="co">
    <header>
      <h2 id="co">Call it off</h2>
    </header>
    <details class="noteform" id="call-off">
      <summary>Call the drill off</summary>
      <form method="post" action={drillAddress(drill.id, '/cancel')} class="form">
        <input type="hidden" name="once" value={once} />
        <div class="field">
          <label for="because">Why</label>
          <textarea id="because" name="because" rows={2} required maxlength={2_000} />
          <span class="hint">Whoever was to take part reads it here.</span>
        </div>
        <button class="btn" type="submit">
          Call it off
        </button>
      </form>
    </details>
  </section>
);
