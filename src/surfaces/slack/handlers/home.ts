import type { App } from '@slack/bolt';
import { WebAPIPlatformError } from '@slack/web-api';
import { Problem } from '../../problem.ts';
import { logFailure } from './answer.ts';
import type { HandlerDeps } from './deps.ts';
import { runningDrills } from './drill.ts';
import { standingFor } from './waiting.ts';

/** Home: "waiting for you". Shown when it is opened; the publisher keeps it current from then on. */
export function homeTab(app: App, deps: HandlerDeps): void {
  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab !== 'home') return;
    const { user } = event;
    try {
      await deps.posts.homeOpened(user);
      // What the publisher shows in the meantime is newer: the hash of what was there keeps it from being overwritten.
      const { hash } = (event.view ?? {}) as { hash?: string };
      await client.views.publish({ user_id: user, view: await homeFor(deps, user), ...(hash ? { hash } : {}) });
    } catch (error) {
      if (!isNewer(error)) logFailure(deps, error, null, 'Home was not shown');
    }
  });
}

const isNewer = (error: unknown): boolean =>
  error instanceof WebAPIPlatformError && error.data.error === 'hash_conflict';

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
  const drills = person ? await runningDrills(deps) : [];
  return deps.messages.home(person, waiting, open, deps.now(), drills);
}
