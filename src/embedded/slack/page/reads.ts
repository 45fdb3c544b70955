import type { SlackChannel, SlackMessage, WorkspaceState } from '../contract.ts';
import { type Eye, seenBy } from './eye.ts';

/** Up to where people have read: lives as long as local Slack runs. */
export class Reads {
  readonly #upTo = new Map<string, string>();
  // Which messages are replies is asked for every channel at every drawing: looked up again only after a change there.
  readonly #replies = new Map<string, SlackMessage[]>();
  readonly #workspace: WorkspaceState;
  readonly stop: () => void;

  constructor(workspace: WorkspaceState) {
    this.#workspace = workspace;
    this.stop = workspace.onChange((change) => {
      if (change.kind === 'message') this.#replies.delete(change.channel);
      if (change.kind === 'reset') this.#replies.clear();
    });
  }

  repliesIn(channel: string): readonly SlackMessage[] {
    let found = this.#replies.get(channel);
    if (found === undefined) {
      const parents = this.#workspace.messages(channel, null);
      found = parents.flatMap((parent) => this.#workspace.messages(channel, parent.ts));
      this.#replies.set(channel, found);
    }
    return found;
  }

  mark(user: string, place: string, ts: string): void {
    const key = `${user} ${place}`;
    if (Number(ts) > Number(this.#upTo.get(key) ?? 0)) this.#upTo.set(key, ts);
  }

  has(user: string, place: string, message: SlackMessage): boolean {
    return message.user === user || Number(message.ts) <= Number(this.#upTo.get(`${user} ${place}`) ?? 0);
  }
}

export const threadPlace = (channel: string, thread: string): string => `${channel}/${thread}`;

export type Unread = { messages: number; mentions: number };

/** Replies count as unread only where they call this person: others are told by the parent's line. */
export function unreadIn(eye: Eye, reads: Reads, channel: SlackChannel): Unread {
  const { workspace, me } = eye;
  // Nobody is called to a channel that they are not in.
  if (channel.kind !== 'im' && !channel.members.includes(me.id)) return { messages: 0, mentions: 0 };
  const calls = (message: SlackMessage): boolean =>
    channel.kind === 'im' || message.ephemeralTo === me.id || message.mentions.includes(me.id);
  const top = workspace
    .messages(channel.id, null)
    .filter((message) => seenBy(eye, message) && !reads.has(me.id, channel.id, message));
  const replies = reads
    .repliesIn(channel.id)
    .filter(
      (reply) =>
        seenBy(eye, reply) && calls(reply) && !reads.has(me.id, threadPlace(channel.id, reply.thread_ts ?? ''), reply),
    );
  return { messages: top.length + replies.length, mentions: top.filter(calls).length + replies.length };
}
