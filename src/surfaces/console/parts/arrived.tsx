import type { ExerciseView } from '../../../incident/exercise-view.ts';
import { alertTitle } from '../../model/alert.ts';
import type { Arrived } from '../../model/drill.ts';
import { Prose } from '../../papers/paper.tsx';
import { CHANNEL, drillAddress, rolesWords, ScenarioTime, Tell } from './drill.tsx';
import { Glyph } from './glyph.tsx';
import { Talk } from './talk.tsx';
import { flat, Words } from './text.tsx';

type Props = {
  drill: string;
  exercise: ExerciseView;
  arrived: readonly Arrived[];
  names: ReadonlyMap<string, string>;
  once: string;
};

/** What has reached the players as it arrived, the newest first. Opening one says that it was seen. */
export function ArrivedSheet({ drill, exercise, arrived, names, once }: Props) {
  const mine = arrived.filter((one) => one.mine);
  const others = arrived.filter((one) => !one.mine);
  const unread = mine.filter(({ seenAt }) => seenAt === null).length;
  const shown = { drill, exercise, names, once };
  return (
    <section class="sheet" aria-labelledby="ar">
      <header>
        <h2 id="ar">What has reached you</h2>
        <span class="quiet">{unread > 0 ? `${unread} unread` : 'newest first'}</span>
      </header>
      {mine.length === 0 && (
        <p class="second">
          Nothing yet. Alerts, mails, calls and news of the exercise arrive here, as they would on a working day.
        </p>
      )}
      <ol class="arrived">
        {mine.map((inject) => (
          <Inject inject={inject} {...shown} />
        ))}
      </ol>
      {others.length > 0 && (
        <details class="after" id="others">
          <summary>
            {others.length} to others: {rolesWords([...new Set(others.flatMap(({ to }) => to))])}
          </summary>
          <ol class="arrived after">
            {others.map((inject) => (
              <Inject inject={inject} {...shown} />
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

type InjectProps = Omit<Props, 'arrived'> & { inject: Arrived };

function Inject({ inject, drill, exercise, names, once }: InjectProps) {
  const { id, from, to, subject, by, at, mine, seenAt, said } = inject;
  const unread = mine && seenAt === null && exercise.endedAt === undefined;
  return (
    <li class={unread ? 'unread' : undefined} id={`inject-${id}`}>
      <div class="from">
        <Glyph name={CHANNEL[by].glyph} />
        <span>{CHANNEL[by].name}</span>
        <b>
          <Words of={from} />
        </b>
        <span>to {rolesWords(to)}</span>
        {unread && <span class="tag">Unread</span>}
        <ScenarioTime at={at} exercise={exercise} />
      </div>
      <h3>
        <Words of={subject} />
      </h3>
      {unread ? (
        <Tell drill={drill} command="seen" page="play" inject={id} once={once}>
          <button class="btn" type="submit" data-key={`open-${id}`} aria-label={`Open: ${flat(subject)}`}>
            Open
          </button>
        </Tell>
      ) : (
        <>
          <Body inject={inject} drill={drill} />
          {said.length > 0 && <Talk voices={said} exercise={exercise} names={names} />}
          {exercise.endedAt === undefined && by !== 'alert' && (
            <p>
              <a href={drillAddress(drill, `?answer=${id}#composer`)}>
                Answer<span class="sr"> {flat(from)}</span>
              </a>
            </p>
          )}
        </>
      )}
    </li>
  );
}

const Body = ({ inject: { id, text, alert, attachments }, drill }: { inject: Arrived; drill: string }) => (
  <div class="text words-of">
    {text.trim() !== '' && <Prose of={text} />}
    {alert && (
      <details id={`alert-${id}`}>
        <summary>The alert: {flat(alertTitle(alert))}</summary>
        <p class="raw small">
          <code>
            <Words of={JSON.stringify(alert, null, 2)} />
          </code>
        </p>
      </details>
    )}
    {attachments.length > 0 && (
      <p class="small">
        Attached:
        {attachments.map((file, i) => (
          <>
            {i > 0 && ','}{' '}
            <a href={`/api/drills/${drill}/injects/${id}/attachments/${i + 1}`}>
              <Words of={file.split('/').at(-1) ?? file} />
            </a>
          </>
        ))}
      </p>
    )}
  </div>
);
