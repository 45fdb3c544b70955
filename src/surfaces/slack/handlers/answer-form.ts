import type { App, ViewSubmitAction } from '@slack/bolt';
import type { ViewContext, ViewValues } from '../contract.ts';
import { VIEWS } from '../contract.ts';
import { answerQuestion, asked } from './answer.ts';
import type { HandlerDeps } from './deps.ts';
import { submitted } from './submit.ts';

/** The modal of an answer: confirmation of a risky act, a reason, a form, outputs of a step. */
export function answerForm(app: App, deps: HandlerDeps): void {
  app.view<ViewSubmitAction>({ callback_id: VIEWS.answer, type: 'view_submission' }, async (args) =>
    submitted(deps, args, 'Your answer', async (context) => {
      const { user } = args.body;
      const { incident, number, answer } = complete(context);
      const resolving = deps.people.resolve(user.id);
      resolving.catch(() => undefined);
      const about = await asked(deps, incident, number);
      const { decision, plan } = about;
      const values = args.view.state.values as unknown as ViewValues;
      const read = deps.modals.readAnswer({ values, question: decision.question, answer, plan });
      if ('errors' in read) return read;
      // The modal has said what an approve will do: sending it is the confirmation.
      const given = { incident, number, answer, ...read, confirmed: true, gesture: args.view.id };
      return (await answerQuestion(deps, await resolving, given, about)).said;
    }),
  );
}

function complete({ incident, number, answer }: ViewContext): { incident: string; number: number; answer: string } {
  if (incident === undefined || number === undefined || answer === undefined)
    throw new Error('A modal for an answer does not say which question it answers.');
  return { incident, number, answer };
}
