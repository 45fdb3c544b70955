import type { Child } from 'hono/jsx';
import { agreement, labelOf, seatsInWords } from '../../../incident/decision.ts';
import type { IncidentView } from '../../../incident/view.ts';
import { spanText } from '../../model/clock.ts';
import { answeredIn, answerTitle, listed, outcomeWord } from '../../model/describe.ts';
import type { Standing } from '../../model/standing.ts';
import { Facts } from '../parts/facts.tsx';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { Agreement } from '../parts/question.tsx';
import { flat, When, Words } from '../parts/text.tsx';
import { Counter, type DecideProps, OpenIncident, type Parts, Refused, Stamp } from './decide-parts.tsx';

export function answered(props: DecideProps, standing: Extract<Standing, { kind: 'answered' }>): Parts {
  const { decision, view, me, names, frame } = props;
  const words = outcomeWord(standing.vote.answer, decision.question);
  return {
    title: `${words}, recorded`,
    body: (
      <>
        <Refused tap={props.tap} />
        <Stamp glyph="done" words={`${words}. Your answer is recorded.`} />
        <p class="lead-q">
          <Words of={decision.question.question} />
        </p>
        <Agreement decision={decision} me={me.id} names={names} />
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

export function made(props: DecideProps, { made, mine }: Extract<Standing, { kind: 'made' }>): Parts {
  const { decision, view, me, names, frame, tap } = props;
  const counted = mine !== null && made.people.includes(me.id) && tap?.kind !== 'refused';
  const word = outcomeWord(made.outcome, decision.question);
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
              Nobody answered in time. It counts as <b>{labelOf(decision.question, made.outcome) ?? made.outcome}</b>{' '}
              since <When at={made.at} now={frame.now} />.
            </>
          ) : (
            <>
              <b>{word}</b> by{' '}
              <Words of={listed(made.people.map((id) => (id === me.id ? 'you' : (names.get(id) ?? id))))} /> at{' '}
              <When at={made.at} now={frame.now} />, {spanText(made.at - decision.question.askedAt)} after it was asked
              {answeredIn(decision.votes, made.people)}.
            </>
          )}
        </p>
        {made.reason && (
          <blockquote class="second">
            “<Words of={made.reason} />”
          </blockquote>
        )}
        {made.outcome === agreement(decision.question)?.yes && (
          <Agreement decision={decision} me={me.id} names={names} />
        )}
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

export function closed(props: DecideProps, words: string, why: Child): Parts {
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

export function notYours(props: DecideProps, words: string): Parts {
  const { decision, view, people, names, plan, frame, me, tap } = props;
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
        <Agreement decision={decision} me={me.id} names={names} />
        <Facts decision={decision} plan={plan} short />
      </>
    ),
    tools: <OpenIncident view={view} />,
    one: true,
  };
}

export function unsure(props: DecideProps, answer: string): Parts {
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
          Send again: {answerTitle(answer, decision.question).toLowerCase()}
        </button>
        <a class="btn" href={address}>
          Read the question again
        </a>
      </>
    ),
    one: true,
  };
}

export function pending(props: DecideProps, answer: string): Parts {
  const { decision, view } = props;
  const address = `/incidents/${view.id}/decisions/${decision.question.number}`;
  return {
    title: 'Accepted',
    body: (
      <>
        <Stamp glyph="run" words={`${outcomeWord(answer, decision.question)}: accepted, not yet on the timeline.`} />
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
