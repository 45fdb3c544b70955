import type { SlackChannel, SlackMessage, WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { newId } from './ids.ts';
import { mentionsOf } from './mentions.ts';
import { channelOf, type Site, userOf } from './site.ts';

type Messages = Pick<
  WorkspaceState,
  | 'messages'
  | 'message'
  | 'say'
  | 'post'
  | 'edit'
  | 'remove'
  | 'react'
  | 'unreact'
  | 'pin'
  | 'unpin'
  | 'file'
  | 'fileContent'
  | 'addFile'
>;

const PINS_MAX = 100;

export function messagesOf(site: Site): Messages {
  const { messages, files } = site.data;
  let lastMicros = Math.max(0, ...[...messages.values()].map((written) => microsOf(written.at(-1)?.ts)));

  /** Unique and growing: a message's name within its channel. */
  function nextTs(): string {
    lastMicros = Math.max(Math.floor(site.clock.now()) * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  }

  function find(channel: string, ts: string): SlackMessage {
    channelOf(site, channel);
    const message = messages.get(channel)?.findLast((candidate) => candidate.ts === ts);
    if (!message) throw new SlackError('message_not_found');
    return message;
  }

  function changed(message: SlackMessage): SlackMessage {
    site.tell({ kind: 'message', channel: message.channel, ts: message.ts, thread_ts: message.thread_ts });
    return message;
  }

  function write(channel: SlackChannel, message: Omit<SlackMessage, 'channel' | 'ts' | 'mentions'>): SlackMessage {
    if (channel.is_archived) throw new SlackError('is_archived');
    const { thread_ts } = message;
    if (thread_ts !== undefined && !isParent(messages.get(channel.id), thread_ts)) {
      throw new SlackError('cannot_reply_to_message', { details: [`no message ${thread_ts} that heads a thread`] });
    }
    const written: SlackMessage = {
      ...message,
      channel: channel.id,
      ts: nextTs(),
      mentions: mentions(channel, message.text, message.blocks),
    };
    messages.get(channel.id)?.push(written);
    return changed(written);
  }

  function mentions(channel: SlackChannel, text: string, blocks: SlackMessage['blocks']): string[] {
    return mentionsOf(text, blocks, {
      isUser: (id) => site.data.users.has(id),
      usersOf: (group) => site.data.groups.get(group)?.users ?? [],
      everybody: () => channel.members.filter((user) => user !== site.app.botUser),
    });
  }

  return {
    messages: (channel, thread) =>
      (messages.get(channel) ?? []).filter(({ thread_ts }) => (thread_ts ?? null) === thread),
    message: (channel, ts) => messages.get(channel)?.findLast((candidate) => candidate.ts === ts) ?? null,
    say(channel, user, text, thread_ts) {
      userOf(site, user);
      return write(channelOf(site, channel), { ...bare, user, text, thread_ts });
    },
    post(id, { text, blocks, files: attached = [] }, { thread_ts, ephemeralTo } = {}) {
      const { botUser: user, botId: bot_id, id: app_id } = site.app;
      const author = { user, bot_id, app_id };
      return write(channelOf(site, id), { ...bare, ...author, text, blocks, files: attached, thread_ts, ephemeralTo });
    },
    edit(channel, ts, change) {
      const message = find(channel, ts);
      message.text = change.text ?? message.text;
      message.blocks = change.blocks ?? message.blocks;
      message.edited = { user: message.user, ts: nextTs() };
      message.mentions = mentions(channelOf(site, channel), message.text, message.blocks);
      return changed(message);
    },
    remove(channel, ts) {
      const message = find(channel, ts);
      const kept = (messages.get(channel) ?? []).filter((candidate) => candidate !== message);
      messages.set(channel, kept);
      changed(message);
    },
    react(channel, ts, user, name) {
      const message = find(channel, ts);
      const known = message.reactions.find((reaction) => reaction.name === name);
      if (known?.users.includes(user)) throw new SlackError('already_reacted');
      if (known) known.users = [...known.users, user];
      else message.reactions = [...message.reactions, { name, users: [user] }];
      changed(message);
    },
    unreact(channel, ts, user, name) {
      const message = find(channel, ts);
      const known = message.reactions.find((reaction) => reaction.name === name);
      if (!known?.users.includes(user)) throw new SlackError('no_reaction');
      known.users = known.users.filter((candidate) => candidate !== user);
      message.reactions = message.reactions.filter(({ users }) => users.length > 0);
      changed(message);
    },
    pin(channel, ts) {
      const message = find(channel, ts);
      if (message.pinned) throw new SlackError('already_pinned');
      if ((messages.get(channel) ?? []).filter(({ pinned }) => pinned).length >= PINS_MAX) {
        throw new SlackError('too_many_pins');
      }
      message.pinned = true;
      changed(message);
    },
    unpin(channel, ts) {
      const message = find(channel, ts);
      if (!message.pinned) throw new SlackError('no_pin');
      message.pinned = false;
      changed(message);
    },
    file: (id) => files.get(id)?.file ?? null,
    fileContent: (id) => files.get(id)?.content ?? null,
    addFile({ content, id = newId('F'), ...rest }) {
      const file = { ...rest, id, size: content.byteLength };
      files.set(id, { file, content });
      return file;
    },
  };
}

const bare = { blocks: [], reactions: [], pinned: false, files: [] };

function microsOf(ts: string | undefined): number {
  const [seconds = '0', micros = '0'] = ts?.split('.') ?? [];
  return Number(seconds) * 1e6 + Number(micros);
}

function isParent(messages: readonly SlackMessage[] | undefined, ts: string): boolean {
  const message = messages?.findLast((candidate) => candidate.ts === ts);
  return message !== undefined && message.thread_ts === undefined && message.ephemeralTo === undefined;
}
