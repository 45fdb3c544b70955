import type { Outbox } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import type { Clock } from './clock.ts';
import { type Conversation, eachConversation } from './conversations.ts';

export type MainChannel = {
  /** Its id as far as known; asks Slack when it is not. `found` is called once it is. */
  id(): string | null;
  /** Something is wrong with it: look again. */
  forget(): void;
  /** Why there is none, for people; null when there is one or Slack has not said yet. */
  problem(): string | null;
};

const AGAIN_MS = 60_000;

/** Finds the channel that the inventory names (`slack:`, under this key), by id or name, and joins it. An edit to the inventory counts at once. */
export function createMainChannel(deps: {
  key: 'channel' | 'drills';
  setting: () => string | undefined;
  outbox: Outbox;
  clock: Clock;
  log: SlackLog;
  found: () => void;
}): MainChannel {
  const { key, outbox, clock, log, found } = deps;
  const setting = () => deps.setting()?.replace(/^#/, '');
  let known: { setting: string; id: string } | null = null;
  let problem: { setting: string; words: string; at: number } | null = null;
  let asking = false;

  const look = async (name: string): Promise<void> => {
    const channel = await findConversation(outbox, name);
    if (channel === null) throw new ChannelProblem(`There is no channel "${name}" in Slack that Tocsin can see.`);
    if (channel.is_archived) throw new ChannelProblem(`The channel "${name}" is archived.`);
    if (!channel.is_member)
      await outbox.call({
        method: 'conversations.join',
        args: { channel: channel.id },
        queue: channel.id,
        urgency: 'decision',
      });
    known = { setting: name, id: channel.id };
    problem = null;
    found();
  };

  return {
    id() {
      const name = setting();
      if (name === undefined) return null;
      if (known?.setting === name) return known.id;
      const waits = problem?.setting === name && clock.now() - problem.at < AGAIN_MS;
      if (!asking && !waits) {
        asking = true;
        look(name)
          .catch((error: unknown) => {
            const why = error instanceof ChannelProblem ? error.message : `The channel "${name}": ${String(error)}.`;
            const words = `${why} Make it in Slack, invite Tocsin to it (/invite @Tocsin), or name another in tocsin.yaml (slack: ${key}).`;
            if (problem?.words !== words) log.warn({ channel: name }, words);
            problem = { setting: name, words, at: clock.now() };
          })
          .finally(() => {
            asking = false;
          });
      }
      return null;
    },
    forget() {
      known = null;
    },
    problem: () => (problem !== null && problem.setting === setting() ? problem.words : null),
  };
}

/** The channel of drills, as long as it is not that of incidents: what is played must not be taken for real. */
export function createDrillChannel(named: MainChannel, main: MainChannel): MainChannel {
  const isReal = (id: string | null) => id !== null && id === main.id();
  return {
    id() {
      // Which is the real one must be known first, or be nowhere.
      if (main.id() === null && main.problem() === null) return null;
      const id = named.id();
      return isReal(id) ? null : id;
    },
    forget: named.forget,
    problem: () =>
      isReal(named.id())
        ? 'Drills are not told in Slack: tocsin.yaml names the channel of incidents for them. Name another one (slack: drills).'
        : named.problem(),
  };
}

class ChannelProblem extends Error {}

const isId = (channel: string): boolean => /^[CG][A-Z0-9]+$/.test(channel);

async function findConversation(outbox: Outbox, name: string): Promise<Conversation | null> {
  if (isId(name)) {
    const answer = await outbox.call<{ channel: Conversation }>({
      method: 'conversations.info',
      args: { channel: name },
      queue: 'conversations',
      urgency: 'decision',
    });
    return answer.channel;
  }
  for await (const channel of eachConversation(outbox, 'public_channel,private_channel'))
    if (channel.name === name) return channel;
  return null;
}
