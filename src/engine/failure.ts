import type { Question } from '../incident/decision.ts';
import { person, TOCSIN } from '../incident/events.ts';
import type { FailureRule, Step } from '../playbook/plan.ts';
import { NOT_PROVED } from '../playbook/proved.ts';
import { Cancelled, Stopped } from './cancel.ts';
import type { Conductor, Context } from './conductor.ts';
import { obligeByHand } from './oblige.ts';
import type { ActFault } from './stage.ts';
import type { Answer, StepState } from './state.ts';

const ANSWERS = ['retry', 'skip', 'take-over', 'stop', 'unwind'];
const UNDO_ANSWERS = ['retry', 'skip', 'take-over'];
/** The plan's `finally` runs after the time to unwind. */
const FINALLY_ANSWERS = ['retry', 'skip', 'take-over', 'stop'];

/** A failed step is a question to the incident commander, not a dead run. */
export function askAboutFailure(conductor: Conductor, step: Step, cur: StepState, context: Context): Promise<Answer> {
  const outputs = step.kind === 'do' ? step.outputs : step.kind === 'oblige' ? ['aware'] : [];
  return conductor.questions.answer(cur, context.cancel, (number) =>
    failureQuestion(conductor, number, {
      path: step.path,
      title: step.title,
      fault: cur.fault as ActFault,
      outputs,
      undo: false,
    }),
  );
}

type Failed = { path: string; title: string; fault: ActFault; outputs: string[]; undo: boolean };

export function failureQuestion(conductor: Conductor, number: number, failed: Failed): Question {
  const { plan, state } = conductor.runAt(failed.path);
  const rule: FailureRule = plan.onFailedStep;
  const askedAt = conductor.stage.now();
  return {
    number,
    kind: 'failure',
    path: failed.path,
    question: failed.undo ? `“${failed.title}” could not be undone. What now?` : `“${failed.title}” failed. What now?`,
    options: failed.undo ? UNDO_ANSWERS : state.phase === 'finally' ? FINALLY_ANSWERS : ANSWERS,
    by: rule.by,
    excluded: [],
    askedAt,
    until: askedAt + rule.withinMs,
    remindAt: rule.remindMs.map((offset) => askedAt + offset),
    ...(rule.escalate && {
      escalate: { at: askedAt + rule.escalate.afterMs, to: rule.escalate.to, page: rule.escalate.page },
    }),
    otherwise: failed.undo ? 'skip' : rule.otherwise,
    acts: [],
    failure: { code: failed.fault.code, message: failed.fault.message, outputs: failed.outputs, undo: failed.undo },
  };
}

/** Of the failed step's own plan: what the others have done is none of this failure's matter. */
function unwindPlan(conductor: Conductor, path: string): void {
  const { state, main } = conductor.runAt(path);
  state.cancelled ??= 'unwind';
  main.cancel('unwind');
}

/** Acts on the answer: `retry` clears the step's state, so that everything is evaluated afresh. */
export function settleFailure(
  conductor: Conductor,
  step: Step,
  cur: StepState,
  context: Context,
  answer: Answer,
): 'again' | 'next' {
  const actor = answer.person ? person(answer.person) : TOCSIN;
  const reason = answer.reason ?? '';
  switch (answer.outcome) {
    case 'retry': {
      const humanRetries = (cur.humanRetries ?? 0) + 1;
      for (const key of Object.keys(cur)) delete cur[key as keyof StepState];
      Object.assign(cur, { due: true, humanRetries });
      return 'again';
    }
    case 'skip':
      conductor.record(step.path, 'step.skipped', { reason, by: 'person' }, actor);
      break;
    case 'take-over':
      conductor.record(step.path, 'step.taken-over', { reason, outputs: answer.outputs }, actor);
      if (step.kind === 'do' && step.fulfils)
        conductor.obligations.fulfil(step.fulfils, `By hand: ${reason || 'no reason was given'}`, step.path, actor);
      if (step.kind === 'oblige') {
        obligeByHand(conductor, step, context, answer.outputs);
        conductor.changed();
        return 'next';
      }
      break;
    case 'unwind':
      unwindPlan(conductor, step.path);
      // The `finally` of a playbook that the plan runs is shielded: the rest of it stops, and then the plan unwinds.
      throw context.cancel.reason ? new Cancelled() : new Stopped();
    default:
      // Nobody said that the law does not bind: its clock runs, since the opening, although the plan goes no further.
      if (step.kind === 'oblige' && answer.person === null) obligeByHand(conductor, step, context, null);
      throw new Stopped();
  }
  // The word of people is no proof.
  if (step.kind === 'do' && step.prove) conductor.setOutputs(step, context, { ...answer.outputs, ...NOT_PROVED });
  else if (answer.outputs) conductor.setOutputs(step, context, answer.outputs);
  conductor.changed();
  return 'next';
}
