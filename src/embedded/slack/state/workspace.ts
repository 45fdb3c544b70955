import type { Change, LocalSlackOptions, SlackApp, WorkspaceState } from '../contract.ts';
import { channelsOf } from './channels.ts';
import { runningClock } from './clock.ts';
import { idOf, secret } from './ids.ts';
import { type Kept, readKept, writeKept } from './kept.ts';
import { messagesOf } from './messages.ts';
import { newGroup, newUser, peopleOf } from './people.ts';
import { emptyData, type Site } from './site.ts';
import { ticketsOf } from './tickets.ts';
import { viewsOf } from './views.ts';

/** How long a change waits for others before all is written to disk: longer, the longer writing takes, so that it stays in the background. */
const WRITE_DELAY_MS = 200;
const WRITE_SHARE = 20;
/** After the disk has refused. */
const RETRY_DELAY_MS = 5_000;

/** The workspace as options and the file of an earlier run describe it, and the key of its page. */
export async function openWorkspace(options: LocalSlackOptions): Promise<{ workspace: WorkspaceState; key: string }> {
  const kept = options.file === null ? null : await readKept(options.file);
  const key = options.key ?? kept?.key ?? secret();
  const app = appOf(options, kept);
  const listeners = new Set<(change: Change) => void>();
  const keeper = keeperOf(options, () => keptOf(site, key));
  const site: Site = {
    team: options.team,
    app,
    clock: options.clock ?? runningClock(),
    data: emptyData(),
    tell(change) {
      keeper.changed();
      for (const listener of listeners) listener(change);
    },
  };
  if (kept) restore(site, kept);
  seed(site, options);

  const views = viewsOf(site);
  const workspace: WorkspaceState = {
    team: site.team,
    app,
    clock: site.clock,
    ...peopleOf(site),
    ...channelsOf(site),
    ...messagesOf(site),
    ...views,
    ...ticketsOf(site.clock),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reset() {
      for (const map of Object.values(site.data)) map.clear();
      views.clear();
      seed(site, options);
      site.tell({ kind: 'reset' });
    },
    flush: keeper.flush,
  };
  return { workspace, key };
}

function appOf(options: LocalSlackOptions, kept: Kept | null): SlackApp {
  const { app } = options;
  return {
    ...app,
    id: idOf('A', app.name),
    botUser: idOf('U', `app ${app.name}`),
    botId: idOf('B', app.name),
    botToken: app.botToken ?? kept?.tokens.bot ?? `xoxb-local-${secret()}`,
    appToken: app.appToken ?? kept?.tokens.app ?? `xapp-local-${secret()}`,
    signingSecret: app.signingSecret ?? kept?.tokens.signingSecret ?? secret(16),
  };
}

/** What the options name is as they say; what was added or written since stays. */
function seed(site: Site, options: LocalSlackOptions): void {
  const { users, groups, channels, messages } = site.data;
  const before = new Set(users.keys());
  const bot = { id: site.app.botUser, name: botName(site.app.name), real_name: site.app.name, is_bot: true };
  for (const given of [...options.users, bot]) {
    const user = newUser(site.team.id, given);
    users.set(user.id, user);
  }
  for (const given of options.groups) {
    const group = newGroup(site, given);
    groups.set(group.id, group);
  }
  const people = [...users.values()].filter((user) => !user.deleted && !user.is_bot).map(({ id }) => id);
  for (const { name, private: isPrivate = false, topic = '', id = idOf('C', name) } of options.channels) {
    const known = channels.get(id);
    // Whoever made a private channel for the app has invited it; a public one it joins by itself. Who left stays out.
    const newcomers = people.filter((user) => !known || !before.has(user));
    const members = new Set([...(known?.members ?? (isPrivate ? [bot.id] : [])), ...newcomers]);
    const created = Math.floor(site.clock.now() / 1000);
    const kind = isPrivate ? ('private' as const) : ('public' as const);
    const fresh = { id, name, kind, is_archived: false, topic, purpose: '', creator: people[0] ?? bot.id, created };
    channels.set(id, { ...(known ?? fresh), members: [...members] });
    if (!messages.has(id)) messages.set(id, []);
  }
}

function restore(site: Site, kept: Kept): void {
  const { users, groups, channels, messages, files } = site.data;
  for (const user of kept.users) users.set(user.id, user);
  for (const group of kept.groups) groups.set(group.id, group);
  for (const channel of kept.channels) {
    channels.set(channel.id, channel);
    messages.set(channel.id, []);
  }
  for (const message of kept.messages) messages.get(message.channel)?.push(message);
  for (const { file, base64 } of kept.files) files.set(file.id, { file, content: Buffer.from(base64, 'base64') });
}

function keptOf({ app, data }: Site, key: string): Kept {
  return {
    version: 1,
    tokens: { bot: app.botToken, app: app.appToken, signingSecret: app.signingSecret },
    key,
    users: [...data.users.values()],
    groups: [...data.groups.values()],
    channels: [...data.channels.values()],
    messages: [...data.messages.values()].flat().filter(({ ephemeralTo }) => ephemeralTo === undefined),
    files: [...data.files.values()].map(({ file, content }) => ({
      file,
      base64: Buffer.from(content).toString('base64'),
    })),
  };
}

/** Writes what changed, a moment after it did. Writes follow one another: the file is never older than what was flushed. */
function keeperOf({ file, onLog }: LocalSlackOptions, kept: () => Kept) {
  let timer: NodeJS.Timeout | null = null;
  let dirty = false;
  let writing: Promise<void> = Promise.resolve();
  let tookMs = 0;

  async function writeAll(path: string): Promise<void> {
    const startMs = performance.now();
    await writeKept(path, kept());
    tookMs = performance.now() - startMs;
  }

  function write(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    if (file !== null && dirty) {
      dirty = false;
      writing = writing.catch(() => undefined).then(() => writeAll(file));
    }
    return writing;
  }

  function writeIn(delayMs: number): void {
    if (file === null) return;
    timer ??= setTimeout(() => {
      write().catch((error: unknown) => {
        onLog?.(`Local Slack could not write ${file}: ${error instanceof Error ? error.message : String(error)}`);
        dirty = true;
        writeIn(RETRY_DELAY_MS);
      });
    }, delayMs).unref();
  }

  return {
    changed() {
      dirty = true;
      writeIn(Math.max(WRITE_DELAY_MS, WRITE_SHARE * tookMs));
    },
    async flush() {
      // At the first start nothing has changed yet, but the tokens have been made.
      dirty = true;
      await write();
    },
  };
}

function botName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '') || 'app';
}
