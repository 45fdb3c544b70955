import type {
  Change,
  Clock,
  SlackApp,
  SlackChannel,
  SlackFile,
  SlackMessage,
  SlackUser,
  SlackUserGroup,
  Team,
} from '../contract.ts';
import { SlackError } from '../slack-error.ts';

/** What the parts of the workspace share. */
export type Site = {
  readonly team: Team;
  readonly app: SlackApp;
  readonly clock: Clock;
  readonly data: Data;
  /** Something is different now: for screens, and to be kept. */
  tell(change: Change): void;
};

type Data = {
  users: Map<string, SlackUser>;
  groups: Map<string, SlackUserGroup>;
  channels: Map<string, SlackChannel>;
  /** By channel, oldest first. */
  messages: Map<string, SlackMessage[]>;
  files: Map<string, { file: SlackFile; content: Uint8Array }>;
};

export function emptyData(): Data {
  return { users: new Map(), groups: new Map(), channels: new Map(), messages: new Map(), files: new Map() };
}

export function userOf(site: Site, id: string): SlackUser {
  const user = site.data.users.get(id);
  if (!user) throw new SlackError('user_not_found', { details: [`no user ${id} in this workspace`] });
  return user;
}

export function channelOf(site: Site, id: string): SlackChannel {
  const channel = site.data.channels.get(id);
  if (!channel) throw new SlackError('channel_not_found', { details: [`no channel ${id} in this workspace`] });
  return channel;
}
