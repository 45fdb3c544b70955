import { seatsInWords } from '../../../incident/decision.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../../incident/view.ts';
import { planFor } from '../../model/plans.ts';
import { type Looker, standingOf, waitingFor } from '../../model/standing.ts';
import { Glyph } from './glyph.tsx';
import type { Prepared } from './incident-props.ts';
import { QuestionCard } from './question.tsx';
import { Countdown, When, Words } from './text.tsx';

/** One amber bar a page: the reader's most urgent question. The rest is said in lines of text. */
export function Questions({ view, plan, added, me, names, frame, once }: Prepared) {
  const mine = waitingFor(view, me, frame.now);
  const first = mine[0];
  const answered = first
    ? undefined
    : openDecisions(view).find((d) => standingOf(d, me, frame.now).kind === 'answered');
  const shown = first ?? answered;
  const standing = shown ? standingOf(shown, me, frame.now) : undefined;
  return (
    <>
      <Warnings view={view} now={frame.now} />
      {shown && (standing?.kind === 'asked' || standing?.kind === 'answered') ? (
        <QuestionCard
          incident={view.id}
          decision={shown}
          standing={standing}
          plan={planFor({ plan, added }, shown.question.path)}
          me={me.id}
          names={names}
          now={frame.now}
          once={`${once}-${shown.question.number}`}
        />
      ) : (
        <NothingForYou view={view} now={frame.now} />
      )}
      <OtherQuestions view={view} me={me} shown={shown} now={frame.now} />
    </>
  );
}

function NothingForYou({ view, now }: { view: IncidentView; now: number }) {
  const open = openDecisions(view);
  return (
    <section class="sheet" aria-labelledby="nf">
      <header>
        <h2 id="nf">Nothing waits for you here</h2>
      </header>
      {open.length === 0 ? (
        <p class="second">
          {view.status === 'open'
            ? 'No question is open. When one is asked of you, it stands here first.'
            : view.status === 'resolved'
              ? 'The harm is over. '
              : 'This incident is closed. '}
          {view.resolvedAt !== undefined && (
            <>
              Resolved <When at={view.resolvedAt} now={now} seconds={false} />.{' '}
            </>
          )}
          {view.closedAt !== undefined && (
            <>
              Closed <When at={view.closedAt} now={now} seconds={false} />.
            </>
          )}
        </p>
      ) : (
        <p class="second">Others are asked; see below.</p>
      )}
    </section>
  );
}

function OtherQuestions({
  view,
  me,
  shown,
  now,
}: {
  view: IncidentView;
  me: Looker;
  shown: DecisionView | undefined;
  now: number;
}) {
  const others = openDecisions(view).filter((decision) => decision !== shown);
  if (others.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="oq">
      <header>
        <h2 id="oq">{shown ? 'Also open' : 'Open questions'}</h2>
      </header>
      <ul class="rows fold">
        {others.map((decision) => (
          <OpenQuestion view={view} decision={decision} me={me} now={now} />
        ))}
      </ul>
    </section>
  );
}

function OpenQuestion(props: { view: IncidentView; decision: DecisionView; me: Looker; now: number }) {
  const { view, decision, me, now } = props;
  const { question } = decision;
  const standing = standingOf(decision, me, now);
  return (
    <li>
      <div>
        <a class="who" href={`/incidents/${view.id}/decisions/${question.number}`} data-row>
          <Words of={question.question} />
        </a>
        <div class="sub">
          {standing.kind === 'asked' ? 'Asks you as well' : `Asks the ${seatsInWords(question.by)}`}
          {standing.kind === 'requester'
            ? '; you opened the incident or added the playbook, so another person must answer'
            : ''}
        </div>
      </div>
      <div class="end">
        <Countdown until={question.until} from={question.askedAt} now={now} /> <span class="label">left</span>
      </div>
    </li>
  );
}

function Warnings({ view, now }: { view: IncidentView; now: number }) {
  const latest = view.warnings.at(-1);
  if (!latest || view.status === 'closed') return null;
  const before = view.warnings.length - 1;
  return (
    <div class="notice">
      <Glyph name="info" />
      <h2>
        <Words of={latest.message} />
      </h2>
      <p class="small">
        <code>{latest.code}</code>, <When at={latest.at} now={now} />
        {before > 0 ? `; ${before} earlier on the timeline` : ''}
      </p>
    </div>
  );
}
