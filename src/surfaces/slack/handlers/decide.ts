import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { isExercise } from '../../../incident/ids.ts';
import { needsCheck } from '../../model/standing.ts';
import type { SlackPerson, SlackPost, Story } from '../contract.ts';
import { ACTIONS, readRef } from '../contract.ts';
import { type Answered, type Asked, answerQuestion, asked, background, refresh, refused, whyNot } from './answer.ts';
import type { HandlerDeps } from './deps.ts';
import { lookerIn, storyOf } from './deps.ts';
import { answering, whereabouts } from './hear.ts';
import { knownSoon } from './known.ts';
import { openModal } from './modal.ts';
import type { Told } from './tell.ts';
import { standingFor } from './waiting.ts';

const ANSWER = new RegExp(`^${ACTIONS.answer.replaceAll('.', '\\.')}(.+)$`);

/** The buttons under a question, in a channel, a direct message, Home or a list that one person sees. */
export function decisionButtons(app: App, deps: HandlerDeps): void {
  const taps = createTaps(deps);
  const hear = (pattern: string | RegExp, answerOf: (actionId: string) => string) =>
    app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: pattern }, async (args) => {
      const { ack, body, action, client, respond } = args;
      await ack();
      const at = whereabouts(body, client, body.response_url ? respond : undefined);
      const ref = readRef(action.value);
      await answering(deps, at, ref?.incident ?? null, async () => {
        if (!ref)
          return deps.replies.plain('This button is of a version that is no longer understood. Nothing was done.');
        const ts = body.container?.message_ts;
        if (at.channel && ts && !at.ephemeral)
          background(deps, ref.incident, async () => deps.posts.adopt(at.channel ?? '', ts, ref));
        const click = { ...ref, answer: answerOf(action.action_id), user: body.user.id, trigger: body.trigger_id };
        const context = { ...(at.channel ? { channel: at.channel } : {}), ...(ts ? { ts } : {}) };
        const answered = await taps(client, { ...click, context });
        return answered?.taken && at.ephemeral
          ? withTheRest(deps, body.user.id, ref.incident, answered.said)
          : (answered?.said ?? null);
      });
    });
  hear(ACTIONS.approve, () => 'approve');
  hear(ACTIONS.deny, () => 'deny');
  hear(ANSWER, (id) => ANSWER.exec(id)?.[1] ?? '');
  // A button that is a link: Slack opens it by itself and wants to hear that we know.
  app.action(ACTIONS.open, async ({ ack }) => ack());
}

/** More would not fit into one message beside what has just been said. */
const REST_MAX = 4;

/** Clicked in a list that one person sees: what came of it, and what still waits, take its place. Drills are lists of their own. */
async function withTheRest(deps: HandlerDeps, user: string, incident: string, said: SlackPost): Promise<Told> {
  const { person } = await deps.people.resolve(user, { fresh: false });
  const { waiting } = await standingFor(deps, person, isExercise(incident) ? incident : null);
  if (waiting.length === 0) return { ...said, replaces: true };
  const rest = deps.replies.questions(waiting.slice(0, REST_MAX), deps.now());
  return { text: said.text, blocks: [...said.blocks, { type: 'divider' }, ...rest.blocks], replaces: true };
}

export type Click = {
  incident: string;
  number: number;
  answer: string;
  user: string;
  trigger: string;
  /** Where the person is: kept in the modal, for words that only they see. */
  context: { channel?: string; ts?: string };
};

/** Two taps that come together are one answer: the second hears what came of the first. */
function createTaps(deps: HandlerDeps) {
  const underWay = new Map<string, Promise<Answered | null>>();
  return (client: WebClient, click: Click): Promise<Answered | null> => {
    const key = [click.user, click.incident, click.number, click.answer].join(' ');
    const running = underWay.get(key);
    if (running) return running;
    const tapped = answerOrAsk(deps, client, click).finally(() => underWay.delete(key));
    underWay.set(key, tapped);
    return tapped;
  };
}

/** One tap decides; what needs a reason, a form or a confirmation opens a modal. Null: the modal is what the person sees. */
export async function answerOrAsk(deps: HandlerDeps, client: WebClient, click: Click): Promise<Answered | null> {
  const resolving = deps.people.resolve(click.user);
  // Awaited below, perhaps after a modal has been opened: until then its failure is not unhandled.
  resolving.catch(() => undefined);
  const about = await asked(deps, click.incident, click.number);
  if (!needsCheck(about.decision.question, click.answer))
    return answerQuestion(deps, await resolving, { ...click, confirmed: false, gesture: click.trigger }, about);
  const who = await knownSoon(resolving);
  const no = who && whyNot(deps, about, who);
  if (who && no) {
    refresh(deps, click.incident);
    return { taken: false, said: refused(deps, no, about, who.person) };
  }
  const failed = await openModal(deps, client, click.trigger, formFor(deps, click, about, who), storyIn(deps, about));
  return failed ? { taken: false, said: failed } : null;
}

function formFor(deps: HandlerDeps, click: Click, about: Asked, who: SlackPerson | null): ModalView {
  const { incident, number, answer } = click;
  return deps.modals.answer({
    story: storyIn(deps, about),
    decision: about.decision,
    answer,
    context: { incident, number, answer, ...click.context },
    me: who ? lookerIn(who.person, about.view) : undefined,
  });
}

const storyIn = (deps: HandlerDeps, asked: Asked): Story => storyOf(deps, asked);
