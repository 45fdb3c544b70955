import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { Words } from '../console/parts/text.tsx';
import { clockText, hourText } from '../model/clock.ts';
import { longSpan } from '../model/duties.ts';
import { Cite } from '../report/cite.tsx';
import type { AfterAction, Answer, Course, Lane } from './contract.ts';
import { Said } from './marks.tsx';

/** x in percent, y in pixels, no viewBox: text never shrinks. Every value stands in words in the tables beside. */
type Scale = ScaleLinear<number, number>;
const percent = (value: number): string => `${value.toFixed(2)}%`;

const MINUTE_MS = 60_000;

type Span = { x: Scale; ticks: number[]; last: number };

function spanOf({ from, to }: Course): Span {
  const minutes = (to - from) / MINUTE_MS;
  const x = scaleLinear().domain([from, to]).range([0, 100]).clamp(true);
  // The end of the axis has its own label: what would run into it is left out.
  const ticks = scaleLinear()
    .domain([0, minutes])
    .ticks(6)
    .filter((tick) => tick < minutes * 0.93)
    .map((tick) => from + tick * MINUTE_MS);
  return { x, ticks, last: to };
}

const Grid = ({ x, ticks, last }: Span) => (
  <>
    {[...ticks, last].map((at) => (
      <line class="grid" x1={percent(x(at))} x2={percent(x(at))} y1="0" y2="100%" />
    ))}
  </>
);

/** At a place of the scale, whatever is drawn in pixels around it. */
const At = ({ x, y, children }: { x: number; y: number; children?: unknown }) => (
  <svg x={percent(x)} y={String(y)} overflow="visible" aria-hidden="true">
    {children}
  </svg>
);

/** Injects and decisions by role, on both clocks. */
export function CourseChart({ course, lanes }: Pick<AfterAction, 'course' | 'lanes'>) {
  const span = spanOf(course);
  return (
    <figure class="chart course">
      <Legend />
      <div class="lane-row">
        <span class="strong">Injects</span>
        <InjectFlags course={course} span={span} />
      </div>
      {lanes.map((lane) => (
        <div class="lane-row">
          <span>
            <b>
              <Words of={lane.title} />
            </b>
            {lane.bot && (
              <>
                <br />
                bot, never counted
              </>
            )}
          </span>
          <RoleLane lane={lane} span={span} />
        </div>
      ))}
      {course.clock.length > 0 && (
        <div class="lane-row">
          <span>Clock</span>
          <ClockLane course={course} span={span} />
        </div>
      )}
      <Axis course={course} span={span} />
      <figcaption>
        <b>Injects and decisions on the clock of the scenario; the clock on the wall below.</b>{' '}
        <Said of={course.said} />
      </figcaption>
    </figure>
  );
}

const Legend = () => (
  <div class="legend" aria-hidden="true">
    <span>
      <svg width="18" height="14" aria-hidden="true">
        <rect class="flag" x="1" y="1" width="16" height="12" />
      </svg>
      inject
    </span>
    <span>
      <svg width="18" height="14" aria-hidden="true">
        <rect class="cont" x="1" y="1" width="16" height="12" />
      </svg>
      contingency
    </span>
    <span>
      <svg width="30" height="14" aria-hidden="true">
        <line class="wait" x1="0" x2="24" y1="7" y2="7" />
        <circle class="dot" cx="24" cy="7" r="4.5" />
      </svg>
      asked to answered
    </span>
    <span>
      <svg width="34" height="16" aria-hidden="true">
        <line class="wait" x1="0" x2="8" y1="8" y2="8" />
        <line class="lim" x1="9" x2="9" y1="1" y2="15" />
        <line class="late" x1="10" x2="26" y1="8" y2="8" />
        <path class="ltx" d="M26 1 33 8 26 15 19 8z" />
      </svg>
      limit, then late
    </span>
    <span>
      <svg width="26" height="14" aria-hidden="true">
        <line class="wait" x1="0" x2="18" y1="7" y2="7" />
        <rect class="none" x="15" y="2" width="10" height="10" />
      </svg>
      nobody answered
    </span>
    <span>
      <svg width="30" height="14" aria-hidden="true">
        <line class="botline" x1="0" x2="24" y1="7" y2="7" />
        <circle class="ring" cx="24" cy="7" r="4" />
      </svg>
      bot
    </span>
  </div>
);

const FLAG = 20;
/** Two flags nearer than this stand above each other: the width of one on a phone. */
const NEAR_PERCENT = 6.3;

function InjectFlags({ course, span }: { course: Course; span: Span }) {
  const ends: number[] = [];
  const placed = course.injects.map((inject) => {
    const x = span.x(inject.at);
    const free = ends.findIndex((end) => x - end >= NEAR_PERCENT);
    const row = free >= 0 ? free : ends.length;
    ends[row] = x;
    return { inject, x, row };
  });
  const height = Math.max(1, ends.length) * FLAG + 8;
  const label = `${course.injects.length} injects: ${course.injects.map(({ number, at }) => `${number} at ${clockText(at - course.from)}`).join(', ')}`;
  return (
    <svg height={String(height)} role="img" aria-label={label}>
      <Grid {...span} />
      {placed.map(({ inject, x, row }) => (
        <At x={Math.min(x, 98.5)} y={row * FLAG + 2}>
          <rect class={inject.contingency ? 'cont' : 'flag'} x="-1" y="0" width="18" height="15" />
          <text class={inject.contingency ? 'contt' : 'flagt'} x="8" y="12" text-anchor="middle">
            {inject.number}
          </text>
        </At>
      ))}
    </svg>
  );
}

const LANE_HEIGHT = 32;

function RoleLane({ lane, span }: { lane: Lane; span: Span }) {
  const { answers, unanswered } = lane;
  const late = answers.filter((one) => one.late).length;
  const label = `${lane.title}: ${answers.length} answered${late > 0 ? `, ${late} late` : ''}${unanswered.length > 0 ? `, ${unanswered.length} not answered` : ''}`;
  return (
    <svg height={String(LANE_HEIGHT)} role="img" aria-label={label}>
      <Grid {...span} />
      <line class="base" x1="0" x2="100%" y1="20" y2="20" />
      {answers.map((answer) => (
        <AnswerBar answer={answer} bot={lane.bot} x={span.x} />
      ))}
      {unanswered.map(({ askedAt, endedAt }) => (
        <>
          <line class="wait" x1={percent(span.x(askedAt))} x2={percent(span.x(endedAt))} y1="20" y2="20" />
          <At x={span.x(endedAt)} y={20}>
            <rect class="none" x="-5" y="-5" width="10" height="10" />
          </At>
        </>
      ))}
      {numbered(lane, span.x).map(({ number, x }) => (
        <text class="no" x={percent(x)} y="9">
          {number}
        </text>
      ))}
    </svg>
  );
}

function AnswerBar({ answer, bot, x }: { answer: Answer; bot: boolean; x: Scale }) {
  const { askedAt, answeredAt, limitAt, late } = answer;
  const [start, end] = [x(askedAt), x(answeredAt)];
  const limit = limitAt === null ? null : x(limitAt);
  const until = late && limit !== null ? Math.max(start, limit) : end;
  return (
    <>
      <line class={bot ? 'botline' : 'wait'} x1={percent(start)} x2={percent(until)} y1="20" y2="20" />
      {late && <line class="late" x1={percent(until)} x2={percent(end)} y1="20" y2="20" />}
      {late && <line class="lim" x1={percent(until)} x2={percent(until)} y1="12" y2="28" />}
      <At x={end} y={20}>
        {bot ? (
          <circle class="ring" r="4" />
        ) : late ? (
          <path class="ltx" d="M0-7 7 0 0 7-7 0z" />
        ) : (
          <circle class="dot" r="4.5" />
        )}
      </At>
    </>
  );
}

/** Numbers of questions where there is room for them. */
function numbered({ answers, unanswered }: Lane, x: Scale): { number: number; x: number }[] {
  const all = [...answers, ...unanswered].map(({ number, askedAt }) => ({ number, x: Math.min(x(askedAt), 98) }));
  const shown: { number: number; x: number }[] = [];
  for (const one of all.sort((a, b) => a.x - b.x)) {
    const last = shown.at(-1);
    if (!last || one.x - last.x >= 3) shown.push(one);
  }
  return shown;
}

/** Where it ran faster, stood and was set forward. */
function ClockLane({ course, span }: { course: Course; span: Span }) {
  const { x } = span;
  return (
    <svg height="36" role="img" aria-label={course.said.text}>
      <Grid {...span} />
      {course.clock.map(({ kind, from, to, rate, wallFrom, wallTo }) => {
        const [start, end] = [x(from), x(to)];
        if (kind === 'stands')
          return (
            <At x={start} y={25}>
              <path class="stands" d="M-3-7V7M3-7V7" />
              {wallTo !== null && (
                <text x="0" y="-12" text-anchor={end > 90 ? 'end' : 'middle'}>
                  {longSpan(wallTo - wallFrom)}
                </text>
              )}
            </At>
          );
        if (kind === 'jump')
          return (
            <rect class="jump" x={percent(start)} width={percent(Math.max(0.5, end - start))} y="17" height="16" />
          );
        return (
          <>
            <line class={rate > 1 ? 'fast' : 'slow'} x1={percent(start)} x2={percent(end)} y1="25" y2="25" />
            {rate > 1 && end - start > 6 && (
              <text class="pace" x={percent((start + end) / 2)} y="15" text-anchor="middle">
                ×{rate}
              </text>
            )}
          </>
        );
      })}
    </svg>
  );
}

function Axis({ course, span }: { course: Course; span: Span }) {
  const { x, ticks, last } = span;
  const wall = course.clock.length > 0;
  return (
    <div class="lane-row axis" aria-hidden="true">
      <span>
        Scenario
        {wall && (
          <>
            <br />
            Wall, UTC
          </>
        )}
      </span>
      <svg height={wall ? '36' : '18'} aria-hidden="true">
        {[...ticks, last].map((at, i) => {
          const anchor = at === last ? 'end' : 'middle';
          const inner = i % 2 === 1 && at !== last;
          const onWall = wallAtTick(course, at);
          return (
            <g class={inner ? 'wide' : undefined}>
              <text x={percent(x(at))} y="13" text-anchor={anchor}>
                T+{at === last ? clockText(at - course.from) : (at - course.from) / MINUTE_MS}
              </text>
              {onWall !== null && (
                <text x={percent(x(at))} y="31" text-anchor={anchor}>
                  {hourText(onWall, course.to - course.from < 20 * MINUTE_MS)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function wallAtTick({ clock }: Course, at: number): number | null {
  const piece = clock.find(({ kind, from, to }) => kind === 'runs' && from <= at && at <= to);
  if (piece) return piece.wallFrom + (at - piece.from) / piece.rate;
  const jump = clock.find(({ kind, from, to }) => kind === 'jump' && from <= at && at <= to);
  return jump?.wallFrom ?? null;
}

/** How long each role took to answer: a dot an answer, a bar for the median, rings for bots. */
export function LatencyChart({ lanes }: Pick<AfterAction, 'lanes'>) {
  const those = lanes.filter(({ answers }) => answers.length > 0);
  if (those.length === 0) return null;
  const most = Math.max(
    ...those.flatMap(({ answers, last }) => [...answers.map(({ tookMs }) => tookMs), last?.medianMs ?? 0]),
  );
  const minutes = scaleLinear()
    .domain([0, Math.max(1, most / MINUTE_MS)])
    .nice(4);
  const x = minutes.copy().range([0, 100]);
  const ticks = minutes.ticks(4);
  return (
    <figure class="chart latency">
      {those.map((lane) => (
        <LatencyLane lane={lane} x={x} ticks={ticks} />
      ))}
      <div class="lane-row axis" aria-hidden="true">
        <span />
        <svg height="18" aria-hidden="true">
          {ticks.map((tick, i) => (
            <g class={i % 2 === 1 && i < ticks.length - 1 ? 'wide' : undefined}>
              <text x={percent(x(tick))} y="13" text-anchor={tick === 0 ? 'start' : x(tick) > 97 ? 'end' : 'middle'}>
                {tick} min
              </text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        <b>Time to answer, by role,</b> from asked to answered by the clock on the wall, pauses left out. A dot is one
        answer, a diamond a late one, the bar the median, a hollow diamond the median of the last time; rings are bots,
        which are never counted.
      </figcaption>
    </figure>
  );
}

function LatencyLane({ lane, x, ticks }: { lane: Lane; x: Scale; ticks: readonly number[] }) {
  const { answers, bot, medianMs, last } = lane;
  const place = (ms: number) => x(ms / MINUTE_MS);
  const median = medianMs === null ? '' : `, median ${clockText(medianMs)}`;
  const label = `${lane.title}: ${answers.map(({ tookMs, late }) => `${clockText(tookMs)}${late ? ' late' : ''}`).join(', ')}${median}`;
  return (
    <div class="lane-row block">
      <span>
        <b>
          <Words of={lane.title} />
        </b>
        <br />
        {bot ? 'bot, never counted' : `n = ${answers.length}${median}`}{' '}
        <Cite events={[...new Set(answers.flatMap(({ cites }) => cites))]} most={4} />
        {last && (
          <span class="last">
            last time {clockText(last.medianMs)}, {last.drill}
          </span>
        )}
      </span>
      <svg height="34" role="img" aria-label={label}>
        {ticks.map((tick) => (
          <line class="grid" x1={percent(x(tick))} x2={percent(x(tick))} y1="0" y2="100%" />
        ))}
        <line class="base" x1="0" x2="100%" y1="17" y2="17" />
        {last && (
          <At x={place(last.medianMs)} y={17}>
            <path class="prev" d="M0-6 6 0 0 6-6 0z" />
          </At>
        )}
        {answers.map(({ tookMs, late }) => (
          <At x={place(tookMs)} y={17}>
            {bot ? (
              <circle class="ring" r="4" />
            ) : late ? (
              <path class="ltx" d="M0-7 7 0 0 7-7 0z" />
            ) : (
              <circle class="lt" r="4.5" />
            )}
          </At>
        ))}
        {medianMs !== null && (
          <line class="med" x1={percent(place(medianMs))} x2={percent(place(medianMs))} y1="6" y2="28" />
        )}
      </svg>
    </div>
  );
}

const TALLY = { met: 'k1', 'met-late': 'k2', missed: 'k3', 'not-observed': 'k4', void: 'k4' } as const;

/** How the expectations stand, as one bar. */
export function TallyBar({ counts }: Pick<AfterAction, 'counts'>) {
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const x = scaleLinear()
    .domain([0, Math.max(1, all)])
    .range([0, 100]);
  const label = `${all} expectations: ${counts.map(({ standing, count }) => `${count} ${standing}`).join(', ')}`;
  let before = 0;
  return (
    <svg class="tally" role="img" aria-label={label}>
      {counts
        .filter(({ count }) => count > 0)
        .map(({ standing, count }) => {
          const from = before;
          before += count;
          const width = Math.max(0.4, x(count) - 0.4);
          return <rect class={TALLY[standing]} x={percent(x(from))} width={percent(width)} y="1" height="22" />;
        })}
    </svg>
  );
}

/** From awareness to the limit; what goes beyond it is late. */
export function MarginBar({ margin, until }: { margin: AfterAction['margins'][number]; until: number }) {
  const { awareAt, dueAt, givenAt } = margin;
  const end = givenAt ?? Math.max(awareAt, until);
  const x = scaleLinear()
    .domain([awareAt, Math.max(dueAt, end)])
    .range([0, 100]);
  const late = end > dueAt;
  return (
    <svg class="margin" height="16" role="img" aria-label={margin.text}>
      <line class="base" x1="0" x2="100%" y1="8" y2="8" />
      <rect class="k1" x="0" y="4" height="8" width={percent(x(Math.min(end, dueAt)))} />
      {late && <rect class="k3" x={percent(x(dueAt))} y="3" height="10" width={percent(x(end) - x(dueAt))} />}
      <line class="lim" x1={percent(x(dueAt))} x2={percent(x(dueAt))} y1="0" y2="16" />
    </svg>
  );
}
