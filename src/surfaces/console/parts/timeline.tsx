import type { Names, Topic } from '../../../incident/wording.ts';
import { sentence, topicOf } from '../../../incident/wording.ts';
import { hourText, isoTime, whenText } from '../../model/clock.ts';
import { densityOf, type TimelinePage, type TimelineQuery } from '../../model/timeline.ts';
import type { StoredEvent } from '../../ports.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import { Words } from './text.tsx';

type TimelineProps = {
  incident: string;
  events: readonly StoredEvent[];
  page: TimelinePage;
  query: TimelineQuery;
  names: Names;
  now: number;
};

const TOPICS: readonly { topic: Topic | null; name: string }[] = [
  { topic: null, name: 'All' },
  { topic: 'decision', name: 'Decisions' },
  { topic: 'act', name: 'Acts' },
  { topic: 'message', name: 'Messages' },
  { topic: 'note', name: 'Notes' },
];

export function Timeline({ incident, events, page, query, names, now }: TimelineProps) {
  const days = new Set(events.map((event) => isoTime(event.at).slice(0, 10)));
  return (
    <>
      <DensityStrip events={events} now={now} />
      <nav class="chips" aria-label="Show">
        {TOPICS.map(({ topic, name }) => (
          <a
            href={topic === null ? `/incidents/${incident}#timeline` : `/incidents/${incident}?show=${topic}#timeline`}
            aria-current={topic === query.show ? 'true' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      {page.newer && (
        <p class="after">
          <a href={`/incidents/${incident}#timeline`}>Show the newest events</a>
        </p>
      )}
      {page.rows.length === 0 ? (
        <p class="second">No such event yet.</p>
      ) : (
        <ol class="log">
          {page.rows.map((row) =>
            row.kind === 'event' ? (
              <Row incident={incident} event={row.event} names={names} dated={days.size > 1} />
            ) : (
              <Fold incident={incident} events={row.events} names={names} dated={days.size > 1} />
            ),
          )}
        </ol>
      )}
      {page.older !== null && (
        <p class="after">
          <a href={`/incidents/${incident}?before=${page.older}${query.show ? `&show=${query.show}` : ''}#timeline`}>
            Older events
          </a>
        </p>
      )}
    </>
  );
}

type RowProps = { incident: string; event: StoredEvent; names: Names; dated: boolean };

function Row({ incident, event, names, dated }: RowProps) {
  const { text, note } = sentence(event, names);
  const { glyph, tone } = looksOf(event);
  return (
    <li class={tone} id={`e${event.seq}`}>
      <time datetime={isoTime(event.at)}>
        {dated ? <span class="day">{isoTime(event.at).slice(5, 10)} </span> : null}
        {hourText(event.at, true)}
      </time>
      <Glyph name={glyph} />
      <div>
        <Words of={text} />
        {note && (
          <span class="note">
            <Words of={note} />
          </span>
        )}
      </div>
      <a class="seq" href={`/incidents/${incident}?event=${event.seq}#e${event.seq}`} aria-label={`Event ${event.seq}`}>
        {event.seq}
      </a>
    </li>
  );
}

/** Routine events in one counted line; the line opens. */
function Fold({ incident, events, names, dated }: Omit<RowProps, 'event'> & { events: readonly StoredEvent[] }) {
  const counts = new Map<string, number>();
  for (const event of events) {
    const word = routineWord[topicOf(event)] ?? 'other';
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const first = events.at(-1)!;
  return (
    <li class="fold">
      <details id={`f${first.seq}`}>
        <summary>
          {events.length} routine events
          <span class="quiet">: {[...counts].map(([word, count]) => `${count} ${word}`).join(', ')}</span>
        </summary>
        <ol class="log">
          {events.map((event) => (
            <Row incident={incident} event={event} names={names} dated={dated} />
          ))}
        </ol>
      </details>
    </li>
  );
}

const routineWord: Partial<Record<Topic, string>> = { act: 'of acts', message: 'of messages', incident: 'of the plan' };

type Looks = { glyph: GlyphName; tone?: string };

function looksOf(event: StoredEvent): Looks {
  switch (event.type) {
    case 'decision.asked':
      return { glyph: 'ask' };
    case 'decision.voted':
    case 'decision.made':
      return { glyph: 'done' };
    case 'decision.reminded':
    case 'decision.escalated':
    case 'obligation.opened':
    case 'obligation.reminded':
    case 'act.held':
    case 'wait.started':
    case 'wait.ended':
      return { glyph: 'clock' };
    case 'obligation.overdue':
      return { glyph: 'caution', tone: 'is-fail' };
    case 'obligation.met':
      return { glyph: 'done' };
    case 'obligation.waived':
      return { glyph: 'skip' };
    case 'decision.withdrawn':
    case 'step.skipped':
      return { glyph: 'skip' };
    case 'step.failed':
    case 'act.failed':
      return { glyph: 'fail', tone: 'is-fail' };
    case 'system.warned':
      return { glyph: 'caution', tone: 'is-wait' };
    case 'act.done':
      return { glyph: event.data.purpose === 'say' ? 'say' : event.data.purpose === 'undo' ? 'undo' : 'done' };
    case 'act.started':
      return { glyph: event.data.purpose === 'say' ? 'say' : 'act' };
    case 'undo.registered':
    case 'undo.started':
    case 'undo.finished':
    case 'incident.stood-down':
      return { glyph: 'undo' };
    case 'role.assigned':
    case 'step.taken-over':
      return { glyph: 'person' };
    case 'note.added':
    case 'amendment.added':
      return { glyph: 'pen' };
    case 'incident.opened':
    case 'alert.joined':
    case 'alert.resolved':
    case 'incident.severity-changed':
      return { glyph: 'alert' };
    case 'incident.paused':
      return { glyph: 'pause' };
    case 'incident.resumed':
    case 'incident.reopened':
    case 'plan.added':
    case 'plan.started':
    case 'run.started':
    case 'round.started':
    case 'branch.taken':
      return { glyph: 'act' };
    case 'incident.resolved':
    case 'incident.closed':
    case 'plan.finished':
    case 'run.finished':
    case 'rounds.finished':
      return { glyph: 'done' };
    case 'exercise.started':
    case 'exercise.ended':
      return { glyph: 'caution' };
    case 'exercise.clock':
    case 'inject.delivered':
    case 'inject.skipped':
    case 'inject.seen':
    case 'inject.edited':
    case 'inject.added':
    case 'seat.away':
    case 'seat.back':
      return { glyph: 'clock' };
    case 'hint.given':
    case 'voice.said':
    case 'voice.answered':
    case 'observation.recorded':
    case 'hot-wash.answered':
      return { glyph: 'say' };
    default:
      return event satisfies never;
  }
}

const BAR_REM = 1.875;

function DensityStrip({ events, now }: { events: readonly StoredEvent[]; now: number }) {
  const { bins, max, from, to, decisions } = densityOf(events, now);
  const width = 100 / bins.length;
  const asked =
    decisions.length === 0 ? '' : `; people were asked at ${decisions.map((d) => hourText(d.at)).join(', ')}`;
  const label = `${events.length} events from ${whenText(from, now)} to ${to >= now ? 'now' : whenText(to, now)}${asked}`;
  return (
    <svg class="density" role="img" aria-label={label}>
      <line x1="0" x2="100%" y1={`${BAR_REM}rem`} y2={`${BAR_REM}rem`} />
      {bins.map((count, i) => {
        const height = count === 0 ? 0 : Math.max(0.25, (count / max) * (BAR_REM - 0.25));
        return (
          <rect
            x={`${(i * width + 0.4).toFixed(2)}%`}
            width={`${(width - 0.8).toFixed(2)}%`}
            y={`${(BAR_REM - height).toFixed(3)}rem`}
            height={`${height.toFixed(3)}rem`}
          />
        );
      })}
      {decisions.map(({ percent }) => (
        <svg x={`${percent}%`} y={`${BAR_REM}rem`} overflow="visible" aria-hidden="true">
          <path class="dec" d="M0-5 5 0 0 5-5 0z" />
        </svg>
      ))}
      <text x="0" y="3rem">
        {whenText(from, now)}
      </text>
      <text x="100%" y="3rem" text-anchor="end">
        {to >= now ? 'now' : whenText(to, now)}
      </text>
    </svg>
  );
}
