import type { Json, JsonObject } from '../incident/json.ts';
import { momentText } from '../incident/moment.ts';
import { counted } from '../incident/phrases.ts';
import type { DoStep, ObligeStep } from '../playbook/plan.ts';
import { awareSince, sinceOpened, type Unusable } from './aware.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import type { StepOutcome } from './sequence.ts';

/** A duty to notify begins to run. The plan goes on at once. */
export async function obligeStep(conductor: Conductor, step: ObligeStep, context: Context): Promise<StepOutcome> {
  const said = step.aware === null ? null : conductor.value(step.aware, context.variables);
  const known = awareSince(conductor, said);
  if ('code' in known) throw unusable(known);
  startClock(conductor, step, context, known.at);
  return 'next';
}

/** After a moment that could not be used: the one that somebody gives in its place, who was heard only once it could be. */
export function obligeByHand(
  conductor: Conductor,
  step: ObligeStep,
  context: Context,
  outputs: JsonObject | null,
): void {
  const known = awareSince(conductor, outputs?.aware ?? null);
  startClock(conductor, step, context, 'at' in known ? known.at : sinceOpened(conductor));
}

function startClock(conductor: Conductor, step: ObligeStep, context: Context, awareAt: number): void {
  const { number, dueAt } = conductor.obligations.open(step, awareAt);
  const { article, law, whom } = step.rule;
  const [aware, due] = [momentText(awareAt), momentText(dueAt)];
  conductor.setOutputs(step, context, { number, aware, due, article, law, whom });
}

const unusable = ({ code, why }: Unusable): StepFailed =>
  new StepFailed({
    code,
    message: `The clock of this notice was not started. ${why} Take the step over to start it from the moment that you give.`,
    retryable: false,
    effect: 'none',
  });

/** How an act gave notice, in a sentence for the timeline. */
export function noticeGiven(step: DoStep, input: JsonObject, outputs: JsonObject): string {
  switch (step.use.capability) {
    case 'notify.mail': {
      const recipients = typeof outputs.recipients === 'number' ? `, ${counted(outputs.recipients, 'recipient')}` : '';
      return `A mail was sent to ${shortened(input.to)}${recipients}.`;
    }
    case 'notify.webhook':
      return `A signed webhook was delivered: ${shortened(input.event)}.`;
    default:
      return `“${step.title}” was done.`;
  }
}

const shortened = (value: Json | undefined): string => String(value).slice(0, 200);
