import type { WebClient } from '@slack/web-api';
import type { ExerciseCommand } from '../../../incident/exercise-messages.ts';
import { type ExerciseView, seatsOf } from '../../../incident/exercise-view.ts';
import { isExercise } from '../../../incident/ids.ts';
import { incidentOr404 } from '../../commands.ts';
import type { FoundIncident, Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND, type SlackPost, type Story, type ViewContext } from '../contract.ts';
import { refresh } from './answer.ts';
import { type HandlerDeps, storyOf } from './deps.ts';
import { openModal } from './modal.ts';
import { inDrill, strangerTo } from './roster.ts';
import type { Speaker } from './tell-incident.ts';

/** What people say to a drill beside what they say to any incident. */
export type DrillStory = Story & { view: Story['view'] & { exercise: ExerciseView } };

/** A drill of whose roster they are. Throws Problem. */
export async function drillFor(deps: HandlerDeps, person: Person, id: string): Promise<DrillStory> {
  const story = storyOf(deps, (await deps.reader.incident(id)) ?? (await notBegun(deps, id)));
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

const WITHOUT_TIMELINE = {
  planned: 'has not been started',
  running: 'has only just been started: try again in a moment',
  ended: 'is over',
  cancelled: 'was called off',
} as const;

/** Throws Problem that says why it has no timeline. */
async function notBegun(deps: HandlerDeps, id: string): Promise<FoundIncident> {
  if (!isExercise(id)) return incidentOr404(deps.reader, id);
  const { status } = await deps.drills.find(id);
  throw new Problem({
    status: 409,
    code: 'not-running',
    message: `${id} ${WITHOUT_TIMELINE[status]}.`,
    notDone: 'Nothing was done.',
    next: status === 'planned' ? `Start it: ${COMMAND} drill start ${id}.` : `What runs: ${COMMAND} drill.`,
    extra: { drill: id },
  });
}

export const isDrill = (story: Story): story is DrillStory => story.view.exercise !== undefined;

/** Those that people play now. */
export async function runningDrills(deps: HandlerDeps): Promise<DrillStory[]> {
  const views = await deps.reader.incidents({ status: ['open', 'resolved'], drills: true });
  const ids = views.filter(({ exercise }) => exercise?.clock && exercise.endedAt === undefined).map(({ id }) => id);
  const found = await Promise.all(ids.map((id) => deps.reader.incident(id)));
  return found.flatMap((one) => (one ? [storyOf(deps, one)] : [])).filter(isDrill);
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
export function assertPlays(story: DrillStory, person: Person): void {
  const { id, exercise } = story.view;
  assertRuns(story);
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

export function assertRuns({ view: { id, exercise } }: DrillStory): void {
  if (exercise.endedAt === undefined) return;
  throw new Problem({
    status: 409,
    code: 'over',
    message: `${id} is over.`,
    notDone: 'Nothing was done.',
    next: `Add a note for the hot wash: ${COMMAND} note ${id}.`,
    extra: { drill: id },
  });
}
