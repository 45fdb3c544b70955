import type { Question } from '../incident/decision.ts';
import { SystemSnapshot } from '../incident/events.ts';
import { allAnswers } from '../incident/form.ts';
import type { AskStep, DoStep } from '../playbook/plan.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import type { ActFault } from './stage.ts';
import { type Answer, newFrame, type StepState, type Variables } from './state.ts';

/**
 * A decision by people. Denied: `on-deny` runs, and the rest of the block is skipped. Own options deny nothing: the plan goes on.
 * A task that is not done is a failed step.
 */
export async function askStep(
  conductor: Conductor,
  step: AskStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  const answer = await conductor.questions.answer(cur, context.cancel, (number) =>
    questionOf(conductor, step, context, number),
  );
  const { outcome } = answer;
  if (step.task && outcome !== 'done') throw new StepFailed(notDone(answer));
  conductor.setOutputs(step, context, {
    outcome,
    ...(step.form && { answers: allAnswers(step.form, answer.outputs) }),
    // As people read it: what is sent later on is what they approved, whatever has become known since.
    ...(answer.details !== undefined && { details: answer.details }),
  });
  if (step.options || step.task || outcome === 'approve') return 'next';
  cur.frame ??= newFrame();
  await runSequence(conductor, step.onDeny ?? [], cur.frame, context);
  return { ended: 'denied' };
}

const notDone = ({ by, reason }: Answer): ActFault => ({
  code: by === 'default' ? 'nobody-did-it' : 'not-done',
  message: by === 'default' ? 'Nobody said in time that it was done.' : `It could not be done: ${reason ?? ''}`,
  retryable: false,
  effect: 'none',
});

/** What a task can be answered with, in words. */
const TASK_LABELS = { done: 'Done', 'not-done': 'Could not be done' };

function questionOf(conductor: Conductor, step: AskStep, context: Context, number: number): Question {
  const { variables } = context;
  const askedAt = conductor.stage.now();
  return {
    number,
    kind: step.task ? 'task' : step.options ? 'choice' : 'approval',
    path: step.path,
    question: conductor.text(step.question, variables),
    ...(step.details && { details: conductor.text(step.details, variables) }),
    options: step.task ? Object.keys(TASK_LABELS) : (step.options?.map((option) => option.id) ?? ['approve', 'deny']),
    ...(step.task && { labels: TASK_LABELS }),
    ...(step.options && { labels: Object.fromEntries(step.options.map(({ id, title }) => [id, title])) }),
    ...(step.form && { form: step.form }),
    by: step.by,
    excluded: step.requesterMayDecide ? [] : requesters(conductor, step.path),
    askedAt,
    until: askedAt + step.withinMs,
    remindAt: step.remindMs.map((offset) => askedAt + offset),
    ...(step.escalate && {
      escalate: { at: askedAt + step.escalate.afterMs, to: step.escalate.to, page: step.escalate.page },
    }),
    otherwise: step.otherwise,
    acts: step.covers.flatMap((path) => actOf(conductor, path, variables)),
  };
}

/** Whoever opened the incident, and whoever added the plan that asks: nobody decides alone what they asked for. */
function requesters(conductor: Conductor, path: string): string[] {
  const { addedBy } = conductor.runAt(path);
  return [...new Set([conductor.opening.requester, addedBy])].filter((person) => person !== null);
}

function actOf(conductor: Conductor, path: string, variables: Variables): Question['acts'] {
  const step = conductor.stepAt(path);
  if (step?.kind !== 'do') return [];
  const { capability, risk } = step.use;
  const target = targetOf(conductor, step, variables);
  return [
    {
      path,
      title: step.title,
      capability,
      risk,
      ...(target && { target }),
      ...(step.undo && { undo: step.undo.capability }),
      ...(step.prove && { prove: step.prove.capability }),
    },
  ];
}

/** The AI system or the recipient that the act is aimed at. Undefined while a later step must still tell: better none than another's name. */
function targetOf(conductor: Conductor, { use }: DoStep, variables: Variables): string | undefined {
  const target = use.with.system ?? use.with.to;
  if (!target) return undefined;
  try {
    const id = conductor.text(target, variables);
    return nameOf(conductor, id, variables) ?? id;
  } catch (error) {
    if (error instanceof StepFailed) return undefined;
    throw error;
  }
}

function nameOf({ opening }: Conductor, id: string, { inputs }: Variables): string | undefined {
  for (const one of [opening.system, ...Object.values(inputs)]) {
    const system = SystemSnapshot.safeParse(one).data;
    if (system?.id === id) return system.name;
  }
  return undefined;
}
