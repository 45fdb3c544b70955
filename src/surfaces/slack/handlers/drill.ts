import type { WebClient } from '@slack/web-api';
import type { ExerciseCommand } from '../../../incident/exercise-messages.ts';
import { type ExerciseView, seatsOf } from '../../../incident/exercise-view.ts';
import { incidentOr404 } from '../../commands.ts';
import { isOnRoster } from '../../drills/spoilers.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND, type SlackPost, type Story, type ViewContext } from '../contract.ts';
import { playersMeant } from '../roster.ts';
import { refresh } from './answer.ts';
import { type HandlerDeps, storyOf } from './deps.ts';
import type { DrillSaid } from './drill-text.ts';
import { openModal } from './modal.ts';
import { inDrill, strangerTo } from './roster.ts';
import type { Speaker } from './tell-incident.ts';

/** What people say to a drill beside what they say to any incident. */
export type DrillStory = Story & { view: Story['view'] & { exercise: ExerciseView } };

/** A drill of whose roster they are. Throws Problem. */
export async function drillFor(deps: HandlerDeps, person: Person, id: string): Promise<DrillStory> {
  const story = storyOf(deps, await incidentOr404(deps.reader, id));
  if (!isDrill(story))
    throw new Problem({
      status: 422,
      code: 'not-a-drill',
      message: `${id} is no drill.`,
      notDone: 'Nothing was done.',
    });
  const stranger = strangerTo(story.view, person);
  if (stranger) throw stranger;
  return story;
}

export const isDrill = (story: Story): story is DrillStory => story.view.exercise !== undefined;

/** Those that people play now. */
export async function runningDrills(deps: HandlerDeps): Promise<DrillStory[]> {
  const views = await deps.reader.incidents({ status: ['open', 'resolved'], drills: true });
  const ids = views.filter(({ exercise }) => exercise?.clock && exercise.endedAt === undefined).map(({ id }) => id);
  const found = await Promise.all(ids.map((id) => deps.reader.incident(id)));
  return found.flatMap((one) => (one ? [storyOf(deps, one)] : [])).filter(isDrill);
}

/** The one that is named or played here, else the only one that they play. Throws Problem. */
async function drillMeant(deps: HandlerDeps, person: Person, named: string | null): Promise<DrillStory> {
  if (named !== null) return drillFor(deps, person, named);
  const [only, ...more] = (await runningDrills(deps)).filter(({ view }) => isOnRoster(view.exercise, person.id));
  if (only && more.length === 0) return only;
  const ids = [only, ...more].flatMap((one) => (one ? [one.view.id] : []));
  throw new Problem({
    status: 409,
    code: only ? 'several-drills' : 'no-drill',
    message: only ? `You play in several drills: ${ids.join(', ')}.` : 'You play in no drill that runs.',
    notDone: 'Nothing was done.',
    next: only ? `Name one: ${COMMAND} drill seen ${only.view.id} 3.` : `What runs: ${COMMAND} drill.`,
  });
}

/** Says it as this person, once however often Slack brings it. */
export async function tellDrill(
  deps: HandlerDeps,
  { person, gesture }: Speaker,
  story: DrillStory,
  command: ExerciseCommand,
  done: string,
): Promise<SlackPost> {
  const { id } = story.view;
  await inDrill(story.view, () => deps.drills.tell(person, id, command, `slack ${id} ${command.type} ${gesture}`));
  refresh(deps, id);
  return deps.replies.plain(`${id}: ${done}`, story);
}

/** `/tocsin drill …`. Null: a form is on the screen. */
export async function obeyDrill(
  deps: HandlerDeps,
  at: { client: WebClient; trigger: string; channel: string },
  by: Speaker,
  named: string | null,
  said: DrillSaid,
): Promise<SlackPost | null> {
  if (said.do === 'list') return deps.replies.drills(by.person, await runningDrills(deps), deps.now());
  const story = await drillMeant(deps, by.person, named);
  switch (said.do) {
    case 'open': {
      const { title, system } = said;
      return tellDrill(deps, by, story, { type: 'drill-open', title, system }, 'The incident is open.');
    }
    case 'seen': {
      const { id, number } = injectMeant(story, by.person, said.number);
      return tellDrill(deps, by, story, { type: 'seen', inject: id }, `You have read inject ${number}.`);
    }
    case 'answer': {
      const { id, from } = injectMeant(story, by.person, said.number);
      if (said.text === null) return answerForm(deps, at, story, id);
      const { text } = said;
      return tellDrill(deps, by, story, { type: 'answer-voice', to: from, text, about: id }, `You answered ${from}.`);
    }
    case 'no-duff': {
      const context = { incident: story.view.id, channel: at.channel };
      const reason = said.reason ?? undefined;
      return openModal(deps, at.client, at.trigger, deps.modals.noDuff({ story, context, reason }), story);
    }
    default:
      return said satisfies never;
  }
}

type Delivered = ExerciseView['injects'][number] & { number: number };

/** By its number, else the last that was for this person. Throws Problem. */
function injectMeant({ view: { id, exercise } }: DrillStory, person: Person, number: number | null): Delivered {
  const all = exercise.injects.map((inject, i): Delivered => ({ ...inject, number: i + 1 }));
  const mine = all.filter(({ to }) => playersMeant(exercise, to).includes(person.id));
  const found = number === null ? (mine.at(-1) ?? all.at(-1)) : all[number - 1];
  if (found) return found;
  throw new Problem({
    status: 404,
    code: 'no-inject',
    message: number === null ? `Nothing has arrived in ${id} yet.` : `There is no inject ${number} in ${id} yet.`,
    notDone: 'Nothing was done.',
    extra: { drill: id },
    next: all.length > 0 ? `So far there are ${all.length}.` : 'Wait for the first.',
  });
}

/** The form for an answer. Null when it is on the screen. */
export async function answerForm(
  deps: HandlerDeps,
  { client, trigger, channel }: { client: WebClient; trigger: string; channel?: string | undefined },
  story: DrillStory,
  inject: string,
): Promise<SlackPost | null> {
  const { id, exercise } = story.view;
  const to = exercise.injects.find((one) => one.id === inject)?.from ?? '';
  const context: ViewContext = { incident: id, inject, ...(channel === undefined ? {} : { channel }) };
  return openModal(deps, client, trigger, deps.modals.answerInject({ story, context, to }), story);
}

/** Staff never play: said before a form opens in vain. */
export function assertPlays({ view: { id, exercise } }: DrillStory, person: Person): void {
  if (exercise.endedAt !== undefined)
    throw new Problem({
      status: 409,
      code: 'over',
      message: `${id} is over.`,
      notDone: 'Nothing was done.',
      next: `Add a note for the hot wash: ${COMMAND} note ${id}.`,
      extra: { drill: id },
    });
  if (seatsOf(exercise, person.id).length === 0)
    throw new Problem({
      status: 403,
      code: 'not-entitled',
      message: 'Only who plays in this drill may do that; its staff never play.',
      notDone: 'Nothing was done.',
      next: 'Leave it to the players.',
      extra: { drill: id },
    });
}
