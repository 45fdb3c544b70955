import { agreement } from '../../../incident/decision.ts';
import type { DecisionView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import {
  capabilityTitle,
  consequence,
  defaultSentence,
  listed,
  riskWord,
  targetsOf,
  whyIrreversible,
  worstRisk,
} from '../../model/describe.ts';
import { Glyph } from './glyph.tsx';
import { Words } from './text.tsx';

export function Facts({ decision, plan, short }: { decision: DecisionView; plan: Plan | null; short?: boolean }) {
  const { question } = decision;
  return question.kind === 'failure' ? (
    <FailureFacts decision={decision} />
  ) : (
    <ApprovalFacts decision={decision} plan={plan} short={short ?? false} />
  );
}

function ApprovalFacts({ decision, plan, short }: { decision: DecisionView; plan: Plan | null; short: boolean }) {
  const { question } = decision;
  const risk = worstRisk(question);
  const targets = targetsOf(question);
  const two = agreement(question);
  const task = question.kind === 'task';
  return (
    <dl class="facts">
      <div>
        <dt>{short ? 'What' : 'What will happen'}</dt>
        <dd>
          {task && <>People do it, and say here that it is done. Tocsin does nothing to a system.</>}
          {!task && question.acts.length === 0 && (
            <>The plan goes on. Nothing is done to a system by this answer itself.</>
          )}
          {question.acts.length === 1 && <ActWords act={question.acts[0]!} />}
          {question.acts.length > 1 && (
            <ol class="plain">
              {question.acts.map((act) => (
                <li>
                  <ActWords act={act} />
                </li>
              ))}
            </ol>
          )}
        </dd>
      </div>
      {targets.length > 0 && (
        <div>
          <dt>To what</dt>
          <dd>
            <b>
              <Words of={listed(targets)} />
            </b>
          </dd>
        </div>
      )}
      {question.details && (
        <div>
          <dt>{task ? 'How' : 'Why'}</dt>
          <dd class="prose">
            <Words of={question.details} />
          </dd>
        </div>
      )}
      {risk !== null && (
        <div>
          <dt>Risk</dt>
          <dd>
            <span class="risk">
              {(risk === 'disruptive' || risk === 'irreversible') && <Glyph name="disrupt" />}
              {riskWord[risk]}
            </span>
            {risk === 'disruptive' && undoable(decision) ? ', can be undone' : ''}
          </dd>
        </div>
      )}
      {risk !== null && risk !== 'read' && (
        <div>
          <dt>Undo</dt>
          <dd>
            <Undo decision={decision} />
          </dd>
        </div>
      )}
      {!short && question.acts.some((act) => act.prove) && (
        <div>
          <dt>Done means</dt>
          <dd>
            <Proof decision={decision} />
          </dd>
        </div>
      )}
      {!short && two && (
        <div>
          <dt>{task ? 'If it cannot be done' : 'If denied'}</dt>
          <dd>
            <Words of={`${consequence(question, two.no, plan).replace(/^./, (c) => c.toUpperCase())}.`} />
          </dd>
        </div>
      )}
      {!short && (
        <div>
          <dt>If nobody answers</dt>
          <dd>
            <b>{defaultSentence(question)}</b>
          </dd>
        </div>
      )}
    </dl>
  );
}

type Act = DecisionView['question']['acts'][number];

const ActWords = ({ act }: { act: Act }) => (
  <>
    <Words of={act.title} /> <code class="quiet">{act.capability}</code>
  </>
);

const undoable = (decision: DecisionView): boolean => decision.question.acts.every((act) => act.undo !== undefined);

function Undo({ decision }: { decision: DecisionView }) {
  const undos = [...new Set(decision.question.acts.flatMap((act) => (act.undo ? [act.undo] : [])))];
  const never = decision.question.acts.filter((act) => act.undo === undefined && act.risk !== 'read');
  return (
    <>
      {undos.map((undo, i) => (
        <>
          {i > 0 ? '; ' : ''}
          {capabilityTitle(undo)} <code class="quiet">{undo}</code>
        </>
      ))}
      {never.map((act, i) => (
        <>
          {i > 0 || undos.length > 0 ? '; ' : ''}
          <b>Cannot be undone</b>: <Words of={act.title} />. {whyIrreversible(act.capability) ?? ''}
        </>
      ))}
    </>
  );
}

function Proof({ decision }: { decision: DecisionView }) {
  const proofs = [...new Set(decision.question.acts.flatMap((act) => (act.prove ? [act.prove] : [])))];
  return (
    <>
      {proofs.map((proof, i) => (
        <>
          {i > 0 ? '; ' : ''}
          {capabilityTitle(proof)} <code class="quiet">{proof}</code>
        </>
      ))}
    </>
  );
}

function FailureFacts({ decision }: { decision: DecisionView }) {
  const { question } = decision;
  const failure = question.failure;
  return (
    <dl class="facts">
      <div>
        <dt>What went wrong</dt>
        <dd class="prose">
          <Words of={failure?.message ?? 'No message was given.'} /> <code class="quiet">{failure?.code}</code>
        </dd>
      </div>
      <div>
        <dt>Step</dt>
        <dd>
          <code>{question.path}</code>
          {failure?.undo ? ', while it was being undone' : ''}
        </dd>
      </div>
      {question.details && (
        <div>
          <dt>Why</dt>
          <dd class="prose">
            <Words of={question.details} />
          </dd>
        </div>
      )}
      {(failure?.outputs.length ?? 0) > 0 && (
        <div>
          <dt>Its outputs</dt>
          <dd>
            {listed(failure?.outputs ?? [])}. To skip it or take it over, give them if you can: a later step that needs
            one and does not find it becomes a question.
          </dd>
        </div>
      )}
      <div>
        <dt>If nobody answers</dt>
        <dd>
          <b>{defaultSentence(question)}</b>
        </dd>
      </div>
    </dl>
  );
}
