import { Words } from '../console/parts/text.tsx';
import { clockText, hourText } from '../model/clock.ts';
import { Cite } from '../report/cite.tsx';
import { Table } from '../report/table.tsx';
import { CourseChart, LatencyChart, MarginBar } from './charts.tsx';
import type { AfterAction } from './contract.ts';
import { Chapter, Said, SaidList } from './marks.tsx';

/** How it went: charts with their figures in tables, deadlines, measures. */
export const HowItWent = (report: AfterAction) => (
  <>
    <Chapter id="course" title="How it went">
      <CourseChart {...report} />
      <Answers {...report} />
      <LatencyChart {...report} />
    </Chapter>
    <Deadlines {...report} />
    <Measures {...report} />
  </>
);

/** The figures of the charts, each with its events. */
function Answers({ lanes, course, audience }: AfterAction) {
  const since = (at: number): string => `T+${clockText(at - course.from)}`;
  const rows = lanes
    .flatMap((lane) => [
      ...lane.answers.map((one) => ({
        ...one,
        role: lane.title,
        took: clockText(one.tookMs),
        note: [
          ...(lane.bot ? ['a bot, not counted'] : []),
          ...(one.late && one.limitAt !== null ? [`late: the limit was ${since(one.limitAt)}`] : []),
        ].join('; '),
      })),
      ...lane.unanswered.map((one) => ({
        ...one,
        role: lane.title,
        took: '–',
        who: null,
        late: true,
        note: 'nobody of this role answered',
      })),
    ])
    .sort((a, b) => a.askedAt - b.askedAt || a.number - b.number);
  if (rows.length === 0) return <p class="sans second">Nobody was asked anything.</p>;
  return (
    <Table
      name="answers"
      label="Who was asked what, and took how long"
      heads={['Asked', 'Question', 'Role', 'Took']}
      rows={rows.map(({ askedAt, number, question, role, who, took, note, late, cites }) => [
        <span class="num">{since(askedAt)}</span>,
        <>
          <span data-no>{number}. </span>
          <Words of={question} /> <Cite events={cites} />
        </>,
        <>
          <Words of={role} />
          {audience === 'staff' && who !== null && (
            <span class="second">
              , <Words of={who} />
            </span>
          )}
        </>,
        <>
          <b class="num">{took}</b>
          {note && (
            <span class={late ? 'late-word' : 'second'}>
              <br />
              {late && '◆ '}
              {note}
            </span>
          )}
        </>,
      ])}
    />
  );
}

const Deadlines = ({ margins, course }: AfterAction) =>
  margins.length === 0 ? null : (
    <Chapter id="deadlines" title="Legal deadlines">
      <Table
        name="margins"
        label="Legal deadlines"
        heads={['Duty', 'Margin', 'Time used']}
        rows={margins.map((margin) => [
          <>
            Tell <Words of={margin.whom} />
            <br />
            <span class="second small">
              <Words of={margin.title} />
            </span>
          </>,
          <>
            <b>
              {(margin.state === 'met-late' || margin.state === 'overdue') && (
                <span class="mark" aria-hidden="true">
                  ■{' '}
                </span>
              )}
              <Words of={margin.text} />
            </b>{' '}
            <Cite events={margin.cites} />
          </>,
          <MarginBar margin={margin} until={course.to} />,
        ])}
      />
      <p class="sans small second">
        From awareness to the outer limit, on the clock of the scenario; the upright line is the limit. Reference data,
        not legal advice. No notice left the drill.
      </p>
    </Chapter>
  );

function Measures({ measures }: AfterAction) {
  const drills = measures[0]?.earlier ?? [];
  const incidents = measures[0]?.incidents ?? [];
  return (
    <Chapter id="measures" title="Measures, beside the last time and real incidents">
      <p class="sans second">
        The same five measures as of real incidents, on the clock of the scenario; containment and recovery count from
        their proof by traffic. Compared only with drills of the same simulation and rubric, and with incidents of the
        same playbook.
      </p>
      <Table
        name="compared"
        label="Measures"
        heads={['Measure', 'This drill', 'Earlier drills', 'Real incidents']}
        rows={measures.map(({ title, meaning, text, note, ms, cites, earlier, incidents: real }) => [
          <>
            <b>{title}</b>, {meaning}
          </>,
          <>
            {ms === null ? <span class="second">{text}</span> : <b class="num">{text}</b>} <Cite events={cites} />
            {note && (
              <>
                <br />
                <span class="second small">
                  <Words of={note} />
                </span>
              </>
            )}
          </>,
          <ComparedWith of={earlier} none="none" />,
          <ComparedWith of={real} none="none" />,
        ])}
      />
      <p class="sans small second" data-from="earlier">
        n = {drills.length} earlier {drills.length === 1 ? 'drill' : 'drills'}, {incidents.length} real{' '}
        {incidents.length === 1 ? 'incident' : 'incidents'}; each value is shown, none is averaged.
      </p>
    </Chapter>
  );
}

const ComparedWith = ({ of, none }: { of: readonly { from: string; text: string }[]; none: string }) =>
  of.length === 0 ? (
    <span class="second">{none}</span>
  ) : (
    <span data-from="earlier">
      {of.map(({ from, text }) => (
        <span class="compared">
          <span class="num">{text}</span>
          <span class="second small">{from}</span>
        </span>
      ))}
    </span>
  );

/** How it was run, and what the team did otherwise than the playbook. */
export const Conduct = ({ hints, deviations, changes, called }: AfterAction) => (
  <Chapter id="conduct" title="How it was played">
    <h3>Hints</h3>
    <SaidList of={hints} none="The facilitator gave none." />
    <h3>Deviations from the playbook</h3>
    <SaidList of={deviations} none="None: every step was left to the playbook or decided in time." />
    <h3>Changes to the master scenario events list</h3>
    <SaidList of={changes} none="None: it was played as it was written." />
    <h3>What was called</h3>
    <p class="sans">
      <Said of={called.said} />
    </p>
    {called.rows.length > 0 && (
      <ul class="told two">
        {called.rows.map(({ title, count, cites }) => (
          <li>
            <Words of={title} />: <span class="num">{count}</span> <Cite events={cites} most={4} />
          </li>
        ))}
      </ul>
    )}
  </Chapter>
);

export function HotWash({ hotWash, audience, withheld }: AfterAction) {
  const said = hotWash.some(({ answers }) => answers.length > 0);
  return (
    <Chapter id="hot-wash" title="Hot wash">
      {audience === 'anonymous' || withheld ? (
        <p class="sans second">What was said in it is left out.</p>
      ) : (
        <>
          {!said && <p class="sans second">Nothing has been said yet.</p>}
          {hotWash.map(({ question, answers }) => (
            <section class="washed" data-from="script">
              <h3>
                <Words of={question} />
              </h3>
              {answers.length === 0 && <p class="sans second">Nobody answered it.</p>}
              {answers.map(({ who, text, cites }) => (
                <blockquote>
                  “<Words of={text} />”{' '}
                  <span class="second small">
                    {who === null ? 'without a name' : <Words of={who} />} <Cite events={cites} />
                  </span>
                </blockquote>
              ))}
            </section>
          ))}
        </>
      )}
    </Chapter>
  );
}

export const wallText = (wallAt: number | null): string => (wallAt === null ? '' : hourText(wallAt, true));
