import type { SlackChannel } from '../contract.ts';

type Kind = SlackChannel['kind'];

/** Which scope lets an app do what with which kind of conversation. */
export const READ_SCOPE: Record<Kind, string> = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
};

export const MANAGE_SCOPE: Record<Kind, string> = {
  public: 'channels:manage',
  private: 'groups:write',
  im: 'im:write',
  mpim: 'mpim:write',
};

export const HISTORY_SCOPE: Record<Kind, string> = {
  public: 'channels:history',
  private: 'groups:history',
  im: 'im:history',
  mpim: 'mpim:history',
};

/** As `types` of `conversations.list` names them. */
export const KIND_OF_TYPE: Record<string, Kind> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
};
