import type { Child } from 'hono/jsx';
import { hasForm, needsReason, roleInWords, tally, type Vote } from '../../../incident/decision.ts';
import type { DecisionView } from '../../../incident/view.ts';
import { answerTitle, capabilityTitle, consequence, inSentence, listed, targetsOf } from '../../model/describe.ts';
import { outputFields } from '../../model/outputs.ts';
import { standingOf } from '../../model/standing.ts';
import { FormFields } from '../parts/form-fields.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { Words } from '../parts/text.tsx';
import { type DecideProps, type Parts, Refused } from './decide-parts.tsx';

/** The check: Confirm stands above, where neither Deny nor Approve was; the place of Approve now goes back. */
export function confirm(props: DecideProps, answer: string): Parts {
  const { decision, view, errors, once } = props;
  const asked = decision.question;
  const address = `/incidents/${view.id}/decisions/${asked.number}`;
  const approve = answer === 'approve';
  const title = approve ? checkTitle(props) : `${answerTitle(answer, asked)}?`;
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
          {hasForm(asked, answer) && <FormFields form={asked.form ?? []} draft={props.draft} errors={errors} />}
          <ReasonField {...props} required={needsReason(asked, answer)} />
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
  if (answer !== 'approve' || act === undefined || act.title.length > 60)
    return <Words of={inSentence(answerTitle(answer, question))} />;
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
