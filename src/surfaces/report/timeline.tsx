import { sentence } from '../../incident/wording.ts';
import { Words } from '../console/parts/text.tsx';
import { dayText, hourText, isoTime } from '../model/clock.ts';
import { foldRoutine } from '../model/timeline.ts';
import type { StoredEvent } from '../ports.ts';
import { MARKS } from './marks.ts';
import type { Report } from './report.ts';

/** Every event, oldest first; runs of routine ones are one line that opens. */
export function Timeline({ events, names, timezone }: Report) {
  return (
    <section>
      <h2>Timeline</h2>
      <p class="sans second">
        {events.length} events, oldest first. Times are UTC; the organisation’s clocks show {timezone}. Routine events
        are folded into one counted line; it opens on a screen, and the signed export holds them all.
      </p>
      {days(events).map(([day, ofDay]) => (
        <>
          <h3 class="day">{day}</h3>
          <ol class="log">
            {foldRoutine(ofDay).map((row) =>
              row.kind === 'event' ? (
                <Row event={row.event} names={names} />
              ) : (
                <li class="fold">
                  <details>
                    <summary>
                      {row.events.length} routine events, {span(row.events)}
                    </summary>
                    <ol class="log">
                      {row.events.map((event) => (
                        <Row event={event} names={names} />
                      ))}
                    </ol>
                  </details>
                </li>
              ),
            )}
          </ol>
        </>
      ))}
    </section>
  );
}

function days(events: readonly StoredEvent[]): [string, StoredEvent[]][] {
  const byDay = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const day = dayText(event.at);
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(event);
    else byDay.set(day, [event]);
  }
  return [...byDay];
}

function span(events: readonly StoredEvent[]): string {
  const [first, last] = [events[0], events.at(-1)];
  return first && last ? `${first.seq} to ${last.seq}` : '';
}

function Row({ event, names }: { event: StoredEvent } & Pick<Report, 'names'>) {
  const { text, note } = sentence(event, names);
  return (
    <li id={`e${event.seq}`} class={MARKS[event.type] === '■' ? 'bad' : undefined}>
      <time datetime={isoTime(event.at)}>{hourText(event.at, true)}</time>
      <span class="mark" aria-hidden="true">
        {MARKS[event.type] ?? ''}
      </span>
      <div>
        <Words of={text} />
        {note && (
          <span class="note">
            <Words of={note} />
          </span>
        )}
      </div>
      <span class="seq">{event.seq}</span>
    </li>
  );
}
