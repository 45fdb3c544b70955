import type { WebClient } from '@slack/web-api';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import { isOnRoster } from '../../drills/spoilers.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND, type SlackPost } from '../contract.ts';
import { playersMeant } from '../roster.ts';
import type { HandlerDeps } from './deps.ts';
import { answerForm, type DrillStory, drillFor, runningDrills, tellDrill } from './drill.ts';
import { askFirst, showBoard } from './drill-run.ts';
import { listDrills, planDrill, startDrill } from './drill-start.ts';
import type { DrillSaid } from './drill-text.ts';
import { openModal } from './modal.ts';
import { ofDrill } from './roster.ts';
import type { Speaker } from './tell-incident.ts';

/** `/tocsin drill …`. Null: a form is on the screen. */
export async function obeyDrill(
  deps: HandlerDeps,
  at: Asked,
  by: Speaker,
  named: string | null,
  said: DrillSaid,
): Promise<SlackPost | null> {
  return ofDrill(named, () => obey(deps, at, by, named, said));
}

type Asked = { client: WebClient; trigger: string; channel: string };

async function obey(
  deps: HandlerDeps,
  at: Asked,
  by: Speaker,
  named: string | null,
  said: DrillSaid,
): Promise<SlackPost | null> {
  if (said.do === 'help') return deps.replies.drillHelp();
  if (said.do === 'list') return listDrills(deps);
  if (said.do === 'plan') return planDrill(deps, by, said.plan, false);
  if (said.do === 'start')
    return said.plan === null ? startDrill(deps, by, named) : planDrill(deps, by, said.plan, true);
  if (said.do === 'running') return deps.replies.drills(by.person, await runningDrills(deps), deps.now());
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
    case 'board':
      return showBoard(deps, by.person, story);
    case 'tell':
      return tellDrill(deps, by, story, said.command, said.done);
    case 'ask':
      return askFirst(deps, at, by.person, story, said.ask);
    default:
      return said satisfies never;
  }
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
