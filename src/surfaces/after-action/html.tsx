import { html, raw } from 'hono/html';
import { flat, Words } from '../console/parts/text.tsx';
import { utcMoment } from '../model/duties.ts';
import { Prose } from '../papers/paper.tsx';
import { Cite } from '../report/cite.tsx';
import { documentStyle } from '../report/style.ts';
import { Appendices } from './appendices.tsx';
import { TallyBar } from './charts.tsx';
import { type AfterAction, AUDIENCES, type Finding } from './contract.ts';
import { Conduct, HotWash, HowItWent } from './course-parts.tsx';
import { Chapter, RATINGS, type RatingLetter, RatingMark, Said } from './marks.tsx';

/** The report as one file that needs nothing but itself: no script, no network. For a screen, the dark and paper; no account is needed. */
export const afterActionHtml = (report: AfterAction): string => afterActionDocument(report, null).html;

/** The same as the console shows it: with a line above that leads on. */
export function afterActionDocument(
  report: AfterAction,
  here: { isStaff: boolean } | null,
): { html: string; policy: string } {
  const { css, policy } = documentStyle([new URL('./assets/after-action.css', import.meta.url)], sheetMargins(report));
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`EXERCISE – After-action report – ${report.drill} – ${flat(report.title)}${here ? ' – Tocsin' : ''}`}</title>
        {/* Ours, and nothing of it comes from outside. */}
        <style>{raw(css)}</style>
      </head>
      <body class="exercise aar">
        <aside class="xband" aria-label="Exercise">
          <strong>EXERCISE</strong> Nothing here is real.
        </aside>
        {here && <Ways {...report} isStaff={here.isStaff} />}
        <main class="doc">
          <Front {...report} />
          <Ratings {...report} />
          <Findings {...report} />
          <Traps {...report} />
          <HowItWent {...report} />
          <Conduct {...report} />
          <HotWash {...report} />
          <Appendices {...report} />
        </main>
      </body>
    </html>
  );
  return { html: String(html`<!doctype html>${page}`), policy };
}

const FOR = { team: 'For the team', staff: 'For the staff', anonymous: 'To share outside' } as const;

/** To the drill, to the other readers, and to files. */
function Ways({ drill, audience, isStaff }: AfterAction & { isStaff: boolean }) {
  const file = (format: string): string => `/api/drills/${drill}/report?format=${format}&audience=${audience}`;
  return (
    <nav class="ways" aria-label="This report">
      <a href={`/drills/${drill}`}>{drill}</a>
      <a href="/drills">All drills</a>
      {AUDIENCES.filter((one) => one !== 'staff' || isStaff).map((one) => (
        <a href={`/drills/${drill}/report?audience=${one}`} aria-current={one === audience ? 'page' : undefined}>
          {FOR[one]}
        </a>
      ))}
      <span>
        Download: <a href={file('html')}>HTML</a> <a href={file('md')}>Markdown</a> <a href={file('json')}>JSON</a>
      </span>
    </nav>
  );
}

/** What stands on every sheet of paper. Only of letters, digits and what cannot end a text of CSS. */
function sheetMargins({ drill, version, status, head, rubric }: AfterAction): string {
  const safe = (words: string): string => words.replace(/[^A-Za-z0-9 .,·:-]/g, '');
  const top = safe(`After-action report ${drill}, version ${version}, ${status}`);
  const frozen = rubric.hash === null ? '' : ` · rubric ${rubric.hash.slice(0, 16)}`;
  const whole = head === null ? 'Not signed' : `Timeline head ${head.hash.slice(0, 16)}`;
  const bottom = safe(`${whole}${frozen}`);
  return `@page { @top-left { content: "EXERCISE"; } @top-right { content: "${top}"; } @bottom-left { content: "${bottom}"; } }`;
}

function Front({ drill, title, version, status, lede, overview, leftOut, timeline, audience }: AfterAction) {
  const made = timeline.at(-1);
  return (
    <header>
      <p class="front block">
        <span>
          <span class="xtag">EXERCISE</span> After-action report and improvement plan
        </span>
        <span>
          {drill} · version <a href={`#e${made?.seq ?? 1}`}>{version}</a>, {status}
          {made?.wallAt && ` · ${utcMoment(made.wallAt)}`}
        </span>
      </p>
      <h1>
        <Words of={title} />
      </h1>
      <p class="lede">
        {lede.map((one) => (
          <span class="block">
            <Said of={one} />{' '}
          </span>
        ))}
      </p>
      {status === 'draft' && (
        <p class="sans second">Draft: the hot wash is open, and what is said in it is still to come.</p>
      )}
      <dl class="over">
        {overview.map(({ label, text, cites }) => (
          <div>
            <dt>{label}</dt>
            <dd>
              {label === 'Scenario' || label === 'What was true' ? <Prose of={text} /> : <Words of={text} />}{' '}
              <Cite events={cites} />
            </dd>
          </div>
        ))}
      </dl>
      {leftOut.length > 0 && (
        <section class="left-out sans" aria-label="Left out">
          <b>{audience === 'anonymous' ? 'Made to be shared. Left out:' : 'Left out:'}</b>
          <ul>
            {leftOut.map((one) => (
              <li>{one}</li>
            ))}
          </ul>
        </section>
      )}
    </header>
  );
}

function Ratings({ objectives, rubric, counts, coverage }: AfterAction) {
  return (
    <Chapter id="ratings" title="Ratings by objective">
      <p class="sans second">
        By gates, never by averages; there is no overall rating. What the machine found and what evaluators think stand
        side by side.{' '}
        {rubric.hash === null ? (
          'The rubric was not hashed when this drill began.'
        ) : (
          <>
            The rubric <code>{rubric.hash.slice(0, 16)}</code> was frozen at STARTEX.
          </>
        )}{' '}
        <Cite events={rubric.cites} />
      </p>
      <table class="reflow ratings" aria-label="Ratings by objective">
        <thead>
          <tr>
            <th scope="col">Rating</th>
            <th scope="col">Objective, and the gate that set it</th>
            <th scope="col">Machine</th>
            <th scope="col">Evaluators</th>
          </tr>
        </thead>
        <tbody>
          {objectives.map((one) => (
            <RatingRow {...one} />
          ))}
        </tbody>
      </table>
      <ul class="letters sans small">
        {(Object.keys(RATINGS) as RatingLetter[]).map((letter) => (
          <li>
            <RatingMark rating={letter} small /> {RATINGS[letter]}
          </li>
        ))}
      </ul>
      <TallyBar counts={counts} />
      <ul class="tallied sans">
        {counts.map(({ standing, count, cites }) => (
          <li>
            <span class={`key key-${standing}`} aria-hidden="true" /> <b>{count}</b> {STANDING[standing]}{' '}
            <Cite events={cites} most={5} />
          </li>
        ))}
      </ul>
      <p class="sans second">
        <Said of={coverage} /> What was not observed, and what an inject that never came would have asked, counts
        neither way.
      </p>
    </Chapter>
  );
}

const STANDING = {
  met: 'met',
  'met-late': 'met late',
  missed: 'missed',
  'not-observed': 'not observed',
  void: 'void: its inject never came',
} as const;

function RatingRow({
  number,
  title,
  capability,
  machine,
  otherGates,
  evaluators,
  disagreement,
  coverage,
}: AfterAction['objectives'][number]) {
  return (
    <tr>
      <td class="r">
        <RatingMark rating={machine?.rating ?? null} />
      </td>
      <td class="o">
        <b>
          <span data-no>{number}. </span>
          <Words of={title} />
        </b>{' '}
        <span class="second">
          <Words of={capability} />
        </span>
        <p>
          {machine ? (
            <Said of={{ text: machine.why, cites: machine.cites }} />
          ) : (
            'Nothing by which it could be rated was observed.'
          )}
        </p>
        {otherGates.map(({ why, cites, rating }) => (
          <p class="second">
            Also ({rating}): <Said of={{ text: why, cites }} />
          </p>
        ))}
        <p class="second small">
          <Said of={coverage} />
        </p>
      </td>
      <td data-l="Machine">{machine?.rating ?? 'not rated'}</td>
      <td data-l="Evaluators">
        {evaluators.length === 0 && <span class="second">none rated it</span>}
        {evaluators.map(({ who, rating, cites }) => (
          <p>
            <b>{rating}</b>, <Words of={who} /> <Cite events={cites} />
          </p>
        ))}
        {disagreement && <p class="differ">They differ.</p>}
      </td>
    </tr>
  );
}

function Findings({ objectives, findings }: AfterAction) {
  return (
    <Chapter id="findings" title="Strengths and areas for improvement">
      <p class="sans second">
        What the machine found rests on results. What stood around it are facts, from which people name the cause; what
        evaluators wrote are opinions, marked as such.
      </p>
      {objectives.map(({ number, title }) => {
        const own = findings.filter(({ objective }) => objective === number);
        return (
          <section class="objective" aria-label={`Objective ${number}`}>
            <h3>
              <span data-no>{number}. </span>
              <Words of={title} />
            </h3>
            {own.length === 0 && <p class="sans second">Nothing was found that could be told.</p>}
            <Kind title="Strengths" of={own.filter(({ kind }) => kind === 'strength')} />
            <Kind title="Areas for improvement" of={own.filter(({ kind }) => kind === 'improvement')} />
            <Kind title="Observations" of={own.filter(({ kind }) => kind === 'observation')} />
          </section>
        );
      })}
    </Chapter>
  );
}

const Kind = ({ title, of }: { title: string; of: readonly Finding[] }) =>
  of.length === 0 ? null : (
    <div class={title === 'Areas for improvement' ? 'finding area' : 'finding'}>
      <p class="kind">{title}</p>
      <ul>
        {of.map(({ source, who, title: about, text, analysis, judgement, cites }) => (
          <li>
            <b>
              <Words of={about} />
            </b>
            <br />
            {source === 'machine' ? (
              <Words of={text} />
            ) : (
              <>
                <span class="opinion">
                  Opinion{who === null ? '' : `, ${who}`}
                  {judgement === null ? '' : `, ${judgement}`}:
                </span>{' '}
                “<Words of={text} />”
              </>
            )}{' '}
            <Cite events={cites} />
            {analysis && (
              <p class="analysis">
                <b>What stood around it.</b> <Said of={analysis} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </div>
  );

const FELL = { yes: 'taken', no: 'not taken', unknown: 'could not be seen' } as const;

const Traps = ({ traps }: AfterAction) =>
  traps.length === 0 ? null : (
    <Chapter id="traps" title="What tempted the team">
      {traps.map(({ title, tempted, fell, achieved, why, cites }) => {
        const word = fell === null ? 'unknown' : fell ? 'yes' : 'no';
        return (
          <div class={fell ? 'finding area' : 'finding'}>
            <p class="kind">
              {fell && (
                <span class="mark" aria-hidden="true">
                  ■{' '}
                </span>
              )}
              The bait was {FELL[word]}
              {fell === false && !achieved && ', and the objective was not achieved either'}
            </p>
            <h3>
              <Words of={tempted} />
            </h3>
            <p>
              <Words of={title} />. <Words of={why} /> <Cite events={cites} />
            </p>
          </div>
        );
      })}
    </Chapter>
  );
