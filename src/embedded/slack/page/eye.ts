import type { SlackChannel, SlackMessage, SlackUser, WorkspaceState } from '../contract.ts';

/** Whose eyes a page is drawn for. */
export type Eye = {
  workspace: WorkspaceState;
  me: SlackUser;
  /** `/as/U123`: every address of this person's begins so, so that two tabs can be two people. */
  base: string;
  /** `http://127.0.0.1:PORT`: addresses that begin so lead here. */
  origin: string;
};

export const eyeOf = (workspace: WorkspaceState, me: SlackUser, origin: string): Eye => ({
  workspace,
  me,
  base: baseOf(me.id),
  origin,
});
export const baseOf = (user: string): string => `/as/${encodeURIComponent(user)}`;

export const channelPath = (eye: Eye, channel: string, thread?: string): string =>
  `${eye.base}/c/${encodeURIComponent(channel)}${thread === undefined ? '' : `/t/${encodeURIComponent(thread)}`}`;

/** Public channels can be looked into by everybody but guests and strangers; all others by their members. */
export function maySee({ me }: Eye, channel: SlackChannel): boolean {
  if (channel.kind === 'im') return channel.user === me.id;
  if (channel.members.includes(me.id)) return true;
  return channel.kind === 'public' && !me.is_restricted && !me.is_ultra_restricted && !me.is_stranger;
}

export const seenBy = (eye: Eye, message: SlackMessage): boolean =>
  message.ephemeralTo === undefined || message.ephemeralTo === eye.me.id;

/** What somebody is called on screen. */
export function nameOf(workspace: Pick<WorkspaceState, 'user' | 'app'>, id: string): string {
  if (id === workspace.app.botUser) return workspace.app.name;
  const user = workspace.user(id);
  return user === null ? id : user.real_name || user.name;
}

export function channelName(workspace: WorkspaceState, channel: SlackChannel): string {
  if (channel.kind === 'im') return workspace.app.name;
  if (channel.kind !== 'mpim') return channel.name;
  return channel.members
    .filter((id) => id !== workspace.app.botUser)
    .map((id) => nameOf(workspace, id))
    .join(', ');
}
