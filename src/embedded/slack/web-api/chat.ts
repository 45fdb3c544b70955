import { z } from 'zod';
import { readContent } from '../blocks/read.ts';
import type { SlackMessage } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, flag, json, type Method, needScope } from './call.ts';
import { showMessage } from './show.ts';
import { channelById, channelForMessage, messageAt, ownChannel } from './where.ts';

const content = {
  text: z.string().optional(),
  blocks: json.optional(),
  attachments: json.optional(),
  markdown_text: z.string().optional(),
};

const PostMessage = z.object({
  ...content,
  channel: z.string(),
  thread_ts: z.string().optional(),
  reply_broadcast: flag.optional(),
  username: z.string().optional(),
  icon_emoji: z.string().optional(),
  icon_url: z.string().optional(),
});

async function postMessage(call: Call): Promise<Answer> {
  const { channel: name, thread_ts, reply_broadcast, ...args } = argumentsOf(call, PostMessage);
  if (args.username ?? args.icon_emoji ?? args.icon_url) needScope(call, 'chat:write.customize');
  if (reply_broadcast) {
    throw new SlackError('invalid_arguments', { details: ['local Slack does not implement reply_broadcast'] });
  }
  const draft = readContent(args);
  const channel = channelForMessage(call, name);
  call.limiter.message(channel.id);
  const message = call.workspace.post(channel.id, draft, { thread_ts });
  return { channel: channel.id, ts: message.ts, message: showMessage(call.workspace, message) };
}

const PostEphemeral = z.object({
  ...content,
  channel: z.string(),
  user: z.string(),
  thread_ts: z.string().optional(),
});

function postEphemeral(call: Call): Answer {
  const { channel: name, user, thread_ts, ...args } = argumentsOf(call, PostEphemeral);
  const draft = readContent(args);
  const channel = channelForMessage(call, name);
  if (!call.workspace.user(user)) throw new SlackError('user_not_found');
  if (!channel.members.includes(user)) throw new SlackError('user_not_in_channel');
  const message = call.workspace.post(channel.id, draft, { thread_ts, ephemeralTo: user });
  return { message_ts: message.ts };
}

const Update = z.object({ ...content, channel: z.string(), ts: z.string() });

function update(call: Call): Answer {
  const { channel: id, ts, ...args } = argumentsOf(call, Update);
  const message = ownMessage(call, id, ts, 'cant_update_message');
  const draft = readContent(args);
  const edited = call.workspace.edit(message.channel, ts, {
    text: args.text === undefined ? undefined : draft.text,
    // Left out, the blocks stay; an empty list takes them away.
    blocks: args.blocks === undefined && args.markdown_text === undefined ? undefined : draft.blocks,
  });
  return { channel: message.channel, ts, text: edited.text, message: showMessage(call.workspace, edited) };
}

const Place = z.object({ channel: z.string(), ts: z.string() });

function remove(call: Call): Answer {
  const { channel, ts } = argumentsOf(call, Place);
  const message = ownMessage(call, channel, ts, 'cant_delete_message');
  call.workspace.remove(message.channel, ts);
  return { channel: message.channel, ts };
}

function ownMessage(call: Call, id: string, ts: string, otherwise: string): SlackMessage {
  const channel = ownChannel(call, id);
  const message = messageAt(call, channel.id, ts);
  if (message.app_id !== call.workspace.app.id) throw new SlackError(otherwise);
  if (channel.is_archived) throw new SlackError('is_inactive');
  return message;
}

const MeMessage = z.object({ channel: z.string(), text: z.string() });

function meMessage(call: Call): Answer {
  const { channel: name, text } = argumentsOf(call, MeMessage);
  const draft = readContent({ text: `_${text}_` });
  const channel = channelForMessage(call, name);
  call.limiter.message(channel.id);
  return { channel: channel.id, ts: call.workspace.post(channel.id, draft).ts };
}

const Permalink = z.object({ channel: z.string(), message_ts: z.string() });

function getPermalink(call: Call): Answer {
  const { channel: id, message_ts } = argumentsOf(call, Permalink);
  const channel = channelById(call, id);
  const { ts, thread_ts } = messageAt(call, channel.id, message_ts);
  const thread = thread_ts === undefined ? '' : `?thread_ts=${thread_ts}&cid=${channel.id}`;
  const permalink = `${call.baseUrl}/archives/${channel.id}/p${ts.replace('.', '')}${thread}`;
  return { channel: channel.id, permalink };
}

const writes = { token: 'bot', scopes: ['chat:write'] } as const;

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': { ...writes, tier: null, run: postMessage },
  'chat.postEphemeral': { ...writes, tier: 'tier4', run: postEphemeral },
  'chat.update': { ...writes, tier: 'tier3', run: update },
  'chat.delete': { ...writes, tier: 'tier3', run: remove },
  'chat.meMessage': { ...writes, tier: 'tier3', run: meMessage },
  'chat.getPermalink': { token: 'bot', scopes: [], tier: null, run: getPermalink },
};
