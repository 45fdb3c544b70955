import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { SetupError } from '../../failure.ts';

/** What a workspace remembers between starts. */

const Block = z.looseObject({ type: z.string(), block_id: z.string().optional() });

const User = z.object({
  id: z.string(),
  team_id: z.string(),
  name: z.string(),
  real_name: z.string(),
  email: z.string().nullable(),
  title: z.string(),
  tz: z.string(),
  is_bot: z.boolean(),
  deleted: z.boolean(),
  is_restricted: z.boolean(),
  is_ultra_restricted: z.boolean(),
  is_stranger: z.boolean(),
});

const Group = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  users: z.array(z.string()),
  disabled: z.boolean(),
});

const Channel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['public', 'private', 'im', 'mpim']),
  user: z.string().optional(),
  is_archived: z.boolean(),
  topic: z.string(),
  purpose: z.string(),
  creator: z.string(),
  created: z.number(),
  members: z.array(z.string()),
});

const File = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  mimetype: z.string(),
  size: z.number(),
  user: z.string(),
});

const Message = z.object({
  channel: z.string(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  user: z.string(),
  bot_id: z.string().optional(),
  app_id: z.string().optional(),
  text: z.string(),
  blocks: z.array(Block),
  ephemeralTo: z.string().optional(),
  edited: z.object({ user: z.string(), ts: z.string() }).optional(),
  reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()) })),
  pinned: z.boolean(),
  files: z.array(File),
  mentions: z.array(z.string()),
});

export const Kept = z.object({
  version: z.literal(1),
  tokens: z.object({ bot: z.string(), app: z.string(), signingSecret: z.string() }),
  key: z.string(),
  users: z.array(User),
  groups: z.array(Group),
  channels: z.array(Channel),
  messages: z.array(Message),
  files: z.array(z.object({ file: File, base64: z.string() })),
});
export type Kept = z.infer<typeof Kept>;

/** Null when there is no such file yet. */
export async function readKept(path: string): Promise<Kept | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const read = Kept.safeParse(parsed(text));
  if (read.success) return read.data;
  throw new SetupError(
    'local-slack-file',
    `${path} does not hold the state of a local Slack: ${z.prettifyError(read.error).split('\n')[0]}`,
    'Move the file away: local Slack then starts afresh',
  );
}

/** Whole or not at all, and for the owner only: it holds the tokens. */
export async function writeKept(path: string, kept: Kept): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(kept));
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
