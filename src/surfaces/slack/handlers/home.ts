import type { App } from '@slack/bolt';
import { Problem } from '../../problem.ts';
import { background } from './answer.ts';
import type { HandlerDeps } from './deps.ts';
import { standingFor } from './waiting.ts';

/** Home: "waiting for you". Shown when it is opened; the publisher keeps it current from then on. */
export function homeTab(app: App, deps: HandlerDeps): void {
  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab !== 'home') return;
    const view = await homeFor(deps, event.user);
    await client.views.publish({ user_id: event.user, view });
    background(deps, null, async () => deps.posts.homeOpened(event.user));
  });
}

export async function homeFor(deps: HandlerDeps, user: string) {
  const person = await deps.people.resolve(user, { fresh: false }).then(
    (who) => who.person,
    (error: unknown) => {
      // Guests and bots are shown nothing of any incident.
      if (error instanceof Problem && error.status < 500) return null;
      throw error;
    },
  );
  const { waiting, open } = person ? await standingFor(deps, person, null) : { waiting: [], open: [] };
  return deps.messages.home(person, waiting, open, deps.now());
}
