import { randomBytes } from 'node:crypto';
import type { SlackChannel, SlackMessage, SlackUser, SlackView, Workspace } from '../contract.ts';
import { verificationToken } from '../delivery/post.ts';
import type { Found } from './elements.ts';
import type { Entry } from './values.ts';

/** What Slack tells apps, field by field as it does. All names in here are Slack's. */

type Json = Record<string, unknown>;

export function blockActions(
  workspace: Workspace,
  user: SlackUser,
  place: Json,
  found: Found,
  entry: Entry | null,
  more: Json,
): Json {
  return {
    type: 'block_actions',
    user: person(user, workspace),
    ...common(workspace),
    ...place,
    ...more,
    actions: [action(found, entry, timestamp(workspace))],
  };
}

export function blockSuggestion(workspace: Workspace, user: SlackUser, place: Json, found: Found, typed: string): Json {
  return {
    type: 'block_suggestion',
    user: person(user, workspace),
    ...common(workspace),
    ...place,
    action_id: found.element.action_id,
    block_id: found.blockId,
    value: typed,
  };
}

export function viewSubmission(workspace: Workspace, user: SlackUser, view: SlackView, trigger: string): Json {
  return {
    type: 'view_submission',
    user: person(user, workspace),
    ...common(workspace),
    trigger_id: trigger,
    view: viewOf(workspace, view),
    response_urls: [],
  };
}

export function viewClosed(workspace: Workspace, user: SlackUser, view: SlackView, cleared: boolean): Json {
  return {
    type: 'view_closed',
    user: person(user, workspace),
    ...common(workspace),
    view: viewOf(workspace, view),
    is_cleared: cleared,
  };
}

export function globalShortcut(workspace: Workspace, user: SlackUser, callbackId: string, trigger: string): Json {
  return {
    type: 'shortcut',
    ...common(workspace),
    action_ts: timestamp(workspace),
    user: { id: user.id, username: user.name, team_id: user.team_id },
    callback_id: callbackId,
    trigger_id: trigger,
  };
}

export function messageShortcut(
  workspace: Workspace,
  user: SlackUser,
  callbackId: string,
  on: { channel: SlackChannel; message: SlackMessage },
  means: { trigger: string; responseUrl: string },
): Json {
  return {
    type: 'message_action',
    ...common(workspace),
    action_ts: timestamp(workspace),
    user: { id: user.id, username: user.name, team_id: user.team_id, name: user.name },
    channel: { id: on.channel.id, name: channelName(on.channel) },
    callback_id: callbackId,
    trigger_id: means.trigger,
    response_url: means.responseUrl,
    message_ts: on.message.ts,
    message: messageOf(workspace, on.message),
  };
}

export function slashCommand(
  workspace: Workspace,
  user: SlackUser,
  channel: SlackChannel,
  what: { command: string; text: string },
  means: { trigger: string; responseUrl: string },
): Json {
  return {
    token: verificationToken(workspace),
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.name,
    command: what.command,
    text: what.text,
    api_app_id: workspace.app.id,
    is_enterprise_install: 'false',
    response_url: means.responseUrl,
    trigger_id: means.trigger,
  };
}

export function eventCallback(workspace: Workspace, event: Json): Json {
  const now = workspace.clock.now();
  return {
    token: verificationToken(workspace),
    team_id: workspace.team.id,
    context_team_id: workspace.team.id,
    context_enterprise_id: null,
    api_app_id: workspace.app.id,
    event: { event_ts: timestamp(workspace), ...event },
    type: 'event_callback',
    event_id: `Ev${randomBytes(5).toString('hex').toUpperCase()}`,
    event_time: Math.floor(now / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.team.id,
        user_id: workspace.app.botUser,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${randomBytes(12).toString('base64url')}`,
  };
}

export function appHomeOpened(workspace: Workspace, user: string, channel: string): Json {
  const home = workspace.home(user);
  return {
    type: 'app_home_opened',
    user,
    channel,
    tab: 'home',
    ...(home && { view: viewOf(workspace, home) }),
  };
}

/** Where something in a message is: what `block_actions` says of it. An ephemeral message is not repeated, as in Slack. */
export function inMessage(workspace: Workspace, channel: SlackChannel, message: SlackMessage): Json {
  const ephemeral = message.ephemeralTo !== undefined;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    },
    channel: { id: channel.id, name: channelName(channel) },
    ...(!ephemeral && { message: messageOf(workspace, message) }),
  };
}

export function inView(workspace: Workspace, view: SlackView): Json {
  return { container: { type: 'view', view_id: view.id }, view: viewOf(workspace, view) };
}

function action({ blockId, element }: Found, entry: Entry | null, action_ts: string): Json {
  const { type, action_id, text, value, url, style, confirm, placeholder, icon } = element;
  const starts = Object.entries(element).filter(([name]) => name.startsWith('initial_'));
  return {
    ...Object.fromEntries(starts),
    action_id,
    block_id: blockId,
    ...defined({ text, value, url, style, confirm, placeholder, icon }),
    ...entry,
    type,
    action_ts,
  };
}

function viewOf(workspace: Workspace, view: SlackView): Json {
  const { user: _, title, submit, close, ...rest } = view;
  return {
    ...rest,
    team_id: workspace.team.id,
    title: title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    submit: submit ?? null,
    close: close ?? null,
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.app.botId,
  };
}

function messageOf(workspace: Workspace, message: SlackMessage): Json {
  const { ts, thread_ts, user, bot_id, app_id, text, blocks, edited, reactions, files } = message;
  return {
    type: 'message',
    user,
    ts,
    ...defined({ bot_id, app_id, thread_ts, edited }),
    text,
    team: workspace.team.id,
    ...(blocks.length > 0 && { blocks }),
    ...(files.length > 0 && { files }),
    ...(reactions.length > 0 && {
      reactions: reactions.map(({ name, users }) => ({ name, users, count: users.length })),
    }),
  };
}

function common(workspace: Workspace): Json {
  return {
    api_app_id: workspace.app.id,
    token: verificationToken(workspace),
    team: { id: workspace.team.id, domain: workspace.team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function person(user: SlackUser, workspace: Workspace): Json {
  return { id: user.id, username: user.name, name: user.name, team_id: user.team_id || workspace.team.id };
}

/** Slack does not name what is not public. */
function channelName({ kind, name }: SlackChannel): string {
  switch (kind) {
    case 'public':
      return name;
    case 'private':
    case 'mpim':
      return 'privategroup';
    case 'im':
      return 'directmessage';
    default:
      return kind satisfies never;
  }
}

function timestamp(workspace: Workspace): string {
  const now = workspace.clock.now();
  return `${Math.floor(now / 1000)}.${String((now % 1000) * 1000).padStart(6, '0')}`;
}

function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
