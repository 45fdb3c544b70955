import { seatsInWords } from '../../../incident/decision.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../../incident/view.ts';
import { namesFor } from '../../../incident/wording.ts';
import { everyPlanStep, type Plan } from '../../../playbook/plan.ts';
import type { Person, StoredEvent } from '../../ports.ts';
import { outcomeWord } from '../model/describe.ts';
import { type Next, whatNext } from '../model/next.ts';
import { type Looker, standingOf, waitingFor } from '../model/standing.ts';
import { type TimelineQuery, timelinePage } from '../model/timeline.ts';
import { countedSteps, planTree, type Tree } from '../model/tree.ts';
import { Commands } from '../parts/commands.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { PlanTree, planName } from '../parts/plan.tsx';
import { QuestionCard } from '../parts/question.tsx';
import { roleTitle, StatusStrip } from '../parts/strip.tsx';
import { Countdown, flat, Hash, When, Words } from '../parts/text.tsx';
import { Timeline } from '../parts/timeline.tsx';

export type IncidentProps = {
  frame: Frame;
  view: IncidentView;
  plan: Plan | null;
  events: readonly StoredEvent[];
  me: Person & Looker;
  mayCommand: boolean;
  people: readonly Person[];
  roles: readonly { id: string; title: string }[];
  query: TimelineQuery;
  /** Fresh for each page made: names the message that a form on it sends. */
  once: string;
};

type Prepared = IncidentProps & { tree: Tree | null; names: ReadonlyMap<string, string> };

/** The parts that the stream renders anew whenever the timeline grows, by the id of their element. */
const parts = {
  strip: Strip,
  question: Questions,
  next: NextSheet,
  plan: PlanSheet,
  timeline: TimelineSheet,
  people: PeopleSheet,
  decisions: DecisionsSheet,
} as const;
export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];

const prepare = (props: IncidentProps): Prepared => ({
  ...props,
  tree: props.plan ? planTree(props.plan, props.view) : null,
  names: new Map(props.people.map((person) => [person.id, person.name])),
});

export function incidentParts(props: IncidentProps): Record<PartName, string> {
  const prepared = prepare(props);
  const render = (name: PartName): string => String(parts[name](prepared));
  return Object.fromEntries(partNames.map((name) => [name, render(name)])) as Record<PartName, string>;
}

export function incidentTitle(view: IncidentView): string {
  return `${view.severity.replace('sev', 'SEV ')} – ${flat(view.title, 80)} – ${view.id}`;
}

/** The stream renders the same window of the timeline as the page. */
function liveAddress({ view, query }: IncidentProps): string {
  const address = new URLSearchParams({ since: String(view.seq) });
  for (const [name, value] of Object.entries(query)) if (value !== null) address.set(name, String(value));
  return `/incidents/${view.id}/stream?${address}`;
}

export function IncidentPage(props: IncidentProps) {
  const { view, frame, once } = props;
  const prepared = prepare(props);
  return (
    <Page
      frame={frame}
      title={incidentTitle(view)}
      section="incidents"
      live={liveAddress(props)}
      exercise={view.mode === 'exercise'}
    >
      <div id="strip">
        <Strip {...prepared} />
      </div>
      <div class="two-cols">
        <div class="col">
          <div class="stack" id="question">
            <Questions {...prepared} />
          </div>
          <div id="plan">
            <PlanSheet {...prepared} />
          </div>
          <div id="decisions">
            <DecisionsSheet {...prepared} />
          </div>
        </div>
        <div class="col">
          <div id="next">
            <NextSheet {...prepared} />
          </div>
          <section class="sheet" id="tl-sheet" aria-labelledby="tl">
            <header>
              <h2 id="tl">Timeline</h2>
              <span class="quiet">newest first</span>
            </header>
            <NoteForm incident={view.id} once={once} />
            <div id="timeline">
              <TimelineSheet {...prepared} />
            </div>
          </section>
          <div id="people">
            <PeopleSheet {...prepared} />
          </div>
          {props.mayCommand && (
            <section class="sheet noprint" id="command" aria-labelledby="cm">
              <header>
                <h2 id="cm">Command</h2>
                <span class="quiet">as incident commander</span>
              </header>
              <Commands view={view} once={once} people={props.people} roles={props.roles} />
            </section>
          )}
        </div>
      </div>
    </Page>
  );
}

function Strip({ view, tree, names, people, frame }: Prepared) {
  const assigned = view.roles['incident-commander'];
  const onCall = people.filter((person) => person.roles.includes('incident-commander')).map((person) => person.name);
  const commander = assigned ? (names.get(assigned) ?? assigned) : onCall.length > 0 ? onCall.join(', ') : 'Nobody';
  return <StatusStrip view={view} steps={tree ? countedSteps(tree) : []} commander={commander} now={frame.now} />;
}

/** One amber bar a page: the reader's most urgent question. The rest is said in lines of text. */
function Questions({ view, plan, me, names, frame, once }: Prepared) {
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
          plan={plan}
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
          {standing.kind === 'requester' ? '; you opened the incident, so another person must answer' : ''}
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

function NextSheet({ view, tree, me, frame }: Prepared) {
  const list = whatNext(view, tree, me, frame.now);
  return (
    <section class="sheet" aria-labelledby="nx">
      <header>
        <h2 id="nx">What happens next</h2>
      </header>
      <ol class="next">
        {list.map((next) => (
          <NextRow next={next} incident={view.id} now={frame.now} />
        ))}
      </ol>
    </section>
  );
}

function NextRow({ next, incident, now }: { next: Next; incident: string; now: number }) {
  return (
    <li>
      <span class="when">
        {typeof next.when === 'string' ? (
          next.when
        ) : (
          <>
            In <Countdown until={next.when.until} now={now} />
          </>
        )}
      </span>
      <span>
        {next.lead && (
          <>
            <b class={next.tone === 'failed' ? 'c-act' : undefined}>
              <Words of={next.lead} />
            </b>{' '}
          </>
        )}
        <Words of={next.text} />
        {next.decision !== undefined && (
          <>
            {' '}
            <a href={`/incidents/${incident}/decisions/${next.decision}`}>Open decision {next.decision}</a>
          </>
        )}
      </span>
    </li>
  );
}

function PlanSheet({ view, plan, tree }: Prepared) {
  return (
    <section class="sheet" aria-labelledby="pl">
      <header>
        <h2 id="pl">Plan</h2>
        {plan && (
          <span class="quiet">
            {planName(plan)} · <Hash of={plan.hash} />
          </span>
        )}
        {plan && <a href={`/playbooks/${plan.playbook}`}>Open the playbook</a>}
      </header>
      {tree ? (
        <PlanTree tree={tree} />
      ) : (
        <p class="second">
          {view.playbook
            ? `The plan ${view.playbook.hash.slice(0, 8)} is not on this server's shelf, so its steps cannot be drawn. The timeline is whole.`
            : 'This incident runs no playbook.'}
        </p>
      )}
    </section>
  );
}

function TimelineSheet({ view, plan, events, query, names, frame }: Prepared) {
  const wording = namesFor(names, view, plan ? everyPlanStep(plan) : []);
  return (
    <Timeline
      incident={view.id}
      events={events}
      page={timelinePage(events, query)}
      query={query}
      names={wording}
      now={frame.now}
    />
  );
}

function NoteForm({ incident, once }: { incident: string; once: string }) {
  return (
    <details class="noteform noprint" id="note">
      <summary>Add a note</summary>
      <form
        method="post"
        action={`/incidents/${incident}/notes`}
        class="form"
        data-send
        data-then={`/incidents/${incident}`}
      >
        <input type="hidden" name="once" value={`${once}-note`} />
        <div class="field">
          <label for="note-text">Note</label>
          <textarea id="note-text" name="text" rows={3} required maxlength={10_000} />
          <span class="hint">Goes on the timeline beside your name. It cannot be taken back.</span>
        </div>
        <button class="btn" type="submit">
          Add the note
        </button>
      </form>
    </details>
  );
}

function DecisionsSheet({ view, names, frame }: Prepared) {
  return (
    <section class="sheet" aria-labelledby="de">
      <header>
        <h2 id="de">Decisions</h2>
        <span class="quiet">{view.decisions.length === 0 ? 'none yet' : `${view.decisions.length} so far`}</span>
      </header>
      {view.decisions.length === 0 ? (
        <p class="second">When the plan asks people, each question and its answer are kept here.</p>
      ) : (
        <ol class="rows fold">
          {view.decisions.toReversed().map((decision) => (
            <DecisionRow view={view} decision={decision} names={names} now={frame.now} />
          ))}
        </ol>
      )}
    </section>
  );
}

type DecisionRowProps = { view: IncidentView; decision: DecisionView; names: ReadonlyMap<string, string>; now: number };

function DecisionRow({ view, decision, names, now }: DecisionRowProps) {
  const { question, made, withdrawn } = decision;
  const who = made?.people.map((id) => names.get(id) ?? id).join(', ');
  return (
    <li>
      <div>
        <a class="who" href={`/incidents/${view.id}/decisions/${question.number}`} data-row>
          {question.number}. <Words of={question.question} />
        </a>
        <div class="sub">
          {made && (
            <>
              {made.by === 'default' ? 'Nobody answered in time' : <Words of={who ?? ''} />}
              {made.reason && (
                <>
                  : “<Words of={made.reason} />”
                </>
              )}
            </>
          )}
          {withdrawn && (
            <>
              No longer asked: <Words of={withdrawn.because} />
            </>
          )}
          {!made && !withdrawn && <>Asks the {seatsInWords(question.by)}</>}
        </div>
      </div>
      <div class="end">
        {made ? (
          <span class="state">
            <Glyph name={made.outcome === 'deny' ? 'skip' : 'done'} />
            {made.by === 'default' ? `Counts as ${made.outcome}` : outcomeWord(made.outcome)}
          </span>
        ) : withdrawn ? (
          <span class="state">
            <Glyph name="skip" />
            Withdrawn
          </span>
        ) : (
          <span>
            <Countdown until={question.until} from={question.askedAt} now={now} /> <span class="label">left</span>
          </span>
        )}
        {made && (
          <div class="label">
            <When at={made.at} now={now} />
          </div>
        )}
      </div>
    </li>
  );
}

/** Roles this incident needs or has given, with who holds them and whether something waits for them. */
function PeopleSheet({ view, people, roles, me, names }: Prepared) {
  const asked = new Set(openDecisions(view).flatMap((decision) => decision.question.by.map((seat) => seat.role)));
  const known = new Map(roles.map((role) => [role.id, role.title]));
  const rows = [...new Set([...Object.keys(view.roles), ...asked, ...known.keys()])];
  return (
    <section class="sheet" aria-labelledby="pe">
      <header>
        <h2 id="pe">People</h2>
      </header>
      <ul class="rows fold">
        {rows.map((role) => {
          const assigned = view.roles[role];
          const holders = people.filter((person) => person.roles.includes(role) && person.id !== assigned);
          const list = [
            ...(assigned ? [names.get(assigned) ?? assigned] : []),
            ...holders.map((person) => person.name),
          ];
          return (
            <li>
              <div>
                <div class="who">{known.get(role) ?? roleTitle(role)}</div>
                <div class="sub">
                  {list.length === 0 ? 'Nobody holds this role' : <Words of={list.join(', ')} />}
                  {me.roles.includes(role) ? ' · you hold it' : ''}
                </div>
              </div>
              <div class="end">
                {asked.has(role) ? (
                  <span class="state">
                    <Glyph name="ask" />
                    asked
                  </span>
                ) : assigned ? (
                  <span class="small quiet">assigned here</span>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
      {view.requester && (
        <p class="small quiet after">
          Opened by <Words of={names.get(view.requester) ?? view.requester} />. Whoever opens an incident decides on it
          only where the playbook allows it.
        </p>
      )}
    </section>
  );
}
