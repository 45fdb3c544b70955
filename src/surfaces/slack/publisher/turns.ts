import type { SlackStore } from '../../../store/slack.ts';
import { createSlackLead, type SlackLead } from '../../../store/slack-lead.ts';
import type { Outbox } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import type { Clock } from './clock.ts';

const AGAIN_MS = 5_000;

export type Turns = {
  start(): void;
  /** Gives the turn back. */
  stop(): Promise<void>;
  /** This server has the right to publish; perhaps it does not know yet where. */
  leads(): boolean;
  /** It publishes. */
  publishes(): boolean;
};

/** Whose turn it is to publish: one server's, and only once it is known in which workspace it speaks, and as whom. */
export function createTurns(deps: {
  connectionString: string;
  outbox: Outbox;
  store: SlackStore;
  clock: Clock;
  log: SlackLog;
  onNudge: (incident: string) => void;
  /** Begins to publish; answers with how to end it. */
  begin: () => () => void;
}): Turns {
  const { outbox, store, clock, log } = deps;
  let lead: SlackLead | null = null;
  /** What an earlier turn began must not go on in a later one. */
  let turn: { end: (() => void) | null } | null = null;

  const connect = async (mine: NonNullable<typeof turn>): Promise<void> => {
    const self = await outbox.call<{ team_id: string; user_id: string }>({
      method: 'auth.test',
      args: () => (turn === mine ? {} : null),
      queue: 'auth',
      urgency: 'decision',
    });
    await store.connect(`${self.team_id}/${self.user_id}`, clock.now());
    if (turn !== mine) return;
    log.info({}, 'this server keeps Slack current from now on');
    // Set before it begins: what it begins with asks whether it is its turn.
    mine.end = () => {};
    mine.end = deps.begin();
  };

  const attempt = (mine: NonNullable<typeof turn>): void =>
    void connect(mine).catch((error: unknown) => {
      if (turn !== mine) return;
      log.warn({ error: String(error) }, 'Slack is not kept current yet; it is tried again');
      clock.after(AGAIN_MS, () => {
        if (turn === mine) attempt(mine);
      });
    });

  return {
    start() {
      lead ??= createSlackLead({
        connectionString: deps.connectionString,
        onGained() {
          turn = { end: null };
          attempt(turn);
        },
        onLost() {
          const { end } = turn ?? {};
          turn = null;
          end?.();
        },
        onNudge: deps.onNudge,
        onProblem: (error) =>
          log.warn({ error: error.message }, 'the right to publish to Slack is being asked for again'),
      });
    },
    stop: async () => lead?.stop(),
    leads: () => turn !== null,
    publishes: () => turn !== null && turn.end !== null,
  };
}
