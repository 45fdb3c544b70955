import type { Child } from 'hono/jsx';
import type { Inject } from '../../../simulator/core/script.ts';
import type { Drill } from '../../drills/contract.ts';
import { scenarioText } from '../../model/drill.ts';
import { ASKS, type Check } from '../../model/drill-asks.ts';
import type { Problem } from '../../problem.ts';
import { Refused, Tell } from '../parts/drill.tsx';
import { type Exercise, type Frame, Page } from '../parts/layout.tsx';
import { Words } from '../parts/text.tsx';
import type { Draft } from './drill-play.tsx';

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
