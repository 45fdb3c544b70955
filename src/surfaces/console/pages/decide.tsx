import type { Child } from 'hono/jsx';
import { roleInWords, seatsInWords, tally, type Vote } from '../../../incident/decision.ts';
import type { DecisionView, IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { Person } from '../../ports.ts';
import { hourText, spanText } from '../model/clock.ts';
import {
  answerTitle,
  capabilityTitle,
  consequence,
  defaultSentence,
  inSentence,
  listed,
  outcomeWord,
  targetsOf,
} from '../model/describe.ts';
import { outputFields } from '../model/outputs.ts';
import { type Looker, needsCheck, type Standing, standingOf } from '../model/standing.ts';
import { Glyph, type GlyphName, SeverityMark } from '../parts/glyph.tsx';
import { Document, type Frame } from '../parts/layout.tsx';
import { Agreement, Answers, Facts } from '../parts/question.tsx';
import { Countdown, flat, When, Words } from '../parts/text.tsx';

/** What came of the tap that made this page; null on a plain visit. */
export type Tap =
  | { kind: 'refused'; code: string; message: string }
  | { kind: 'unsure'; answer: string }
  | { kind: 'pending'; answer: string };

export type DecideProps = {
  frame: Frame;
  view: IncidentView;
  plan: Plan | null;
  decision: DecisionView;
  me: Person & Looker;
  people: readonly Person[];
  /** The answer to be confirmed, from the address or the form. */
  check: string | null;
  /** Somebody who answered looks at the question again, to change the answer. */
  change: boolean;
  tap: Tap | null;
  draft: ReadonlyMap<string, string>;
  errors: ReadonlyMap<string, string>;
  once: string;
};

type Parts = { title: string; bar?: Child; body: Child; tools: Child; one?: boolean };

export function DecidePage(props: DecideProps) {
  const { frame, view, decision } = props;
  const parts = screen(props);
  return (
    <Document frame={frame} title={`${parts.title} – ${view.id}`} exercise={view.mode === 'exercise'}>
      <main
        id="main"
        class="phone"
        data-live={`/incidents/${view.id}/stream?since=${view.seq}`}
        data-decision={String(decision.question.number)}
      >
        <header class="hd">
          <a href={`/incidents/${view.id}`}>
            <Glyph name="bell" />
            <span>{view.id}</span>
          </a>
          <span class="label">decision {decision.question.number}</span>
          <SeverityMark of={view.severity} />
        </header>
        {parts.bar}
        <div class="body">
          <Offline />
          {parts.body}
          {view.mode === 'simulated-inventory' && (
            <p class="small quiet">Simulated inventory: no outside system is touched.</p>
          )}
        </div>
        <div class={parts.one ? 'tools one' : 'tools'}>{parts.tools}</div>
      </main>
    </Document>
  );
}

/** Shown by the script when a form could not be sent from this device. */
const Offline = () => (
  <div class="notice act" role="alert" hidden data-not-sent>
    <Glyph name="fail" />
    <h2>Not confirmed. Your answer may not have arrived.</h2>
    <p>This device could not reach Tocsin. Trying again is harmless: one person has one vote.</p>
  </div>
);

function screen(props: DecideProps): Parts {
  const { tap, decision, me, frame, check } = props;
  const standing = standingOf(decision, me, frame.now);
  if (tap?.kind === 'unsure') return unsure(props, tap.answer);
  if (tap?.kind === 'pending') return pending(props, tap.answer);
  switch (standing.kind) {
    case 'asked':
      return check === null ? question(props, standing) : confirm(props, check);
    case 'answered':
      if (check !== null) return confirm(props, check);
      return props.change ? question(props, standing) : answered(props, standing);
    case 'made':
      return made(props, standing);
    case 'withdrawn':
      return closed(props, 'No longer asked', <Words of={`${standing.because}`} />);
    case 'late':
      return closed(props, 'The time to answer is over', defaultSentence(decision.question));
    case 'requester':
      return notYours(props, 'You opened this incident, so another person must answer');
    case 'not-entitled':
      return notYours(props, 'This question is not for you');
    default:
      return standing satisfies never;
  }
}

const Refused = ({ tap }: { tap: Tap | null }) =>
  tap?.kind === 'refused' ? (
    <div class="notice act" role="alert">
      <Glyph name="fail" />
      <h2>Your answer was not taken.</h2>
      <p>
        <Words of={tap.message} />
      </p>
    </div>
  ) : null;

function question(props: DecideProps, standing: Extract<Standing, { kind: 'asked' | 'answered' }>): Parts {
  const { decision, view, plan, me, frame, people, once } = props;
  const asked = decision.question;
  return {
    title: flat(asked.question, 80),
    bar: (
      <div class="bar">
        <Glyph name="wait" />
        <span>
          {standing.kind === 'asked' ? 'Waiting for you' : 'Change your answer'}, as {roleInWords(standing.role)}
        </span>
      </div>
    ),
    body: (
      <>
        <Refused tap={props.tap} />
        <h1 class="q">
          <Words of={asked.question} />
        </h1>
        <Counter decision={decision} now={frame.now} />
        <Agreement decision={decision} me={me.id} names={namesOf(people)} myRole={standing.role} />
        <Facts decision={decision} plan={plan} short />
        <p>
          <a href={`/incidents/${view.id}`}>Read the incident first</a>
        </p>
      </>
    ),
    tools: <Answers incident={view.id} decision={decision} plan={plan} once={once} />,
    one: true,
  };
}

function Counter({ decision, now }: { decision: DecisionView; now: number }) {
  const { question } = decision;
  return (
    <div class="counter">
      <Countdown until={question.until} from={question.askedAt} now={now} />
      <p class="due-note">
        left. If nobody answers,
        <br />
        {question.kind === 'approval' ? (
          <>
            it <b>counts as {question.otherwise}</b> at {hourText(question.until)}.
          </>
        ) : (
          <>
            <b>the plan stops</b> at {hourText(question.until)}.
          </>
        )}
      </p>
    </div>
  );
}

/** The check: Confirm stands above, where neither Deny nor Approve was; the place of Approve now goes back. */
function confirm(props: DecideProps, answer: string): Parts {
  const { decision, view, errors, once } = props;
  const asked = decision.question;
  const address = `/incidents/${view.id}/decisions/${asked.number}`;
  const approve = answer === 'approve';
  const title = approve ? checkTitle(props) : `${answerTitle(answer)}?`;
  const failed = errors.size > 0;
  return {
    title: failed ? `Error: ${title}` : title,
    body: (
      <>
        <Refused tap={props.tap} />
        <h1 class="q">
          <Words of={title} />
        </h1>
        {!approve && (
          <p class="lead-q">
            <Words of={asked.question} />
          </p>
        )}
        {!approve && (
          <p>
            <Words of={consequence(asked, answer, props.plan).replace(/^./, (c) => c.toUpperCase())} />.
          </p>
        )}
        {failed && <ErrorNotice errors={errors} />}
        {approve && <CheckFacts {...props} />}
        <form method="post" action={address} id="answer" class="form" data-send data-then={address}>
          <input type="hidden" name="answer" value={answer} />
          <input type="hidden" name="confirm" value="yes" />
          <input type="hidden" name="once" value={once} />
          <ReasonField {...props} required={answer !== 'approve' && answer !== 'retry'} />
          {(answer === 'skip' || answer === 'take-over') && <OutputFields {...props} />}
        </form>
      </>
    ),
    tools: (
      <>
        <button class="btn main" type="submit" form="answer">
          Confirm: {confirmWords(decision, answer)}
        </button>
        <a class="btn" href={address}>
          Go back
        </a>
      </>
    ),
    one: true,
  };
}

function confirmWords({ question }: DecisionView, answer: string): Child {
  const act = question.acts[0];
  if (answer !== 'approve' || act === undefined || act.title.length > 60) return answerTitle(answer).toLowerCase();
  return <Words of={`${inSentence(act.title)}${question.acts.length > 1 ? ' and more' : ''}`} />;
}

/** The votes with this approval added. Only who, as what and which answer count; a vote that is never sent needs no more. */
function tallyWith({ decision, me }: DecideProps) {
  const vote = { person: me.id, roles: [...me.roles], answer: 'approve' } as Vote;
  return tally(decision.question, [...decision.votes, vote], decision.escalatedAt !== undefined);
}

const decides = (props: DecideProps): boolean => tallyWith(props).outcome === 'approve';

function checkTitle(props: DecideProps): string {
  const after = tallyWith(props);
  if (after.outcome === 'approve') return 'It starts as soon as you confirm.';
  const missing = after.approvals.filter((seat) => seat.have.length < seat.needed);
  return `Yours is one voice. It starts when the ${listed(missing.map((seat) => roleInWords(seat.role)))} approves too.`;
}

function CheckFacts(props: DecideProps) {
  const { decision, me, frame } = props;
  const { question } = decision;
  const standing = standingOf(decision, me, frame.now);
  const role = standing.kind === 'asked' || standing.kind === 'answered' ? roleInWords(standing.role) : '';
  const proofs = [...new Set(question.acts.flatMap((act) => (act.prove ? [capabilityTitle(act.prove)] : [])))];
  const undos = [...new Set(question.acts.flatMap((act) => (act.undo ? [inSentence(capabilityTitle(act.undo))] : [])))];
  return (
    <dl class="facts">
      <div>
        <dt>You say</dt>
        <dd>
          <b>Approve</b>, as {role}
        </dd>
      </div>
      <div>
        <dt>{decides(props) ? 'At once' : 'It allows'}</dt>
        <dd>
          <Words of={listed(question.acts.map((act) => act.title))} />
          {targetsOf(question).length > 0 && (
            <>
              :{' '}
              <b>
                <Words of={listed(targetsOf(question))} />
              </b>
            </>
          )}
        </dd>
      </div>
      {proofs.length > 0 && (
        <div>
          <dt>Then</dt>
          <dd>{listed(proofs)}</dd>
        </div>
      )}
      <div>
        <dt>Undo</dt>
        <dd>{undos.length > 0 ? <>By a stand-down: {listed(undos)}</> : <b>It cannot be undone</b>}</dd>
      </div>
    </dl>
  );
}

const ErrorNotice = ({ errors }: { errors: ReadonlyMap<string, string> }) => (
  <div class="notice act" role="alert">
    <Glyph name="fail" />
    <h2>Nothing was sent yet</h2>
    <ul>
      {[...errors].map(([field, message]) => (
        <li>
          <a href={`#field-${field}`}>{message}</a>
        </li>
      ))}
    </ul>
  </div>
);

function ReasonField({ draft, errors, required }: DecideProps & { required: boolean }) {
  const error = errors.get('reason');
  return (
    <div class="field">
      <label for="field-reason">Reason {required ? null : <span class="quiet">(optional)</span>}</label>
      <textarea
        id="field-reason"
        name="reason"
        rows={required ? 3 : 2}
        maxlength={2_000}
        aria-describedby="hint-reason"
        aria-invalid={error ? 'true' : undefined}
        aria-required={required ? 'true' : undefined}
      >
        {draft.get('reason') ?? ''}
      </textarea>
      <span class={error ? 'hint c-act' : 'hint'} id="hint-reason">
        {error ? `Error: ${error}` : 'Goes on the timeline beside your name.'}
      </span>
    </div>
  );
}

function OutputFields({ decision, plan, draft, errors }: DecideProps) {
  const fields = outputFields(decision.question, plan);
  if (fields.length === 0) return null;
  return (
    <fieldset>
      <legend>
        What the step would have found <span class="quiet">(all or none)</span>
      </legend>
      <p class="hint">Later steps use these. Left empty, the steps that need them will ask people.</p>
      {fields.map(({ name, hint }) => {
        const error = errors.get(name);
        return (
          <div class="field">
            <label for={`field-${name}`}>{name}</label>
            <input
              id={`field-${name}`}
              name={`output.${name}`}
              value={draft.get(`output.${name}`) ?? ''}
              autocomplete="off"
              aria-describedby={`hint-${name}`}
              aria-invalid={error ? 'true' : undefined}
            />
            <span class={error ? 'hint c-act' : 'hint'} id={`hint-${name}`}>
              {error ? `Error: ${error}` : hint}
            </span>
          </div>
        );
      })}
    </fieldset>
  );
}

const Stamp = ({ glyph, words }: { glyph: GlyphName; words: string }) => (
  <div class="stamp">
    <Glyph name={glyph} />
    <h1>{words}</h1>
  </div>
);

const OpenIncident = ({ view }: { view: IncidentView }) => (
  <a class="btn main" href={`/incidents/${view.id}`}>
    Open the incident
  </a>
);

function answered(props: DecideProps, standing: Extract<Standing, { kind: 'answered' }>): Parts {
  const { decision, view, me, people, frame } = props;
  const words = outcomeWord(standing.vote.answer);
  return {
    title: `${words}, recorded`,
    body: (
      <>
        <Refused tap={props.tap} />
        <Stamp glyph="done" words={`${words}. Your answer is recorded.`} />
        <p class="lead-q">
          <Words of={decision.question.question} />
        </p>
        <Agreement decision={decision} me={me.id} names={namesOf(people)} />
        <Counter decision={decision} now={frame.now} />
        <p class="second">It does not stand yet: others are asked too. You need do nothing now.</p>
        <p>
          <a href={`/incidents/${view.id}/decisions/${decision.question.number}?change=1`}>Change my answer</a>
        </p>
      </>
    ),
    tools: <OpenIncident view={view} />,
    one: true,
  };
}

function made(props: DecideProps, { made, mine }: Extract<Standing, { kind: 'made' }>): Parts {
  const { decision, view, me, people, frame, tap } = props;
  const names = namesOf(people);
  const counted = mine !== null && made.people.includes(me.id) && tap?.kind !== 'refused';
  const word = outcomeWord(made.outcome);
  const words = counted
    ? `${word}. Your answer is recorded.`
    : tap?.kind === 'refused'
      ? 'Already decided. Your tap changed nothing.'
      : 'Already decided.';
  return {
    title: counted ? `${word}, recorded` : 'Already decided',
    body: (
      <>
        <Stamp glyph={counted ? 'done' : 'info'} words={words} />
        <p class="lead-q">
          <Words of={decision.question.question} />
        </p>
        <p>
          {made.by === 'default' ? (
            <>
              Nobody answered in time. It counts as <b>{made.outcome}</b> since <When at={made.at} now={frame.now} />.
            </>
          ) : (
            <>
              <b>{word}</b> by{' '}
              <Words of={listed(made.people.map((id) => (id === me.id ? 'you' : (names.get(id) ?? id))))} /> at{' '}
              <When at={made.at} now={frame.now} />, {spanText(made.at - decision.question.askedAt)} after it was asked
              {surfacesOf(decision, made.people)}.
            </>
          )}
        </p>
        {made.reason && (
          <blockquote class="second">
            “<Words of={made.reason} />”
          </blockquote>
        )}
        <Agreement decision={decision} me={me.id} names={names} />
        <WhatFollowed {...props} outcome={made.outcome} />
        <p class="second">
          {counted
            ? 'You need do nothing now.'
            : 'If you think it was wrong, tell the incident commander. A stand-down undoes what was done.'}
        </p>
      </>
    ),
    tools: <OpenIncident view={view} />,
    one: true,
  };
}

function surfacesOf(decision: DecisionView, people: readonly string[]): string {
  const used = new Set(decision.votes.filter((vote) => people.includes(vote.person)).map((vote) => vote.surface));
  return used.size === 0
    ? ''
    : `, in ${listed([...used].map((surface) => (surface === 'console' ? 'the console' : surface)))}`;
}

/** How the acts that were approved stand by now. */
function WhatFollowed({ decision, view, outcome }: DecideProps & { outcome: string }) {
  if (outcome !== 'approve' || decision.question.acts.length === 0) return null;
  return (
    <ul class="agree" aria-label="What followed">
      {decision.question.acts.map((act) => {
        const step = view.steps[act.path];
        const [glyph, word] = followed(step?.status);
        return (
          <li>
            <Glyph name={glyph} />
            <span>
              <Words of={act.title} />: {word}
              {step?.proof ? ', proved' : ''}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function followed(status: NonNullable<IncidentView['steps'][string]>['status'] | undefined): [GlyphName, string] {
  switch (status) {
    case undefined:
    case 'to-come':
      return ['todo', 'to come'];
    case 'running':
    case 'waiting':
      return ['run', 'running'];
    case 'done':
      return ['done', 'done'];
    case 'failed':
      return ['fail', 'failed; people are asked'];
    case 'skipped':
      return ['skip', 'skipped'];
    case 'taken-over':
      return ['person', 'taken over by hand'];
    case 'undone':
      return ['undo', 'undone'];
    default:
      return status satisfies never;
  }
}

function closed(props: DecideProps, words: string, why: Child): Parts {
  const { decision, view, tap } = props;
  return {
    title: words,
    body: (
      <>
        <Stamp glyph="clock" words={tap ? `${words}. Your tap changed nothing.` : `${words}.`} />
        <p class="lead-q">
          <Words of={decision.question.question} />
        </p>
        <p>{why}</p>
        <p class="second">If something should still be done, tell the incident commander.</p>
      </>
    ),
    tools: <OpenIncident view={view} />,
    one: true,
  };
}

function notYours(props: DecideProps, words: string): Parts {
  const { decision, view, people, plan, frame, me, tap } = props;
  const asked = decision.question;
  const roles = asked.by.map((seat) => seat.role);
  const able = people.filter(
    (person) => person.roles.some((role) => roles.includes(role)) && !asked.excluded.includes(person.id),
  );
  return {
    title: flat(asked.question, 80),
    body: (
      <>
        {tap && <Refused tap={tap} />}
        <div class="notice">
          <Glyph name="info" />
          <h2>{words}.</h2>
          <p>
            It asks the {seatsInWords(asked.by)}
            {able.length > 0 ? (
              <>
                : <Words of={listed(able.map((person) => person.name))} />
              </>
            ) : (
              ''
            )}
            .
          </p>
        </div>
        <h1 class="q">
          <Words of={asked.question} />
        </h1>
        <Counter decision={decision} now={frame.now} />
        <Agreement decision={decision} me={me.id} names={namesOf(people)} />
        <Facts decision={decision} plan={plan} short />
      </>
    ),
    tools: <OpenIncident view={view} />,
    one: true,
  };
}

function unsure(props: DecideProps, answer: string): Parts {
  const { decision, view, draft, frame, once } = props;
  const address = `/incidents/${view.id}/decisions/${decision.question.number}`;
  return {
    title: 'Not confirmed',
    body: (
      <>
        <div class="notice act" role="alert">
          <Glyph name="fail" />
          <h1>Not confirmed. Your answer may not have arrived.</h1>
          <p>Tocsin could not reach the running incident. Trying again is harmless: one person has one vote.</p>
        </div>
        <p class="lead-q">
          <Words of={decision.question.question} />
        </p>
        <Counter decision={decision} now={frame.now} />
        <form method="post" action={address} id="answer" data-send data-then={address}>
          {[...draft]
            .filter(([name]) => name !== 'once')
            .map(([name, value]) => (
              <input type="hidden" name={name} value={value} />
            ))}
          <input type="hidden" name="once" value={once} />
        </form>
      </>
    ),
    tools: (
      <>
        <button class="btn main" type="submit" form="answer">
          Send again: {answerTitle(answer).toLowerCase()}
        </button>
        <a class="btn" href={address}>
          Read the question again
        </a>
      </>
    ),
    one: true,
  };
}

function pending(props: DecideProps, answer: string): Parts {
  const { decision, view } = props;
  const address = `/incidents/${view.id}/decisions/${decision.question.number}`;
  return {
    title: 'Accepted',
    body: (
      <>
        <Stamp glyph="run" words={`${outcomeWord(answer)}: accepted, not yet on the timeline.`} />
        <p class="lead-q">
          <Words of={decision.question.question} />
        </p>
        <p>The incident has taken your answer. It stands on the timeline as soon as that is written.</p>
      </>
    ),
    tools: (
      <>
        <a class="btn main" href={address}>
          Look again
        </a>
        <a class="btn" href={`/incidents/${view.id}`}>
          Open the incident
        </a>
      </>
    ),
    one: true,
  };
}

const namesOf = (people: readonly Person[]): ReadonlyMap<string, string> =>
  new Map(people.map((person) => [person.id, person.name]));

/** An answer in the address is honoured only when it is one, and needs a check. */
export const checkable = (decision: DecisionView, answer: string | undefined): string | null =>
  answer !== undefined && decision.question.options.includes(answer) && needsCheck(decision.question, answer)
    ? answer
    : null;
