import type { HomeView } from '@slack/types';
import type { SlackStore } from '../../../store/slack.ts';
import type { Outbox } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import type { Clock } from './clock.ts';
import { hashOf } from './render.ts';

/** A burst of events is one change. */
const GATHER_MS = 200;
/** After a round the next one waits so many times as long as it took: Home must not keep the house busy. */
const REST = 4;
/** A Home that waited for Slack so long says what was true then: it is made anew. */
const LATE_MS = 2_000;
/** Who has not looked at Home for so long gets it anew when they look again. */
const OPENED_MS = 7 * 24 * 3_600_000;

/** Keeps Home current for those who have opened it. */
export function createHomes(deps: {
  home: (user: string) => Promise<HomeView>;
  store: SlackStore;
  outbox: Outbox;
  clock: Clock;
  log: SlackLog;
  leads: () => boolean;
}) {
  const { home, store, outbox, clock, log, leads } = deps;
  /** What each Home says, as far as this server knows. */
  const shown = new Map<string, string>();
  const publishing = new Set<string>();
  let changed = false;
  let stopped = false;
  let round: Promise<void> | null = null;

  const publish = async (user: string): Promise<void> => {
    if (publishing.has(user)) return;
    const startedAt = clock.now();
    publishing.add(user);
    try {
      const view = await home(user);
      const hash = hashOf({ text: '', blocks: view.blocks });
      if (shown.get(user) === hash) return;
      await outbox.call({
        method: 'views.publish',
        args: () => (leads() ? { user_id: user, view } : null),
        queue: `home ${user}`,
        urgency: 'status',
      });
      shown.set(user, hash);
    } finally {
      publishing.delete(user);
      if (clock.now() - startedAt > LATE_MS) soon();
    }
  };

  const all = async (): Promise<void> => {
    const startedAt = clock.now();
    changed = false;
    for (const user of await store.homes(startedAt - OPENED_MS)) {
      if (!leads()) return;
      // Not awaited: one Home that waits for Slack does not hold up the others.
      publish(user).catch((error: unknown) =>
        log.debug({ user, error: String(error) }, 'a Home was not brought up to date'),
      );
    }
    await rest((clock.now() - startedAt) * REST);
  };

  const rest = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  const soon = (): void => {
    changed = true;
    if (round || stopped || !leads()) return;
    round = rest(GATHER_MS)
      .then(all)
      .catch((error: unknown) => log.warn({ error: String(error) }, 'Home was not brought up to date'))
      .then(() => {
        round = null;
        if (changed) soon();
      });
  };

  return {
    /** Something changed that Home may show. */
    soon,
    /** Somebody has opened Home, and has been shown it. */
    async opened(user: string): Promise<void> {
      await store.homeOpened(user, clock.now());
    },
    stop(): void {
      stopped = true;
    },
  };
}
