/**
 * What the app asks the workspace for, and why. `slack-manifest.json` lists the same. There is no `*:history` among them: Tocsin
 * cannot read what people write to each other.
 */
export const BOT_SCOPES = {
  'channels:join': 'to enter the channel where incidents are announced',
  'channels:manage': 'to make, name and archive the channel of an incident, and to invite people into it',
  'channels:read': 'to find the channel where incidents are announced',
  'chat:write': 'to ask, to tell, and to keep messages current',
  commands: 'for /tocsin and "Report an AI incident"',
  'groups:read': 'to find that channel when it is private',
  'groups:write': 'the same as channels:manage, for private channels',
  'im:write': 'to ask people in a direct message',
  'pins:write': 'to pin the status of an incident',
  'usergroups:read': 'to know who is on call: roles may be user groups',
  'users:read': 'to know who clicks: only active members of the workspace decide',
  'users:read.email': 'to know them as the people of tocsin.yaml',
} as const satisfies Record<string, string>;

/** In the manifest so that what needs them later asks nobody again. Nothing lacks without them. */
export const SPARE_SCOPES: readonly string[] = ['files:write', 'reactions:write'];

export const APP_SCOPE = 'connections:write';
