import { waitingFor } from '../../model/standing.ts';
import type { Person } from '../../ports.ts';
import type { Story, Waiting } from '../contract.ts';
import { type HandlerDeps, lookerIn, storyOf } from './deps.ts';

/** More than this nobody reads on one screen; the console lists all. */
const LISTED_MAX = 100;

/** What waits for this person's answer, the most urgent first, and what is open; in one incident or in all. */
export async function standingFor(
  deps: HandlerDeps,
  person: Person,
  incident: string | null,
): Promise<{ waiting: Waiting[]; open: Story[] }> {
  const open = await openStories(deps, incident);
  const waiting = open.flatMap((story) =>
    waitingFor(story.view, lookerIn(person, story.view), story.now).map((decision) => ({ story, decision })),
  );
  waiting.sort((a, b) => a.decision.question.until - b.decision.question.until);
  return { waiting, open };
}

async function openStories(deps: HandlerDeps, incident: string | null): Promise<Story[]> {
  const ids =
    incident === null
      ? (await deps.reader.incidents({ status: ['open', 'resolved'], limit: LISTED_MAX })).map((view) => view.id)
      : [incident];
  const found = await Promise.all(ids.map((id) => deps.reader.incident(id)));
  return found.flatMap((one) => (one ? [storyOf(deps, one)] : []));
}
