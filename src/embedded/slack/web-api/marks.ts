import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, type Method } from './call.ts';
import { showMessage } from './show.ts';
import { channelById, messageAt, ownChannel } from './where.ts';

/** Reactions and pins. */

const Place = z.object({ channel: z.string(), timestamp: z.string() });
const Reaction = z.object({ ...Place.shape, name: z.string() });

function react(call: Call): Answer {
  const { channel, timestamp, name } = argumentsOf(call, Reaction);
  const emoji = emojiName(name);
  const place = ownChannel(call, channel);
  messageAt(call, place.id, timestamp);
  if (place.is_archived) throw new SlackError('is_archived');
  call.workspace.react(place.id, timestamp, call.workspace.app.botUser, emoji);
  return {};
}

function unreact(call: Call): Answer {
  const { channel, timestamp, name } = argumentsOf(call, Reaction);
  const place = ownChannel(call, channel);
  messageAt(call, place.id, timestamp);
  call.workspace.unreact(place.id, timestamp, call.workspace.app.botUser, emojiName(name));
  return {};
}

function reactions(call: Call): Answer {
  const { channel, timestamp } = argumentsOf(call, Place);
  const message = messageAt(call, channelById(call, channel).id, timestamp);
  return { type: 'message', channel, message: showMessage(call.workspace, message) };
}

function emojiName(name: string): string {
  if (!/^[\p{L}\p{N}_+'-]+(::skin-tone-[2-6])?$/u.test(name)) throw new SlackError('invalid_name');
  return name;
}

function pin(call: Call): Answer {
  const { channel, timestamp } = argumentsOf(call, Place);
  const place = ownChannel(call, channel);
  messageAt(call, place.id, timestamp);
  call.workspace.pin(place.id, timestamp);
  return {};
}

function unpin(call: Call): Answer {
  const { channel, timestamp } = argumentsOf(call, Place);
  const place = ownChannel(call, channel);
  messageAt(call, place.id, timestamp);
  call.workspace.unpin(place.id, timestamp);
  return {};
}

function pins(call: Call): Answer {
  const { channel: id } = argumentsOf(call, z.object({ channel: z.string() }));
  const channel = ownChannel(call, id);
  const heads = call.workspace.messages(channel.id, null);
  const all = heads.flatMap((head) => [head, ...call.workspace.messages(channel.id, head.ts)]);
  const items = all.filter(({ pinned }) => pinned);
  return {
    items: items.map((message) => ({
      type: 'message',
      channel: channel.id,
      created: Math.floor(Number(message.ts)),
      created_by: message.user,
      message: showMessage(call.workspace, message),
    })),
  };
}

export const markMethods: Record<string, Method> = {
  'reactions.add': { token: 'bot', scopes: ['reactions:write'], tier: 'tier3', run: react },
  'reactions.remove': { token: 'bot', scopes: ['reactions:write'], tier: 'tier2', run: unreact },
  'reactions.get': { token: 'bot', scopes: ['reactions:read'], tier: 'tier3', run: reactions },
  'pins.add': { token: 'bot', scopes: ['pins:write'], tier: 'tier2', run: pin },
  'pins.remove': { token: 'bot', scopes: ['pins:write'], tier: 'tier2', run: unpin },
  'pins.list': { token: 'bot', scopes: ['pins:read'], tier: 'tier2', run: pins },
};
