import type { Step } from '../playbook/plan.ts';
import { askStep } from './ask.ts';
import {
  Abandoned,
  type BranchCalledOff,
  Cancelled,
  type CancelScope,
  type Failure,
  isThrown,
  Stopped,
  type Thrown,
} from './cancel.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { doStep } from './do.ts';
import { eachStep } from './each.ts';
import { askAboutFailure, settleFailure } from './failure.ts';
import { ifStep } from './if.ts';
import { obligeStep } from './oblige.ts';
import { parallelStep } from './parallel.ts';
import { repeatStep } from './repeat.ts';
import { runPlaybook } from './run.ts';
import { sayStep } from './say.ts';
import type { ActFault } from './stage.ts';
import type { BlockOutcome, Frame, StepState } from './state.ts';
import { tryStep } from './try.ts';
import { waitStep } from './wait.ts';

/** `ended` is set when the rest of the block is to be skipped: a question was denied, or a failure was handled by `on-failure`. */
export type StepOutcome = 'next' | { ended: BlockOutcome };

/** Runs the steps of one block, in order, from where its frame stands. */
export async function runSequence(
  conductor: Conductor,
  steps: readonly Step[],
  frame: Frame,
  context: Context,
): Promise<BlockOutcome> {
  if (frame.ended) return endedOutcome(frame);
  while (frame.pos < steps.length) {
    const step = steps[frame.pos] as Step;
    frame.cur ??= {};
    let outcome: StepOutcome;
    try {
      outcome = await runStep(conductor, step, frame.cur, context);
    } catch (error) {
      throw leave(conductor, steps, frame, error, context.cancel.reason);
    }
    frame.cur = null;
    frame.pos++;
    if (outcome !== 'next') {
      frame.ended = outcome.ended;
      skipRest(conductor, steps.slice(frame.pos), outcome.ended);
      return outcome.ended;
    }
  }
  frame.ended = 'completed';
  return 'completed';
}

function skipRest(conductor: Conductor, rest: readonly Step[], ended: BlockOutcome | BranchCalledOff): void {
  for (const step of rest)
    conductor.record(step.path, 'step.skipped', { reason: `The block ended: ${ended}.`, by: 'end' });
}

/** Thrown outcomes are state too: a block that was left so stays left after continue-as-new. */
function leave(
  conductor: Conductor,
  steps: readonly Step[],
  frame: Frame,
  error: unknown,
  reason: CancelScope['reason'],
): unknown {
  if (!isThrown(error)) return error;
  frame.ended = endOf(error);
  if (error instanceof Abandoned) {
    frame.failure = error.failure;
    skipRest(conductor, steps.slice(frame.pos + 1), 'failed');
  }
  // Of a whole plan that is called off, its end says so.
  if (error instanceof Cancelled && reason && reason !== 'stand-down' && reason !== 'unwind')
    skipRest(conductor, steps.slice(frame.pos + 1), reason);
  return error;
}

function endOf(thrown: Thrown): Frame['ended'] {
  if (thrown instanceof Abandoned) return 'abandoned';
  return thrown instanceof Stopped ? 'stopped' : 'cancelled';
}

function endedOutcome(frame: Frame): BlockOutcome {
  if (frame.ended === 'abandoned') throw new Abandoned(frame.failure as Failure);
  if (frame.ended === 'stopped') throw new Stopped();
  if (frame.ended === 'cancelled') throw new Cancelled();
  return frame.ended ?? 'completed';
}

async function runStep(conductor: Conductor, step: Step, cur: StepState, context: Context): Promise<StepOutcome> {
  for (;;) {
    if (!cur.fault) {
      // Begin nothing new while held; a step that has begun is let through to take up its waiting.
      const gate = cur.due ? undefined : conductor.gate(step.path, context.cancel, false);
      if (gate) await gate;
      try {
        if (!cur.due) {
          if (step.when && !conductor.condition(step.when.cel, context.variables)) {
            conductor.record(step.path, 'step.skipped', {
              reason: `Not needed: ${step.when.cel} is false.`,
              by: 'condition',
            });
            return 'next';
          }
          cur.due = true;
        }
        const outcome = await dispatch(conductor, step, cur, context);
        conductor.changed();
        return outcome;
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
        cur.fault = error.fault;
        delete cur.question;
        delete cur.answer;
        conductor.record(step.path, 'step.failed', { code: error.fault.code, message: error.fault.message });
      }
    }
    if ((step.kind === 'do' || step.kind === 'ask') && step.onFailure) {
      cur.frame ??= { pos: 0, cur: null, ended: null };
      await runSequence(conductor, step.onFailure, cur.frame, context);
      return { ended: 'failed' };
    }
    if (context.caught) throw new Abandoned(failureOf(step, cur.fault));
    const answer = await askAboutFailure(conductor, step, cur, context);
    if (settleFailure(conductor, step, cur, context, answer) === 'next') return 'next';
  }
}

const failureOf = (step: Step, { code, message }: ActFault): Failure => ({ step: step.id, code, message });

function dispatch(conductor: Conductor, step: Step, cur: StepState, context: Context): Promise<StepOutcome> {
  switch (step.kind) {
    case 'do':
      return doStep(conductor, step, cur, context);
    case 'ask':
      return askStep(conductor, step, cur, context);
    case 'say':
      return sayStep(conductor, step, cur, context);
    case 'wait':
      return waitStep(conductor, step, cur, context);
    case 'if':
      return ifStep(conductor, step, cur, context);
    case 'parallel':
      return parallelStep(conductor, step, cur, context);
    case 'run':
      return runPlaybook(conductor, step, cur, context);
    case 'oblige':
      return obligeStep(conductor, step, context);
    case 'try':
      return tryStep(conductor, step, cur, context);
    case 'each':
      return eachStep(conductor, step, cur, context);
    case 'repeat':
      return repeatStep(conductor, step, cur, context);
    default:
      return step satisfies never;
  }
}
