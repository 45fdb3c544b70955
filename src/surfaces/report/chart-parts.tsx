import { Words } from '../console/parts/text.tsx';
import { dayText, hourText, isoTime } from '../model/clock.ts';
import { type Duty, leftWords } from '../model/duties.ts';
import { type ChartRow, chartSpan } from './chart.ts';

/** x in percent, y in pixels, no viewBox: text never shrinks. Every value is in words beside its bar. */
const share = (at: number, { from, to }: { from: number; to: number }): number =>
  Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
const percent = (value: number): string => `${value.toFixed(2)}%`;
const TICKS = [0, 25, 50, 75, 100];

export function Chart({ rows }: { rows: readonly ChartRow[] }) {
  const span = chartSpan(rows);
  return (
    <figure class="chart">
      {rows.map((row) => (
        <Row row={row} span={span} />
      ))}
      <Axis span={span} />
      <figcaption>
        <b>Phases, questions and acts on one line of time, UTC.</b> Dark bars are phases, outlined bars wait for people,
        grey bars are acts; a diamond is a proof, an open end goes on.
      </figcaption>
    </figure>
  );
}

const Grid = () => (
  <>
    {TICKS.map((at) => (
      <line class="grid" x1={`${at}%`} x2={`${at}%`} y1="0" y2="100%" />
    ))}
  </>
);

function Row({ row, span }: { row: ChartRow; span: { from: number; to: number } }) {
  const [start, end] = [share(row.from, span), share(row.to, span)];
  const width = Math.max(0.6, end - start);
  const x = Math.min(start, 100 - width);
  const proof = row.provedAt === null ? '' : `, proved ${hourText(row.provedAt, true)}`;
  const until = row.open ? 'and goes on' : `to ${hourText(row.to, true)}`;
  const label = `${row.kind}: from ${hourText(row.from, true)} ${until}${proof}; ${row.words}`;
  return (
    <div class="lane-row">
      <span class={row.kind === 'phase' ? 'strong' : undefined}>
        <Words of={row.label} />
      </span>
      <svg height="22" role="img" aria-label={label}>
        <Grid />
        <rect class={`k-${row.kind}`} x={percent(x)} width={percent(width)} y="5" height="12" />
        {row.provedAt !== null && (
          <svg x={percent(share(row.provedAt, span))} y="11" overflow="visible" aria-hidden="true">
            <path class="proof" d="M0-7 7 0 0 7-7 0z" />
          </svg>
        )}
        {row.open && (
          <svg x={percent(end)} y="11" overflow="visible" aria-hidden="true">
            <path class="goes-on" d="M-4-6 2 0-4 6" />
          </svg>
        )}
      </svg>
      <span class="num">
        <Words of={row.words} />
      </span>
    </div>
  );
}

function Axis({ span }: { span: { from: number; to: number } }) {
  const days = isoTime(span.from).slice(0, 10) !== isoTime(span.to).slice(0, 10);
  const long = span.to - span.from >= 20 * 60_000;
  return (
    <div class="lane-row" aria-hidden="true">
      <span />
      <svg height="34" role="img" aria-label="Axis of time">
        {TICKS.map((at) => {
          const ms = span.from + ((span.to - span.from) * at) / 100;
          const anchor = at === 0 ? 'start' : at === 100 ? 'end' : 'middle';
          const inner = at === 25 || at === 75;
          return (
            <g class={inner ? 'wide' : undefined}>
              <text x={`${at}%`} y="14" text-anchor={anchor}>
                {hourText(ms, !long)}
              </text>
              {days && (
                <text x={`${at}%`} y="29" text-anchor={anchor}>
                  {dayText(ms).slice(4, -5)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <span />
    </div>
  );
}

/** Each duty on its own line of time: aware, given, limit. */
export function DutyChart({ duties, now }: { duties: readonly Duty[]; now: number }) {
  return (
    <figure class="chart">
      {duties.map((duty) => {
        const end = duty.settled?.at ?? now;
        const from = Math.min(duty.awareAt, duty.dueAt - duty.rule.limitMs);
        const span = { from, to: Math.max(duty.dueAt, end, from + 1) };
        const late = end > duty.dueAt;
        return (
          <div class="lane-row">
            <span>Duty {duty.number}</span>
            <svg height="22" role="img" aria-label={`Duty ${duty.number}: ${leftWords(duty, now)}`}>
              <line class="base" x1="0" x2="100%" y1="11" y2="11" />
              <rect class="k-act" x="0" y="7" height="8" width={percent(share(Math.min(end, duty.dueAt), span))} />
              {late && (
                <rect
                  class="k-late"
                  x={percent(share(duty.dueAt, span))}
                  y="5"
                  height="12"
                  width={percent(share(end, span) - share(duty.dueAt, span))}
                />
              )}
              <line
                class="limit"
                x1={percent(share(duty.dueAt, span))}
                x2={percent(share(duty.dueAt, span))}
                y1="0"
                y2="22"
              />
            </svg>
            <span class="num">{leftWords(duty, now)}</span>
          </div>
        );
      })}
      <figcaption>
        <b>From awareness to the limit.</b> The bar is the time used, the upright line the limit.
      </figcaption>
    </figure>
  );
}
