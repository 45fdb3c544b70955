import { z } from 'zod';
import { readContent } from '../blocks/read.ts';
import type { Draft, ResponseTarget, WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';

/** What an app says through a `response_url` or in answer to a command. */
const Words = z.looseObject({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/** Ready to be said: checked before a use of the address is spent. */
export type Words = {
  /** Null for what only deletes. */
  draft: Draft | null;
  inChannel: boolean;
  original: 'keep' | 'replace' | 'delete';
  thread_ts?: string;
};

export function readWords(body: unknown): Words {
  const parsed = Words.safeParse(body);
  if (!parsed.success) {
    const details = parsed.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`);
    throw new SlackError('invalid_payload', { details });
  }
  const { text, blocks, attachments, response_type, replace_original, delete_original, thread_ts } = parsed.data;
  const original = delete_original === true ? 'delete' : replace_original === true ? 'replace' : 'keep';
  const draft = original === 'delete' ? null : readContent({ text, blocks, attachments });
  return { draft, inChannel: response_type === 'in_channel', original, ...(thread_ts !== undefined && { thread_ts }) };
}

export function say(workspace: WorkspaceState, target: ResponseTarget, words: Words): void {
  const { draft, inChannel, original, thread_ts } = words;
  const { channel, user, ts } = target;
  if (draft === null) {
    if (ts === null) throw new SlackError('invalid_payload', { details: ['there is no message to delete'] });
    workspace.remove(channel, ts);
  } else if (original === 'replace' && ts !== null) {
    // What replaces a message replaces all of it: text alone takes the old blocks away.
    workspace.edit(channel, ts, draft);
  } else {
    workspace.post(channel, draft, {
      ...(thread_ts !== undefined && { thread_ts }),
      ...(!inChannel && { ephemeralTo: user }),
    });
  }
}
