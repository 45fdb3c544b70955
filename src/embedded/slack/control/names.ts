import type { SlackUserGroup, Workspace } from '../contract.ts';
import { elementsOf, list } from '../interactions/elements.ts';
import { Refusal } from '../interactions/refusal.ts';

/** People and channels by what people call them: `asha`, `#incidents`; ids serve too. */

export function userNamed(workspace: Workspace, name: string): string {
  const bare = name.replace(/^@/, '');
  const user = workspace.user(name) ?? workspace.users().find((candidate) => candidate.name === bare);
  if (user) return user.id;
  throw new Refusal('not-there', `there is no user "${name}"; users: ${list(workspace.users().map((u) => u.name))}`);
}

/** `@name`: the direct conversation of that person with the app. */
export function channelNamed(workspace: Workspace, name: string): string {
  if (name.startsWith('@')) return workspace.im(userNamed(workspace, name)).id;
  const bare = name.replace(/^#/, '');
  const channel = workspace.channel(name) ?? workspace.channels().find((candidate) => candidate.name === bare);
  if (channel) return channel.id;
  const names = workspace.channels().flatMap((known) => (known.name === '' ? [] : [`#${known.name}`]));
  throw new Refusal('not-there', `there is no channel "${name}"; channels: ${list(names)}`);
}

export function groupNamed(workspace: Workspace, name: string): SlackUserGroup | null {
  const bare = name.replace(/^@/, '');
  return workspace.groups().find((group) => group.id === name || group.handle === bare) ?? null;
}

/** The last message, of the channel and its threads, that this person sees and that has the action. */
export function messageWith(workspace: Workspace, channel: string, user: string, actionId: string): string {
  const heads = workspace.messages(channel, null);
  const all = heads
    .flatMap((head) => [head, ...workspace.messages(channel, head.ts)])
    .filter((message) => (message.ephemeralTo ?? user) === user)
    .sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const last = all.findLast(({ blocks }) => elementsOf(blocks).some(({ element }) => element.action_id === actionId));
  if (last !== undefined) return last.ts;
  throw new Refusal('not-there', `no message in "${channel}" has "${actionId}"`);
}
