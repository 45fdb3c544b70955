import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { counted } from '../../../incident/phrases.ts';
import type { SlackPost, ViewContext, ViewValues } from '../contract.ts';
import { ACTIONS, type InjectRef, readInjectRef, VIEWS } from '../contract.ts';
import type { HandlerDeps } from './deps.ts';
import { answerForm, assertPlays, drillFor, tellDrill } from './drill.ts';
import { submitCheck } from './drill-run.ts';
import { answering, whereabouts } from './hear.ts';
import { openModal } from './modal.ts';
import { inDrill } from './roster.ts';
import { submitted } from './submit.ts';
import type { Speaker } from './tell-incident.ts';

/** The buttons below what arrives in a drill, and its forms. */
export function drillButtons(app: App, deps: HandlerDeps): void {
  const hear = (action: string, press: (at: Press) => Promise<SlackPost | null>) =>
    app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: action }, async (args) => {
      const { ack, body, action: pressed, client, respond } = args;
      await ack();
      const at = whereabouts(body, client, body.response_url ? respond : undefined);
      const ref = readInjectRef(pressed.value);
      await answering(deps, at, ref?.drill ?? null, async () => {
        if (!ref)
          return deps.replies.plain('This button is of a version that is no longer understood. Nothing was done.');
        const { person } = await deps.people.resolve(body.user.id);
        const by = { person, gesture: body.trigger_id };
        return press({ deps, client, ref, by, trigger: body.trigger_id, channel: at.channel ?? undefined });
      });
    });
  hear(ACTIONS.seen, pressSeen);
  hear(ACTIONS.answerInject, pressAnswer);
  hear(ACTIONS.hotWash, pressHotWash);
  const submit = (callback: string, title: string, work: (read: Submit) => Promise<SlackPost | Errors>) =>
    app.view<ViewSubmitAction>({ callback_id: callback, type: 'view_submission' }, async (args) =>
      submitted(deps, args, title, async (context) => {
        const { person } = await deps.people.resolve(args.body.user.id);
        const values = args.view.state.values as unknown as ViewValues;
        return work({ deps, context, values, by: { person, gesture: args.view.id } });
      }),
    );
  submit(VIEWS.answerInject, 'EXERCISE: your answer', submitAnswer);
  submit(VIEWS.hotWash, 'EXERCISE: hot wash', submitHotWash);
  submit(VIEWS.noDuff, 'NO DUFF', submitNoDuff);
  submit(VIEWS.checkDrill, 'EXERCISE', submitCheck);
}

type Press = {
  deps: HandlerDeps;
  client: WebClient;
  ref: InjectRef;
  by: Speaker;
  trigger: string;
  channel: string | undefined;
};

/** The message itself shows who has read it. */
async function pressSeen({ deps, ref, by }: Press): Promise<null> {
  const story = await drillFor(deps, by.person, ref.drill);
  assertPlays(story, by.person);
  await tellDrill(deps, by, story, { type: 'seen', inject: ref.inject ?? '' }, 'You have read it.');
  return null;
}

async function pressAnswer({ deps, ref, by, ...at }: Press): Promise<SlackPost | null> {
  const story = await drillFor(deps, by.person, ref.drill);
  assertPlays(story, by.person);
  return answerForm(deps, at, story, ref.inject ?? '');
}

async function pressHotWash({ deps, ref, by, client, trigger, channel }: Press): Promise<SlackPost | null> {
  const story = await drillFor(deps, by.person, ref.drill);
  const { script } = await deps.drills.find(ref.drill);
  const context = { incident: ref.drill, ...(channel === undefined ? {} : { channel }) };
  const view = deps.modals.hotWash({ context, story, questions: script.debrief });
  return openModal(deps, client, trigger, view, story);
}

type Errors = { errors: Record<string, string> };
type Submit = { deps: HandlerDeps; context: ViewContext; values: ViewValues; by: Speaker };

async function submitAnswer({ deps, context, values, by }: Submit): Promise<SlackPost | Errors> {
  const read = deps.modals.readAnswerInject(values);
  if ('errors' in read) return read;
  const story = await drillFor(deps, by.person, drillOf(context));
  const about = context.inject ?? null;
  return tellDrill(deps, by, story, { type: 'answer-voice', ...read, about }, `You answered ${read.to}.`);
}

/** Each answer by itself: that of one question is read beside those of others to it. */
async function submitHotWash({ deps, context, values, by }: Submit): Promise<SlackPost | Errors> {
  const read = deps.modals.readHotWash(values);
  if ('errors' in read) return read;
  const id = drillOf(context);
  const story = await drillFor(deps, by.person, id);
  const { answers, anonymous } = read;
  for (const { question, text } of answers)
    await inDrill(story.view, () =>
      deps.drills.hotWash(
        by.person,
        id,
        { question, text, anonymous },
        `slack ${id} hot-wash ${by.gesture} ${question ?? 0}`,
      ),
    );
  const added = counted(answers.length, 'answer');
  return deps.replies.plain(`${id}: ${added} added${anonymous ? ', without your name' : ''}.`, story);
}

async function submitNoDuff({ deps, context, values, by }: Submit): Promise<SlackPost | Errors> {
  const read = deps.modals.readNoDuff(values);
  if ('errors' in read) return read;
  const story = await drillFor(deps, by.person, drillOf(context));
  return tellDrill(deps, by, story, { type: 'endex', because: 'real', ...read }, 'NO DUFF. The exercise is over.');
}

function drillOf({ incident }: ViewContext): string {
  if (incident === undefined) throw new Error('A form of a drill does not say which drill it is about.');
  return incident;
}
