import { roleInWords } from '../../../incident/decision.ts';
import type { DecisionView } from '../../../incident/view.ts';
import { defaultSentence } from '../../model/describe.ts';
import { needsCheck, type Standing, standingOf } from '../../model/standing.ts';
import { exerciseOf } from '../parts/exercise.ts';
import { Facts } from '../parts/facts.tsx';
import { Glyph, SeverityMark } from '../parts/glyph.tsx';
import { Document } from '../parts/layout.tsx';
import { Agreement, Answers } from '../parts/question.tsx';
import { flat, Words } from '../parts/text.tsx';
import { confirm } from './decide-check.tsx';
import { answered, closed, made, notYours, pending, unsure } from './decide-done.tsx';
import { Counter, type DecideProps, type Parts, Refused } from './decide-parts.tsx';

export function DecidePage(props: DecideProps) {
  const { frame, view, decision } = props;
  const parts = screen(props);
  return (
    <Document frame={frame} title={`${parts.title} – ${view.id}`} exercise={exerciseOf(view, props.me.id)}>
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

function question(props: DecideProps, standing: Extract<Standing, { kind: 'asked' | 'answered' }>): Parts {
  const { decision, view, plan, me, frame, names, once } = props;
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
        <Agreement decision={decision} me={me.id} names={names} myRole={standing.role} />
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

/** An answer in the address is honoured only when it is one, and needs a check. */
export const checkable = (decision: DecisionView, answer: string | undefined): string | null =>
  answer !== undefined && decision.question.options.includes(answer) && needsCheck(decision.question, answer)
    ? answer
    : null;
