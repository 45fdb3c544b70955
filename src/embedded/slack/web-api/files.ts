import { z } from 'zod';
import { readBlocks, readText } from '../blocks/read.ts';
import type { Block, SlackFile } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, count, json, type Method } from './call.ts';
import { showFile } from './show.ts';
import { channelForMessage } from './where.ts';

const Begin = z.object({ filename: z.string().min(1), length: count.positive() });

function begin(call: Call): Answer {
  const { filename, length } = argumentsOf(call, Begin);
  const { id, token } = call.uploads.begin(filename, length);
  return { upload_url: `${call.baseUrl}/upload/${token}`, file_id: id };
}

const Complete = z.object({
  files: json.pipe(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
  channel_id: z.string().optional(),
  channels: z.string().optional(),
  initial_comment: z.string().optional(),
  thread_ts: z.string().optional(),
  blocks: json.optional(),
});

function complete(call: Call): Answer {
  const args = argumentsOf(call, Complete);
  const blocks: Block[] = args.blocks === undefined ? [] : readBlocks(args.blocks, 'message');
  const text = readText(args.initial_comment ?? '');
  const targets = (args.channels?.split(',') ?? [args.channel_id]).filter((name) => name !== undefined);
  if (args.thread_ts !== undefined && targets.length !== 1) throw new SlackError('invalid_arguments');
  const channels = targets.map((name) => channelForMessage(call, name.trim()));
  const files = args.files.map(({ id, title }) => keep(call, id, title));
  for (const { id } of channels) call.workspace.post(id, { text, blocks, files }, { thread_ts: args.thread_ts });
  return { files: files.map((file) => showFile(file, call.baseUrl)) };
}

function keep(call: Call, id: string, title: string | undefined): SlackFile {
  const { name, content } = call.uploads.complete(id);
  const mimetype = MIME_TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
  return call.workspace.addFile({
    id,
    name,
    title: title ?? name,
    mimetype,
    user: call.workspace.app.botUser,
    content,
  });
}

const MIME_TYPES: Record<string, string> = {
  csv: 'text/csv',
  gif: 'image/gif',
  html: 'text/html',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  yaml: 'text/yaml',
  yml: 'text/yaml',
  zip: 'application/zip',
};

function info(call: Call): Answer {
  const file = call.workspace.file(argumentsOf(call, z.object({ file: z.string() })).file);
  if (!file) throw new SlackError('file_not_found');
  return { file: showFile(file, call.baseUrl), comments: [], response_metadata: { next_cursor: '' } };
}

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': { token: 'bot', scopes: ['files:write'], tier: 'tier4', run: begin },
  'files.completeUploadExternal': { token: 'bot', scopes: ['files:write'], tier: 'tier4', run: complete },
  'files.info': { token: 'bot', scopes: ['files:read'], tier: 'tier4', run: info },
};
