import type { Json } from '../incident/json.ts';
import { roundName } from '../incident/step-path.ts';
import { type EachStep, ITEMS_MAX } from '../playbook/plan.ts';
import { stepsInRound } from '../playbook/rounds.ts';
import { Abandoned, isThrown, Stopped } from './cancel.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import { runSequence, type StepOutcome } from './sequence.ts';
import { type Frame, newFrame, type StepState } from './state.ts';

type Rounds = { items: readonly Json[]; frames: Record<string, Frame>; steps: NonNullable<StepState['rounds']> };

/** The same steps for every item, in lanes of which each takes the next item when it has done one. */
export async function eachStep(
  conductor: Conductor,
  step: EachStep,
  cur: StepState,
  context: Context,
): Promise<StepOutcome> {
  const items = (cur.items ??= itemsOf(conductor, step, context));
  const rounds: Rounds = { items, frames: (cur.frames ??= {}), steps: (cur.rounds ??= {}) };
  const open = Object.keys(rounds.frames)
    .filter((name) => rounds.frames[name]?.ended === null)
    .sort();
  const crashes: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let name = open.shift() ?? next(conductor, step, cur, rounds); name; name = next(conductor, step, cur, rounds))
      try {
        await playRound(conductor, step, name, rounds, context);
      } catch (error) {
        if (isThrown(error)) continue;
        crashes.push(error);
        return;
      }
  };
  await conductor.fibers.all(Array.from({ length: Math.min(step.atOnce, items.length) }, () => lane));
  if (crashes.length > 0) throw crashes[0];
  context.cancel.check();
  const left = Object.values(rounds.frames);
  if (left.some((frame) => frame.ended === 'stopped')) throw new Stopped();
  const failure = left.find((frame) => frame.failure)?.failure;
  if (failure) throw new Abandoned(failure);
  conductor.record(step.path, 'rounds.finished', { count: items.length });
  conductor.setOutputs(step, context, { count: items.length });
  return 'next';
}

function itemsOf(conductor: Conductor, step: EachStep, context: Context): Json[] {
  const items = conductor.evaluate(step.cel, context.variables);
  const refuse = (code: string, message: string) => new StepFailed({ code, message, retryable: false, effect: 'none' });
  if (!Array.isArray(items)) throw refuse('not-a-list', `this is no list: ${step.cel}`);
  if (items.length > ITEMS_MAX)
    throw refuse(
      'too-many-items',
      `there are ${items.length} items, and at most ${ITEMS_MAX} are dealt with: ${step.cel}`,
    );
  return items;
}

/** Begins the next round, or null when there is none, or one was left: then those that run are let run to their end. */
function next(conductor: Conductor, step: EachStep, cur: StepState, { items, frames, steps }: Rounds): string | null {
  const round = (cur.round ?? 0) + 1;
  if (round > items.length || Object.values(frames).some((frame) => frame.ended !== null)) return null;
  cur.round = round;
  const name = roundName(round);
  frames[name] = newFrame();
  steps[name] = {};
  conductor.record(step.path, 'round.started', { round, of: items.length });
  return name;
}

/** Forgotten when it has ended; one that was left stays, with the reason. */
async function playRound(
  conductor: Conductor,
  step: EachStep,
  name: string,
  rounds: Rounds,
  context: Context,
): Promise<void> {
  const { inputs, locals } = context.variables;
  const item = rounds.items[Number.parseInt(name, 10) - 1] as Json;
  const variables = {
    inputs,
    steps: (rounds.steps[name] ??= {}),
    locals: { ...locals, [step.as]: item },
    outer: context.variables,
  };
  const frame = (rounds.frames[name] ??= newFrame());
  await runSequence(conductor, stepsInRound(step.steps, step.path, name), frame, { ...context, variables });
  delete rounds.frames[name];
  delete rounds.steps[name];
}
