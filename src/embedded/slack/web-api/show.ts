import type {
  SlackChannel,
  SlackFile,
  SlackMessage,
  SlackUser,
  SlackUserGroup,
  SlackView,
  Workspace,
} from '../contract.ts';

/** The objects of the workspace in the shape in which Slack's methods answer them. */

export function showUser(workspace: Workspace, user: SlackUser): Record<string, unknown> {
  const { team, app, clock } = workspace;
  const mayReadEmail = app.scopes.includes('users:read.email');
  return {
    id: user.id,
    team_id: user.team_id,
    name: user.name,
    deleted: user.deleted,
    color: '9f69e7',
    real_name: user.real_name,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: offsetS(user.tz, clock.now()),
    profile: {
      title: user.title,
      phone: '',
      skype: '',
      real_name: user.real_name,
      real_name_normalized: user.real_name,
      display_name: user.name,
      display_name_normalized: user.name,
      status_text: '',
      status_emoji: '',
      team: team.id,
      ...(mayReadEmail && user.email !== null ? { email: user.email } : {}),
      ...(user.id === app.botUser ? { api_app_id: app.id, bot_id: app.botId } : {}),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.is_restricted,
    is_ultra_restricted: user.is_ultra_restricted,
    is_bot: user.is_bot,
    is_app_user: false,
    ...(user.is_stranger ? { is_stranger: true } : {}),
    is_email_confirmed: user.email !== null,
    updated: Math.floor(clock.now() / 1000),
  };
}

export function showGroup(workspace: Workspace, group: SlackUserGroup, withUsers: boolean): Record<string, unknown> {
  return {
    id: group.id,
    team_id: workspace.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    date_create: 0,
    date_update: 0,
    date_delete: group.disabled ? 1 : 0,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: '',
    prefs: { channels: [], groups: [] },
    user_count: group.users.length,
    ...(withUsers ? { users: group.users } : {}),
  };
}

export function showChannel(workspace: Workspace, channel: SlackChannel): Record<string, unknown> {
  const { team, app } = workspace;
  const { id, kind, created, is_archived } = channel;
  if (kind === 'im') {
    return {
      id,
      created,
      is_archived,
      is_im: true,
      is_org_shared: false,
      user: channel.user,
      is_user_deleted: false,
      priority: 0,
    };
  }
  const worded = (value: string) => ({ value, creator: value ? channel.creator : '', last_set: value ? created : 0 });
  return {
    id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: kind === 'public' || kind === 'private',
    is_group: false,
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: kind !== 'public',
    is_archived,
    is_general: channel.name === 'general',
    is_shared: false,
    is_org_shared: false,
    is_ext_shared: false,
    is_pending_ext_shared: false,
    is_member: channel.members.includes(app.botUser),
    created,
    creator: channel.creator,
    context_team_id: team.id,
    unlinked: 0,
    updated: created * 1000,
    topic: worded(channel.topic),
    purpose: worded(channel.purpose),
    previous_names: [],
    num_members: channel.members.length,
  };
}

export function showMessage(workspace: Workspace, message: SlackMessage): Record<string, unknown> {
  const { team, app } = workspace;
  const replies = message.thread_ts === undefined ? workspace.messages(message.channel, message.ts) : [];
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: team.id,
    ...(message.bot_id
      ? {
          bot_id: message.bot_id,
          app_id: message.app_id,
          bot_profile: {
            id: app.botId,
            app_id: app.id,
            name: app.name,
            deleted: false,
            team_id: team.id,
            updated: 0,
            icons: {},
          },
        }
      : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((file) => showFile(file)) } : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.thread_ts !== undefined ? { thread_ts: message.thread_ts } : {}),
    ...(replies.length > 0
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map(({ user }) => user))],
          latest_reply: replies.at(-1)?.ts,
        }
      : {}),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map(({ name, users }) => ({ name, users, count: users.length })) }
      : {}),
    ...(message.pinned ? { pinned_to: [message.channel] } : {}),
    ...(message.ephemeralTo !== undefined ? { is_ephemeral: true } : {}),
  };
}

/** `baseUrl`: where it can be fetched, by the app with its token. */
export function showFile(file: SlackFile, baseUrl?: string): Record<string, unknown> {
  return {
    ...(baseUrl ? { url_private: `${baseUrl}/files/${file.id}`, permalink: `${baseUrl}/files/${file.id}` } : {}),
    id: file.id,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').at(-1) ?? '',
    size: file.size,
    user: file.user,
    mode: 'hosted',
    is_external: false,
  };
}

/** As apps get it: `user` is ours, for whose screen it is on. */
export function showView(workspace: Workspace, view: SlackView): Record<string, unknown> {
  const { user: _user, title, submit, close, ...rest } = view;
  return {
    ...rest,
    team_id: workspace.team.id,
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.app.botId,
    title: title ?? null,
    submit: submit ?? null,
    close: close ?? null,
  };
}

/** Seconds east of Greenwich at that moment. */
function offsetS(tz: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' }).formatToParts(atMs);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
