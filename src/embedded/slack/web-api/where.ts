import type { SlackChannel, SlackMessage } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import type { Call } from './call.ts';

/** Channels and messages as a call names them, as far as the app may see and write to them. */

/** What the app can see: public channels, and of the others those that it is in. */
export function visible(call: Call, channel: SlackChannel): boolean {
  return channel.kind === 'public' || channel.members.includes(call.workspace.app.botUser);
}

export function channelById(call: Call, id: string): SlackChannel {
  const channel = call.workspace.channel(id);
  if (!channel || !visible(call, channel)) throw new SlackError('channel_not_found');
  return channel;
}

/** A channel the app is a member of. */
export function ownChannel(call: Call, id: string): SlackChannel {
  const channel = channelById(call, id);
  if (!channel.members.includes(call.workspace.app.botUser)) throw new SlackError('not_in_channel');
  return channel;
}

/** Where a message goes: a channel by id or by name, or a person by id, which is the conversation with them. */
export function channelForMessage(call: Call, name: string): SlackChannel {
  const { workspace } = call;
  const user = workspace.user(name);
  if (user) {
    if (user.is_bot || user.deleted) throw new SlackError('channel_not_found');
    return workspace.im(user.id);
  }
  const named = workspace.channels().find((channel) => channel.name !== '' && channel.name === name.replace(/^#/, ''));
  const channel = named && visible(call, named) ? named : channelById(call, name);
  if (channel.is_archived) throw new SlackError('is_archived');
  const isMember = channel.members.includes(workspace.app.botUser);
  const mayAnyway = channel.kind === 'public' && workspace.app.scopes.includes('chat:write.public');
  if (!isMember && !mayAnyway) throw new SlackError('not_in_channel');
  return channel;
}

/** A message that everybody in its channel sees. */
export function messageAt(call: Call, channel: string, ts: string): SlackMessage {
  const message = call.workspace.message(channel, ts);
  if (!message || message.ephemeralTo !== undefined) throw new SlackError('message_not_found');
  return message;
}
