import type { Json, JsonObject } from '../incident/json.ts';
import { moment, momentText } from '../incident/moment.ts';
import { counted } from '../incident/phrases.ts';
import type { DoStep, ObligeStep } from '../playbook/plan.ts';
import { type Conductor, type Context, StepFailed } from './conductor.ts';
import type { StepOutcome } from './sequence.ts';

/** People round a moment up to the next minute, and clocks differ a little. */
const AHEAD_MS_MAX = 60_000;
/** Longer ago than any rule's limit: a slip of the pen, not a moment at which somebody knew. */
const AGO_MS_MAX = 400 * 86_400_000;

/** A duty to notify begins to run. The plan goes on at once. */
export async function obligeStep(conductor: Conductor, step: ObligeStep, context: Context): Promise<StepOutcome> {
  const awareAt = awareSince(conductor, step, context);
  const { number, dueAt } = conductor.obligations.open(step, awareAt);
  const { article, law, whom } = step.rule;
  const [aware, due] = [momentText(awareAt), momentText(dueAt)];
  conductor.setOutputs(step, context, { number, aware, due, article, law, whom });
  return 'next';
}

/** Where nobody says since when the organisation knew, it is taken to have known when the incident was opened. */
function awareSince(conductor: Conductor, { aware }: ObligeStep, { variables }: Context): number {
  const now = conductor.stage.now();
  const said = aware === null ? null : conductor.value(aware, variables);
  if (said === null || said === '') return conductor.state.openedAt ?? now;
  const at = typeof said === 'string' ? moment(said) : null;
  const shown = typeof said === 'string' ? `"${said.slice(0, 100)}"` : 'What it was given';
  if (at === null) throw unusable('not-a-moment', `${shown} is no moment such as ${momentText(now)}.`);
  if (at > now + AHEAD_MS_MAX)
    throw unusable('aware-in-future', `${shown} has not come yet: nobody can be aware since then.`);
  if (at < now - AGO_MS_MAX)
    throw unusable('aware-long-ago', `${shown} is more than 400 days ago, longer than any limit runs.`);
  return at;
}

const unusable = (code: string, why: string): StepFailed =>
  new StepFailed({
    code,
    message: `The clock of this notice was not started. ${why}`,
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
