import { agreement, roleInWords, tally } from '../../../incident/decision.ts';
import type { DecisionView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import { hourText } from '../../model/clock.ts';
import { answerTitle, consequence } from '../../model/describe.ts';
import { lastVote, needsCheck, type Standing } from '../../model/standing.ts';
import { Facts } from './facts.tsx';
import { FuseLine } from './fuse.tsx';
import { Glyph } from './glyph.tsx';
import { Countdown, Words } from './text.tsx';

export type QuestionProps = {
  incident: string;
  decision: DecisionView;
  standing: Extract<Standing, { kind: 'asked' | 'answered' }>;
  plan: Plan | null;
  me: string;
  names: ReadonlyMap<string, string>;
  now: number;
  /** Message id of an answer given by one tap. */
  once: string;
};

/** The question as the incident page shows it to the person it waits for. */
export function QuestionCard({ incident, decision, standing, plan, me, names, now, once }: QuestionProps) {
  const { question } = decision;
  return (
    <section
      class="a sheet ask"
      aria-labelledby={`q${question.number}`}
      id={`decision-${question.number}`}
      tabindex={-1}
    >
      <QuestionBar decision={decision} standing={standing} />
      <div class="in">
        <div class="lead">
          <h2 class="q" id={`q${question.number}`}>
            <Words of={question.question} />
          </h2>
          <div class="left">
            <Countdown until={question.until} from={question.askedAt} now={now} />
            <span class="label">left to answer</span>
          </div>
        </div>
        <FuseLine decision={decision} now={now} />
        <Facts decision={decision} plan={plan} />
        <Agreement decision={decision} me={me} names={names} myRole={standing.role} />
        {standing.kind === 'asked' ? (
          <Answers incident={incident} decision={decision} plan={plan} once={once} />
        ) : (
          <p>
            <a href={`/incidents/${incident}/decisions/${question.number}?change=1`}>Change my answer</a>
          </p>
        )}
      </div>
    </section>
  );
}

export function QuestionBar({
  decision,
  standing,
}: {
  decision: DecisionView;
  standing: Extract<Standing, { kind: 'asked' | 'answered' }>;
}) {
  const role = roleInWords(standing.role);
  return (
    <div class={standing.kind === 'asked' ? 'bar' : 'bar calm'}>
      <Glyph name={standing.kind === 'asked' ? 'wait' : 'done'} />
      <span>
        {standing.kind === 'asked' ? `Waiting for you, as ${role}` : `You answered, as ${role}; others have not`}
      </span>
      <span>Decision {decision.question.number}</span>
    </div>
  );
}

/** Deny on the left, approve on the right, both in ink: neither is "the green one". */
export function Answers({
  incident,
  decision,
  plan,
  once,
}: {
  incident: string;
  decision: DecisionView;
  plan: Plan | null;
  once: string;
}) {
  const { question } = decision;
  const two = agreement(question);
  const main = question.kind === 'failure' ? 'retry' : two?.yes;
  // Approve and done are named first; on the screen they stand on the right.
  const sorted = two ? question.options.toReversed() : question.options;
  return (
    <div class={two ? 'acts' : 'acts many'}>
      {sorted.map((answer) => (
        <AnswerButton
          incident={incident}
          decision={decision}
          answer={answer}
          main={answer === main}
          what={consequence(question, answer, plan)}
          once={once}
        />
      ))}
    </div>
  );
}

function AnswerButton(props: {
  incident: string;
  decision: DecisionView;
  answer: string;
  main: boolean;
  what: string;
  once: string;
}) {
  const { incident, decision, answer, main, what, once } = props;
  const { number } = decision.question;
  const address = `/incidents/${incident}/decisions/${number}`;
  const label = (
    <>
      <Words of={answerTitle(answer, decision.question)} />
      <span class="what">
        <Words of={what} />
      </span>
    </>
  );
  const look = main ? 'btn main' : 'btn';
  if (needsCheck(decision.question, answer))
    return (
      <a class={look} href={`${address}?check=${encodeURIComponent(answer)}`} data-key={answer}>
        {label}
      </a>
    );
  return (
    <form method="post" action={address} data-send data-then={address}>
      <input type="hidden" name="answer" value={answer} />
      <input type="hidden" name="once" value={once} />
      <button class={look} type="submit" data-key={answer}>
        {label}
      </button>
    </form>
  );
}

/** Who has agreed, who has not, by seat. */
export function Agreement({
  decision,
  me,
  names,
  myRole,
}: {
  decision: DecisionView;
  me: string;
  names: ReadonlyMap<string, string>;
  /** The reader's own seat, while it is open. */
  myRole?: string | undefined;
}) {
  const { question } = decision;
  if (question.kind === 'failure') return null;
  const { approvals } = tally(question, decision.votes, decision.escalatedAt !== undefined);
  const needed = approvals.reduce((sum, seat) => sum + seat.needed, 0);
  const firstOpen = approvals.find((seat) => seat.have.length < seat.needed);
  const task = question.kind === 'task';
  const must = task ? 'must say so' : 'must approve';
  const rule = needed > 1 ? (needed === 2 ? `both ${must}` : `all ${needed} ${must}`) : `one ${must}`;
  return (
    <ul class="agree" aria-label={task ? 'Who has said that it is done' : 'Who has agreed'}>
      {approvals.flatMap((seat) => [
        ...seat.have.map((person) => (
          <li>
            <Glyph name="done" />
            <span>
              <b>{sentence(roleInWords(seat.role))}</b>,{' '}
              {person === me ? 'you' : <Words of={names.get(person) ?? person} />}
              {task ? ': it is done' : ': approved'}
            </span>
            <time>{hourText(lastVote(decision, person)?.at ?? question.askedAt, true)}</time>
          </li>
        )),
        ...Array.from({ length: Math.max(0, seat.needed - seat.have.length) }, (_, i) => (
          <li>
            <Glyph name="ask" />
            <span>
              <b>{sentence(roleInWords(seat.role))}</b>
              {seat.role === myRole && i === 0 ? ', you' : ''}: not yet
            </span>
            {seat === firstOpen && i === 0 && <span class="small quiet end">{rule}</span>}
          </li>
        )),
      ])}
    </ul>
  );
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
