import type { Workspace } from '../contract.ts';
import type { LocalDelivery } from '../delivery/delivery.ts';

/** What a test needs to know: of all, of one channel, of one person. Secrets of the app stay out. */
export function stateOf(
  workspace: Workspace,
  { courier }: Pick<LocalDelivery, 'courier'>,
  { channel, user }: { channel: string | null; user: string | null },
): Record<string, unknown> {
  const { botToken: _bot, appToken: _app, signingSecret: _secret, ...app } = workspace.app;
  return {
    now: workspace.clock.now(),
    team: workspace.team,
    app,
    connections: courier.sockets.count(),
    users: workspace.users(),
    groups: workspace.groups(),
    channels: workspace.channels(),
    deliveries: courier.told(),
    pending: courier.pending(),
    ...(channel !== null && { messages: messagesOf(workspace, channel) }),
    ...(user !== null && { modals: workspace.modals(user), home: workspace.home(user) }),
  };
}

/** Each with its thread. */
function messagesOf(workspace: Workspace, channel: string): unknown[] {
  return workspace
    .messages(channel, null)
    .map((message) => ({ ...message, replies: workspace.messages(channel, message.ts) }));
}
