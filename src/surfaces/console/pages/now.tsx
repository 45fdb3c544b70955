import { agreement, labelOf, roleInWords, seatsInWords } from '../../../incident/decision.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { DrillLine } from '../../drills/notices.ts';
import { type Duty, leftWords, openDuties } from '../../model/duties.ts';
import { stageWord } from '../../model/next.ts';
import { type Looker, standingOf } from '../../model/standing.ts';
import { countedSteps, planTree, progressOf, progressWords } from '../../model/tree.ts';
import type { Person } from '../../ports.ts';
import { DrillLines } from '../parts/drill-lines.tsx';
import { DutyMark, DutyRow } from '../parts/duties.tsx';
import { Glyph, SeverityMark } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { Ticks } from '../parts/plan.tsx';
import { Countdown, flat, OpenFor, When, Words } from '../parts/text.tsx';

export type OpenIncident = { view: IncidentView; plan: Plan | null; me: Looker };
export type NowProps = {
  frame: Frame;
  incidents: readonly OpenIncident[];
  /** Open duties to notify, what is due first first, also of resolved incidents. */
  duties: readonly { duty: Duty; mine: boolean }[];
  timezone: string;
  names: ReadonlyMap<string, string>;
  notices: readonly { code: string; message: string; since: number }[];
  /** Of drills that are planned. */
  drillLines: readonly DrillLine[];
  me: Person;
};

type Waiting = { decision: DecisionView; role: string; incident: OpenIncident };

function mine({ incidents, frame }: NowProps): Waiting[] {
  const all = incidents.flatMap((incident) =>
    openDecisions(incident.view).flatMap((decision): Waiting[] => {
      const standing = standingOf(decision, incident.me, frame.now);
      return standing.kind === 'asked' ? [{ decision, role: standing.role, incident }] : [];
    }),
  );
  return all.sort((a, b) => a.decision.question.until - b.decision.question.until);
}

/** Says whether anything grew since a page was made. */
export const nowVersion = ({ incidents, duties }: Pick<NowProps, 'incidents' | 'duties'>): string =>
  [
    ...incidents.map(({ view }) => `${view.id}.${view.seq}`),
    ...duties.map(({ duty }) => `${duty.incident}.d${duty.number}.${duty.state}`),
  ].join('_') || 'quiet';

export function NowPage(props: NowProps) {
  const { frame } = props;
  const waiting = mine(props);
  const title = waiting.length === 0 ? 'Now' : `${count(waiting.length)} for you – Now`;
  return (
    <Page frame={frame} title={title} section="now" live={`/stream?since=${nowVersion(props)}`}>
      <h1 class="sr">Now</h1>
      <div id="now">
        <NowBody {...props} />
      </div>
    </Page>
  );
}

const count = (n: number): string => (n === 1 ? '1 question waits' : `${n} questions wait`);

/** The part that the stream renders anew. */
export function NowBody(props: NowProps) {
  const { frame, incidents, names } = props;
  const waiting = mine(props);
  const [first, ...more] = waiting;
  const own = new Set(waiting.map((one) => one.decision));
  const others = incidents.flatMap((incident) =>
    openDecisions(incident.view)
      .filter((decision) => !own.has(decision))
      .map((decision) => ({ decision, incident })),
  );
  return (
    <div class="stack">
      {first && <WaitingSheet waiting={first} names={names} now={frame.now} />}
      {props.notices.map((notice) => (
        <div class="notice soon">
          <Glyph name="caution" />
          <h2>
            <Words of={notice.message} />
          </h2>
          <p class="small">
            Since <When at={notice.since} now={frame.now} />. <code>{notice.code}</code>
          </p>
        </div>
      ))}
      {props.duties.length > 0 && <DueSheet {...props} />}
      {incidents.length > 0 && <OpenIncidents {...props} more={more} others={others} />}
      {incidents.length + props.duties.length === 0 && <Quiet frame={frame} />}
      {props.drillLines.length > 0 && <DrillLines lines={props.drillLines} />}
    </div>
  );
}

function WaitingSheet({ waiting, names, now }: { waiting: Waiting; names: ReadonlyMap<string, string>; now: number }) {
  const { decision, role, incident } = waiting;
  const { question } = decision;
  const voices = decision.votes
    .filter((vote) => vote.answer === agreement(question)?.yes)
    .map((vote) => names.get(vote.person) ?? vote.person);
  return (
    <section class="sheet waiting" aria-labelledby="w1" id={`decision-${question.number}`} tabindex={-1}>
      <div>
        <p class="state c-soon">
          <Glyph name="wait" />A question waits for you
        </p>
        <h2 id="w1">
          <Words of={question.question} />
        </h2>
        <p class="second">
          {incident.view.id}, as {roleInWords(role)}.{' '}
          {voices.length > 0 ? (
            <>
              <Words of={voices.join(', ')} /> {question.kind === 'task' ? 'did it' : 'approved'}; your voice is asked
              too.
            </>
          ) : (
            <Words of={incident.view.title} />
          )}
        </p>
      </div>
      <div class="left">
        <Countdown until={question.until} from={question.askedAt} now={now} />
        <span class="label">then counts as {labelOf(question, question.otherwise) ?? question.otherwise}</span>
      </div>
      <a class="btn main" href={`/incidents/${incident.view.id}/decisions/${question.number}`}>
        Read and answer
      </a>
    </section>
  );
}

/** Duties to notify of all incidents. They run on when an incident is resolved. */
function DueSheet({ duties, frame, timezone, names }: NowProps) {
  return (
    <section class="sheet" aria-labelledby="dt">
      <header>
        <h2 id="dt">Duties to notify</h2>
        <span class="quiet">what is due first stands first</span>
      </header>
      <ol class="rows fold duties">
        {duties.map(({ duty, mine }) => (
          <DutyRow duty={duty} now={frame.now} timezone={timezone} mine={mine} names={names} named />
        ))}
      </ol>
    </section>
  );
}

type ListProps = NowProps & {
  more: readonly Waiting[];
  others: readonly { decision: DecisionView; incident: OpenIncident }[];
};

function OpenIncidents({ frame, incidents, names, more, others }: ListProps) {
  return (
    <div class="cols">
      <section class="a sheet" aria-labelledby="oi">
        <header>
          <h2 id="oi">Open incidents</h2>
          <a href="/incidents/new">Report an incident</a>
        </header>
        {incidents.map((incident) => (
          <IncidentRow incident={incident} names={names} now={frame.now} />
        ))}
      </section>
      <section class="b sheet" aria-labelledby="qs">
        <header>
          <h2 id="qs">Other questions</h2>
        </header>
        {more.length + others.length === 0 && <p class="second">No other question is open.</p>}
        <ul class="rows fold">
          {more.map(({ decision, role, incident }) => (
            <QuestionRow
              incident={incident}
              decision={decision}
              words={`Asks you too, as ${roleInWords(role)}`}
              now={frame.now}
            />
          ))}
          {others.map(({ decision, incident }) => (
            <QuestionRow
              incident={incident}
              decision={decision}
              words={`Asks the ${seatsInWords(decision.question.by)}`}
              now={frame.now}
            />
          ))}
        </ul>
      </section>
    </div>
  );
}

function QuestionRow(props: { incident: OpenIncident; decision: DecisionView; words: string; now: number }) {
  const { incident, decision, words, now } = props;
  const { question } = decision;
  return (
    <li>
      <div>
        <a class="who" href={`/incidents/${incident.view.id}/decisions/${question.number}`} data-row>
          <Words of={question.question} />
        </a>
        <div class="sub">
          {words}. {incident.view.id}
        </div>
      </div>
      <div class="end">
        <Countdown until={question.until} from={question.askedAt} now={now} />
      </div>
    </li>
  );
}

export function IncidentRow(props: { incident: OpenIncident; names: ReadonlyMap<string, string>; now: number }) {
  const { incident, names, now } = props;
  const { view, plan } = incident;
  const steps = plan ? countedSteps(planTree(plan, view)) : [];
  const progress = progressOf(steps);
  const commander = view.roles['incident-commander'];
  const [due] = openDuties([view], now);
  return (
    <div class="inc">
      <SeverityMark of={view.severity} />
      <div>
        <a class="ti" href={`/incidents/${view.id}`} data-row title={flat(view.title)}>
          <Words of={view.title} />
        </a>
        <div class="small second">
          {view.id} · {view.system && <Words of={`${view.system.name} · `} />}
          {stageWord(view)}
          {commander && <Words of={` · ${names.get(commander) ?? commander} commands`} />}
          {view.mode === 'simulated-inventory' ? ' · simulated inventory' : ''}
        </div>
        {due && (
          <div class="small">
            <DutyMark duty={due} /> to tell <Words of={due.rule.whom} />, {leftWords(due, now)}
          </div>
        )}
      </div>
      <div>
        {steps.length > 0 && (
          <>
            <Ticks nodes={steps} words={progressWords(progress)} />
            <span class="small quiet">
              {progress.done} of {progress.of}
              {progress.failed > 0 ? `, ${progress.failed} failed` : ''}
            </span>
          </>
        )}
      </div>
      <div>
        {view.status === 'open' ? (
          <>
            <OpenFor since={view.openedAt} now={now} />
            <div class="label">open</div>
          </>
        ) : (
          <>
            <span class="label">{view.status}</span>
            <div class="label">
              <When at={view.closedAt ?? view.resolvedAt ?? view.openedAt} now={now} seconds={false} />
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function Quiet({ frame }: { frame: Frame }) {
  return (
    <section class="sheet quiet-sheet">
      <div class="empty">
        <p class="state second">
          <Glyph name="done" />
          Checked{' '}
          <time datetime={new Date(frame.now).toISOString()}>{new Date(frame.now).toISOString().slice(11, 19)}</time>
        </p>
        <h2>All quiet.</h2>
        <p class="second">
          No open incident, no question for you. When something needs you, this page says so first: the question, how
          long there is to answer, and what happens if nobody does.
        </p>
        <div class="btns">
          <a class="btn" href="/incidents/new">
            Report an incident
          </a>
          <a class="btn quiet" href="/incidents?status=closed">
            Closed incidents
          </a>
        </div>
      </div>
    </section>
  );
}
