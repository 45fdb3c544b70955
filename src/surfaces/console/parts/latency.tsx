import { seatsInWords } from '../../../incident/decision.ts';
import { type IncidentView, openDecisions } from '../../../incident/view.ts';
import { clockText } from '../../model/clock.ts';
import { type Lane, lanesOf, median, scaleMs } from '../../model/latency.ts';
import { roleTitle } from './strip.tsx';
import { Countdown, Words } from './text.tsx';

type Props = { view: IncidentView; names: ReadonlyMap<string, string>; now: number };

/** How fast each seat answers, and who is asked now. */
export function PlayersSheet({ view, names, now }: Props) {
  const lanes = lanesOf(view, now);
  const scale = scaleMs(lanes);
  return (
    <section class="sheet" aria-labelledby="pa">
      <header>
        <h2 id="pa">Players</h2>
        <span class="quiet">asked to answered</span>
      </header>
      <ul class="lat">
        {lanes.map((lane) => (
          <LaneRow lane={lane} scale={scale} names={names} over={view.exercise?.endedAt !== undefined} />
        ))}
        <li>
          <div class="scale">
            {[0, 1, 2, 3, 4].map((part) => (
              <span>{clockText((scale / 4) * part)}</span>
            ))}
          </div>
        </li>
      </ul>
      <OpenQuestions view={view} now={now} />
    </section>
  );
}

type LaneProps = { lane: Lane; scale: number; names: ReadonlyMap<string, string>; over: boolean };

function LaneRow({ lane, scale, names, over }: LaneProps) {
  const { role, person, bot, answers, waitingMs } = lane;
  const middle = median(answers);
  const words =
    waitingMs !== null
      ? `${clockText(waitingMs)} waiting`
      : middle === null
        ? `no answers${over ? '' : ' yet'}`
        : `median ${clockText(middle)}`;
  const x = (ms: number): string => `${Math.min(100, (ms / scale) * 100).toFixed(1)}%`;
  const count = answers.length === 1 ? '1 answer' : `${answers.length} answers`;
  return (
    <li>
      <div>
        <b>{roleTitle(role)}</b>{' '}
        <span class="small quiet">{bot ? 'bot, never counted' : <Words of={names.get(person) ?? person} />}</span>
      </div>
      <div class={waitingMs !== null && !bot ? 'small c-soon' : 'small'}>{words}</div>
      <svg role="img" aria-label={`${roleTitle(role)}: ${count}, ${words}`}>
        <line class="ax" x1="0" x2="100%" y1="50%" y2="50%" />
        {middle !== null && <line class="med" x1={x(middle)} x2={x(middle)} y1="14%" y2="86%" />}
        {answers.map((ms) => (
          <circle class={bot ? 'b' : undefined} cx={x(ms)} cy="50%" r="5" />
        ))}
        {waitingMs !== null && (
          <svg x={x(waitingMs)} y="50%" overflow="visible" aria-hidden="true">
            <path class={bot ? 'open b' : 'open'} d="M0-8 8 0 0 8-8 0z" />
          </svg>
        )}
      </svg>
    </li>
  );
}

function OpenQuestions({ view, now }: { view: IncidentView; now: number }) {
  const open = openDecisions(view);
  if (open.length === 0) return <p class="small quiet after">No question is open.</p>;
  return (
    <>
      <h3 class="after">Open questions</h3>
      <ul class="rows fold after">
        {open.map(({ question }) => (
          <li>
            <div>
              <a class="who" href={`/incidents/${view.id}/decisions/${question.number}`} data-row>
                <Words of={question.question} />
              </a>
              <div class="sub">Asks the {seatsInWords(question.by)}</div>
            </div>
            <div class="end">
              <Countdown until={question.until} now={now} /> <span class="label">left</span>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
