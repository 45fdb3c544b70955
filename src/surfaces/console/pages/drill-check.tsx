import type { Child } from 'hono/jsx';
import type { Inject } from '../../../simulator/core/script.ts';
import type { Drill } from '../../drills/contract.ts';
import { scenarioText } from '../../model/drill.ts';
import type { Problem } from '../../problem.ts';
import { Refused, Tell } from '../parts/drill.tsx';
import { type Exercise, type Frame, Page } from '../parts/layout.tsx';
import { Words } from '../parts/text.tsx';
import type { Draft } from './drill-play.tsx';

/** What is asked on a page of its own before it is done. `real`: NO DUFF. */
export const CHECKS = [
  'drill-pause',
  'drill-resume',
  'drill-jump',
  'endex',
  'real',
  'inject-now',
  'inject-skip',
  'drill-close',
] as const;
export type Check = (typeof CHECKS)[number];
export const isCheck = (value: string | undefined): value is Check => CHECKS.some((one) => one === value);

export type CheckProps = {
  frame: Frame;
  exercise: Exercise | null;
  drill: Drill;
  check: Check;
  /** The inject that it is about. */
  inject: Inject | null;
  /** Where whoever asks came from. */
  back: string;
  /** Since STARTEX, ms. */
  elapsedMs: number;
  draft: Draft;
  problem: Problem | null;
  once: string;
};

const ASKS: Record<Check, { title: string; means: string; confirm: string }> = {
  'drill-pause': {
    title: 'Pause the drill?',
    means: 'The clock of the scenario stands still: nothing arrives, no time runs out. What people write still counts.',
    confirm: 'Pause it',
  },
  'drill-resume': {
    title: 'Go on with the drill?',
    means: 'The clock of the scenario runs again from where it stood.',
    confirm: 'Resume it',
  },
  'drill-jump': {
    title: 'Jump ahead?',
    means:
      'What is due until then happens at once, in its order. No jump passes the time that somebody who is asked has to answer.',
    confirm: 'Jump ahead',
  },
  endex: {
    title: 'End the drill?',
    means:
      'ENDEX for everybody: open questions are withdrawn, nothing more arrives, and everybody may read everything. It cannot be taken up again. Notes for the hot wash can still be written.',
    confirm: 'End the drill',
  },
  real: {
    title: 'NO DUFF: something real is happening?',
    means:
      'The drill stops for everybody at once, so that nobody mistakes one for the other. This does not open an incident: report it as soon as you have stopped the drill.',
    confirm: 'This is real: stop the drill',
  },
  'inject-now': {
    title: 'Fire this inject now?',
    means: 'It reaches the players at once. It cannot be taken back.',
    confirm: 'Fire it now',
  },
  'inject-skip': {
    title: 'Pass this inject over?',
    means: 'It will not come in this drill, nor will what was to follow it.',
    confirm: 'Pass it over',
  },
  'drill-close': {
    title: 'Is the hot wash over?',
    means: 'Nothing more can be noted on the timeline of the drill.',
    confirm: 'Close the drill',
  },
};

export function DrillCheckPage(props: CheckProps) {
  const { frame, exercise, drill, check, inject, back, problem, once } = props;
  const { title, means, confirm } = ASKS[check];
  return (
    <Page
      frame={frame}
      title={`${problem ? 'Error: ' : ''}${title} – ${drill.id}`}
      section="drills"
      exercise={exercise}
    >
      <div class="narrow small-page stack">
        <h1>{title}</h1>
        <Refused problem={problem} />
        {inject && (
          <p>
            <b>
              <Words of={inject.title} />
            </b>
            , from <Words of={inject.from} />
          </p>
        )}
        <p class="second">{means}</p>
        <Tell
          drill={drill.id}
          command={check === 'real' ? 'endex' : check}
          page="check"
          once={once}
          class="form"
          {...(inject && { inject: inject.id })}
        >
          <input type="hidden" name="back" value={back} />
          {fields(props)}
          <div class="btns">
            <button class="btn main" type="submit">
              {confirm}
            </button>
            <a class="btn" href={back}>
              Go back
            </a>
          </div>
        </Tell>
      </div>
    </Page>
  );
}

function fields({ check, draft, elapsedMs, drill }: CheckProps): Child {
  switch (check) {
    case 'drill-pause':
      return <Reason draft={draft} label="Why" required={false} />;
    case 'inject-skip':
      return <Reason draft={draft} label="Why" required />;
    case 'endex':
      return (
        <>
          <input type="hidden" name="because" value="facilitator" />
          <Reason draft={draft} label="Why" required={false} />
        </>
      );
    case 'real':
      return (
        <>
          <input type="hidden" name="because" value="real" />
          <div class="field">
            <label for="incident">
              The real incident, if it has a number <span class="quiet">(optional)</span>
            </label>
            <input
              id="incident"
              name="incident"
              placeholder="INC-2026-0001"
              autocomplete="off"
              maxlength={40}
              value={draft.get('incident') ?? ''}
            />
          </div>
          <Reason draft={draft} label="What is happening" required={false} />
        </>
      );
    case 'drill-jump':
      return (
        <div class="field">
          <label for="minutes">
            To which minute of the scenario <span class="quiet">(optional)</span>
          </label>
          <input
            id="minutes"
            name="minutes"
            type="number"
            inputmode="decimal"
            min={Math.ceil(elapsedMs / 60_000)}
            max={Math.round(drill.script.length.ms / 60_000)}
            value={draft.get('minutes') ?? ''}
            aria-describedby="minutes-hint"
          />
          <span class="hint" id="minutes-hint">
            It is {scenarioText(elapsedMs)} now, ENDEX is at {scenarioText(drill.script.length.ms)}. Left empty: to the
            next inject.
          </span>
        </div>
      );
    case 'drill-resume':
    case 'inject-now':
    case 'drill-close':
      return null;
    default:
      return check satisfies never;
  }
}

const Reason = ({ draft, label, required }: { draft: Draft; label: string; required: boolean }) => (
  <div class="field">
    <label for="reason">
      {label} {!required && <span class="quiet">(optional)</span>}
    </label>
    <textarea id="reason" name="reason" rows={2} maxlength={2_000} required={required}>
      {draft.get('reason') ?? ''}
    </textarea>
    <span class="hint">Goes on the timeline of the drill beside your name.</span>
  </div>
);
