import type { WebClient } from '@slack/web-api';
import type { ExerciseCommand } from '../../../incident/exercise-messages.ts';
import { clock } from '../../../incident/phrases.ts';
import { assertMaySay, known } from '../../drills/roster.ts';
import { ASKS, type Check } from '../../model/drill-asks.ts';
import { boardRows } from '../../model/msel.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND, type FieldErrors, type SlackPost, type ViewContext, type ViewValues } from '../contract.ts';
import type { HandlerDeps } from './deps.ts';
import { assertRuns, type DrillStory, drillFor, tellDrill } from './drill.ts';
import type { Asking } from './drill-text.ts';
import { openModal } from './modal.ts';
import { inDrill } from './roster.ts';
import type { Speaker } from './tell-incident.ts';

/** What whoever runs a drill does with it in Slack. */

/** Asks before it is done. Null: the form is on the screen. */
export async function askFirst(
  deps: HandlerDeps,
  { client, trigger, channel }: { client: WebClient; trigger: string; channel: string },
  person: Person,
  story: DrillStory,
  ask: Asking,
): Promise<SlackPost | null> {
  const { id } = story.view;
  const context: ViewContext & { check: Check } = { incident: id, channel, check: ask.check };
  const about: string[] = [];
  if (ask.check === 'drill-jump') {
    context.to = ask.aheadMs === null ? null : story.now + ask.aheadMs;
    about.push(
      context.to === null ? 'To what is due next.' : `To ${clock(context.to, story.now, true)} in the scenario.`,
    );
  }
  assertMaySay(rosterIn(story), person, commandFor({ ...context, inject: 'any' }, 'any'));
  assertRuns(story);
  if (ask.check === 'inject-now' || ask.check === 'inject-skip') {
    context.inject = ask.inject;
    about.push(await toCome(deps, person, story, ask.inject));
  }
  const reason = 'reason' in ask && ask.reason !== null ? ask.reason : undefined;
  return openModal(deps, client, trigger, deps.modals.checkDrill({ story, context, about, reason }), story);
}

/** The same people as the desk of drills knows, so that who may not is told before a form opens in vain. */
const rosterIn = ({ view: { exercise } }: DrillStory) => ({
  players: exercise.seats.filter(({ persona }) => persona === null).map(({ role, person }) => ({ role, person })),
  staff: exercise.staff,
  status: exercise.endedAt === undefined ? ('running' as const) : ('ended' as const),
});

/** The inject of that name, in words. Throws Problem when none of that name is to come. */
async function toCome(deps: HandlerDeps, person: Person, story: DrillStory, inject: string): Promise<string> {
  const { ahead } = await rowsFor(deps, person, story);
  const notDone = 'Nothing was changed.';
  const names = ahead.map((row) => row.inject.id);
  known('inject to come', inject, names, notDone);
  const found = ahead.find((row) => row.inject.id === inject);
  return found ? `${found.inject.title}, from ${found.inject.from}` : inject;
}

async function rowsFor(deps: HandlerDeps, person: Person, { view, now }: DrillStory) {
  const board = await deps.drills.board(person, view.id);
  if (!board) throw notRunning(view.id);
  const { script } = await deps.drills.find(view.id);
  return { ...boardRows({ script, board, exercise: view.exercise, now }), board };
}

const notRunning = (id: string): Problem =>
  new Problem({
    status: 409,
    code: 'not-running',
    message: `${id} does not run.`,
    notDone: 'There is no board of it.',
    next: `What runs: ${COMMAND} drill.`,
  });

/** What is to come, for its staff alone. */
export async function showBoard(deps: HandlerDeps, person: Person, story: DrillStory): Promise<SlackPost> {
  const { ahead, board } = await rowsFor(deps, person, story);
  return deps.replies.drillBoard(story, ahead, board.jumpsTo);
}

type Submit = { deps: HandlerDeps; context: ViewContext; values: ViewValues; by: Speaker };

/** It was confirmed. */
export async function submitCheck({ deps, context, values, by }: Submit): Promise<SlackPost | FieldErrors> {
  const { incident, check } = context;
  if (incident === undefined || check === undefined)
    throw new Error('A form of a drill does not say what it is about.');
  const read = deps.modals.readCheckDrill(values, check);
  if ('errors' in read) return read;
  const story = await drillFor(deps, by.person, incident);
  return inDrill(story.view, async () => {
    assertRuns(story);
    return tellDrill(
      deps,
      by,
      story,
      commandFor({ ...context, check }, read.reason),
      DONE[check] ?? ASKS[check].confirm,
    );
  });
}

const DONE: Partial<Record<Check, string>> = {
  'drill-jump': 'The clock of the scenario has jumped.',
  endex: 'ENDEX. The exercise is over.',
  'inject-now': 'It is delivered.',
  'inject-skip': 'It is passed over.',
};

function commandFor({ check, to, inject }: ViewContext & { check: Check }, reason: string | null): ExerciseCommand {
  switch (check) {
    case 'drill-jump':
      return { type: 'drill-jump', to: to ?? null };
    case 'endex':
      return { type: 'endex', because: 'facilitator', reason, incident: null };
    case 'inject-now':
      return { type: 'inject-now', inject: inject ?? '' };
    case 'inject-skip':
      return { type: 'inject-skip', inject: inject ?? '', reason: reason ?? '' };
    default:
      throw new Error(`Slack does not ask before ${check}`);
  }
}
