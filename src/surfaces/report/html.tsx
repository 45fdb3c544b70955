import { html, raw } from 'hono/html';
import { flat, Words } from '../console/parts/text.tsx';
import { hourText, isoTime } from '../model/clock.ts';
import { bothMoments, leftWords, longSpan, STATE_WORDS, settledWhen, utcMoment } from '../model/duties.ts';
import { outcomeWords } from './acts.ts';
import { Chart, DutyChart } from './chart-parts.tsx';
import { Cite } from './cite.tsx';
import { type Report, verifyCommands } from './report.ts';
import { reportStyle } from './style.ts';
import { Table } from './table.tsx';
import { Timeline } from './timeline.tsx';

/** The report as one file that needs nothing but itself: no script, no network. It reads on a screen, in the dark and on paper. */
export function reportHtml(report: Report): string {
  const { css, policy } = reportStyle();
  const exercise = report.mode === 'exercise';
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${exercise ? 'EXERCISE – ' : ''}Incident report – ${report.id} – ${flat(report.title)}`}</title>
        {/* Ours, and nothing of it comes from outside. */}
        <style>{raw(css)}</style>
      </head>
      <body class={exercise ? 'exercise' : undefined}>
        {exercise && (
          <aside class="xband" aria-label="Exercise">
            <strong>EXERCISE</strong> Nothing here is real.
          </aside>
        )}
        <main class="doc">
          <Front {...report} />
          <Summary {...report} />
          <Course {...report} />
          <Measures {...report} />
          <Findings {...report} />
          <Decisions {...report} />
          <Duties {...report} />
          <Acts {...report} />
          <Verification {...report} />
          <Timeline {...report} />
        </main>
      </body>
    </html>
  );
  return String(html`<!doctype html>${page}`);
}

function Front({ id, title, lede, facts, madeAt, mode, head }: Report) {
  return (
    <header>
      <p class="front">
        <span>{mode === 'exercise' && <span class="xtag">EXERCISE</span>} Incident report</span>
        <span>
          {id}
          {head && `, as of event ${head.seq}`} · {utcMoment(madeAt)}
        </span>
      </p>
      <h1>
        <Words of={title} />
      </h1>
      <p class="lede">
        <Words of={lede} />
      </p>
      <dl class="over">
        {facts.map(([label, value]) => (
          <div>
            <dt>{label}</dt>
            <dd>{label === 'Plan' ? <code>{value}</code> : <Words of={value} />}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

const ABOUT = { 'what happened': 'What happened', 'what was done': 'What was done', 'how it ended': 'How it ended' };

function Summary({ summary }: Report) {
  return (
    <>
      {(['what happened', 'what was done', 'how it ended'] as const).map((about) => {
        const said = summary.filter((one) => one.about === about);
        if (said.length === 0) return null;
        return (
          <section>
            <h2>{ABOUT[about]}</h2>
            <ul class="told">
              {said.map(({ text, events }) => (
                <li>
                  <Words of={text} /> <Cite events={events} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

const Course = ({ chart }: Report) =>
  chart.length === 0 ? null : (
    <section>
      <h2>The course of it</h2>
      <Chart rows={chart} />
    </section>
  );

const Measures = ({ measures }: Report) => (
  <section>
    <h2>Measures</h2>
    <p class="sans second">Each between two events; containment and recovery count from their proof by traffic.</p>
    <Table
      name="measures"
      label="Measures"
      heads={['Measure', 'Time', 'Events']}
      rows={measures.map(({ title, meaning, value, note, events }) => [
        <>
          <b>{title}</b>, {meaning}
        </>,
        <>
          {events.length > 0 ? <b class="num">{value}</b> : <span class="second">{value}</span>}
          {note && (
            <>
              <br />
              <span class="second">
                <Words of={note} />
              </span>
            </>
          )}
        </>,
        <Cite events={events} />,
      ])}
    />
  </section>
);

const Findings = ({ findings }: Report) =>
  findings.length === 0 ? null : (
    <section>
      <h2>Findings</h2>
      {findings.map(({ seq, at, step, title, words, detail, bad }) => (
        <div class={bad ? 'finding bad' : 'finding'}>
          <p class="kind">
            {hourText(at, true)} UTC · <Words of={step} /> · <Cite events={[seq]} />
          </p>
          <h3>
            {bad && <span class="mark">■ </span>}
            {title}
            {bad ? ': not as it should be' : ''}
          </h3>
          <p>
            <Words of={words} />
          </p>
          {detail && (
            <p class="second small">
              <Words of={detail} />
            </p>
          )}
        </div>
      ))}
    </section>
  );

const Decisions = ({ decisions, timezone }: Report) =>
  decisions.length === 0 ? null : (
    <section>
      <h2>Decisions</h2>
      <Table
        name="decisions"
        label="Decisions"
        heads={['Question', 'Outcome', 'Who, and why', 'When']}
        rows={decisions.map((line) => [
          <>
            {line.number}. <Words of={line.question} />
          </>,
          <b>
            <Words of={line.outcome} />
          </b>,
          <>
            {line.byDefault ? 'Nobody answered in time' : <Words of={line.by.join(', ') || `Asked: ${line.asked}`} />}
            {line.reason && (
              <>
                <br />“<Words of={line.reason} />”
              </>
            )}
            {[...line.answers, ...(line.votes.length > line.by.length ? line.votes : [])].map((words) => (
              <>
                <br />
                <span class="second small">
                  <Words of={words} />
                </span>
              </>
            ))}
          </>,
          <>
            {line.endedAt === null ? (
              <>Asked {bothMoments(line.askedAt, timezone)}</>
            ) : (
              <>
                {bothMoments(line.endedAt, timezone)}
                <br />
                <span class="second small">{longSpan(line.endedAt - line.askedAt)} after it was asked</span>
              </>
            )}{' '}
            <Cite events={line.events} />
          </>,
        ])}
      />
    </section>
  );

const Duties = ({ duties, timezone, madeAt, names }: Report) =>
  duties.length === 0 ? null : (
    <section>
      <h2>Duties to notify</h2>
      <Table
        name="duties"
        label="Duties to notify"
        heads={['Duty', 'State', 'Limit', 'How, or why not']}
        rows={duties.map((duty) => [
          <>
            {duty.number}. Tell <Words of={duty.rule.whom} />
            <br />
            <span class="second small">
              <Words of={duty.title} />
            </span>
          </>,
          <>
            <b class={duty.state === 'overdue' || duty.state === 'met-late' ? 'bad' : undefined}>
              {(duty.state === 'overdue' || duty.state === 'met-late') && <span class="mark">■ </span>}
              {STATE_WORDS[duty.state]}
            </b>
            <br />
            <span class="second small">{leftWords(duty, madeAt).replace(/^given /, '')}</span>
          </>,
          <>
            {bothMoments(duty.dueAt, timezone)}
            <br />
            <span class="second small">aware since {bothMoments(duty.awareAt, timezone)}</span>
          </>,
          duty.settled ? (
            <>
              <Words of={duty.settled.words} />
              <br />
              <span class="second small">
                {duty.settled.person && (
                  <Words of={`${names.people.get(duty.settled.person) ?? duty.settled.person}, `} />
                )}
                {settledWhen(duty.settled)}
              </span>
            </>
          ) : (
            <>{duty.ownerWords} answers for it</>
          ),
        ])}
      />
      <DutyChart duties={duties} now={madeAt} />
      <p class="sans small second">The limit is the outer one. Reference data, not legal advice.</p>
    </section>
  );

const Acts = ({ acts }: Report) =>
  acts.length === 0 ? null : (
    <section>
      <h2>Acts and their proofs</h2>
      <p class="sans second">
        Only what was seen by another way than the act itself is called proved: live traffic says more than a listing, a
        listing more than reading back what was written.
      </p>
      <Table
        name="acts"
        label="Acts and their proofs"
        heads={['Act', 'Outcome', 'Detail', 'Began']}
        rows={acts.map((line) => [
          <>
            <b>
              <Words of={line.step || line.title} />
            </b>
            <br />
            <span class="second small">
              <Words of={`${line.title}${line.target ? ` (${line.target})` : ''}`} />
            </span>
          </>,
          <>
            {(line.outcome === 'failed' || line.outcome === 'not-proved') && <span class="mark">■ </span>}
            <Words of={outcomeWords(line)} />
          </>,
          <Words of={[line.detail, line.proof?.detail].filter(Boolean).join(' · ')} />,
          <>
            <time datetime={isoTime(line.startedAt)}>{hourText(line.startedAt, true)}</time>
            {line.endedAt !== null && <span class="second">, {longSpan(line.endedAt - line.startedAt)}</span>}{' '}
            <Cite events={[line.seq, ...(line.proof ? [line.proof.seq] : [])]} />
          </>,
        ])}
      />
    </section>
  );

const Verification = ({ id, head, madeAt, timezone }: Report) =>
  head === null ? null : (
    <section>
      <h2>How to verify this report</h2>
      <p>
        Made {bothMoments(madeAt, timezone)} from {head.seq} events. The hash of event {head.seq} is
      </p>
      <p class="hash">
        <code>{head.hash}</code>
      </p>
      <p>The signed export of the timeline must hold the same hash, and prove itself whole and unchanged:</p>
      <pre>
        <code>{verifyCommands(id).join('\n')}</code>
      </pre>
    </section>
  );
