import type {
  Block,
  Interactions,
  ResponseTarget,
  SlackChannel,
  SlackMessage,
  SlackUser,
  SlackView,
  WorkspaceState,
} from '../contract.ts';
import { elementsOf } from './elements.ts';
import { inMessage, inView } from './payloads.ts';
import { Refusal } from './refusal.ts';
import { type Known, stateOf, type Values } from './values.ts';

/** What a person has in front of them, and what they may do there. */
export type Screen = {
  person(id: string): SlackUser;
  channel(user: SlackUser, id: string): SlackChannel;
  message(user: SlackUser, at: { channel: string; ts: string }): { channel: SlackChannel; message: SlackMessage };
  topModal(user: SlackUser): SlackView;
  place(user: SlackUser, on: Parameters<Interactions['act']>[0]['on']): Place;
  known: Known;
};

/** Where elements are: a message, the top modal or Home. */
export type Place = {
  blocks: readonly Block[];
  fill(values: Values): void;
  /** What the app is told of it, as it is now. */
  describe(): Record<string, unknown>;
  /** The modal that it is, for views to be pushed onto it. */
  modal?: string;
  responses: ResponseTarget | null;
};

export function createScreen(workspace: WorkspaceState): Screen {
  // What people chose in messages is on their own screens only, until they reload.
  const chosen = new Map<string, Values>();

  const visible = (user: SlackUser, { kind, members }: SlackChannel): boolean =>
    kind === 'public' || members.includes(user.id);

  const screen: Screen = {
    person(id) {
      const user = workspace.user(id);
      if (user === null) throw new Refusal('not-there', `there is no user "${id}"`);
      if (user.deleted) throw new Refusal('invalid', `${user.name} is deactivated and cannot do anything in Slack`);
      if (user.is_bot) throw new Refusal('invalid', `${user.name} is a bot: it presses no buttons`);
      return user;
    },
    channel(user, id) {
      const channel = workspace.channel(id);
      if (channel === null || !visible(user, channel))
        throw new Refusal('not-there', `${user.name} sees no channel "${id}"`);
      return channel;
    },
    message(user, at) {
      const channel = screen.channel(user, at.channel);
      const message = workspace.message(channel.id, at.ts);
      if (message === null || (message.ephemeralTo ?? user.id) !== user.id)
        throw new Refusal('not-there', `${user.name} sees no message ${at.ts} in "${channel.name || channel.id}"`);
      return { channel, message };
    },
    topModal(user) {
      const view = workspace.modals(user.id).at(-1);
      if (view === undefined) throw new Refusal('not-there', `${user.name} has no modal open`);
      return view;
    },
    place(user, on) {
      if (on === 'modal') return viewPlace(workspace, screen.topModal(user).id);
      if (on === 'home') {
        const home = workspace.home(user.id);
        if (home === null) throw new Refusal('not-there', `the app has published no Home for ${user.name}`);
        return viewPlace(workspace, home.id);
      }
      const { channel, message } = screen.message(user, on);
      const key = JSON.stringify([user.id, channel.id, message.ts]);
      return {
        blocks: message.blocks,
        fill(values) {
          chosen.set(key, merged(chosen.get(key) ?? {}, values));
        },
        describe: () => ({
          ...inMessage(workspace, channel, message),
          state: { values: stateOf(elementsOf(message.blocks), chosen.get(key) ?? {}) },
        }),
        responses: {
          channel: channel.id,
          user: user.id,
          ts: message.ts,
          ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
        },
      };
    },
    known: {
      isUser: (id) => workspace.user(id) !== null,
      isChannel: (id) => workspace.channel(id) !== null,
      file: (id) => workspace.file(id),
    },
  };
  return screen;
}

function viewPlace(workspace: WorkspaceState, id: string): Place {
  const view = (): SlackView => {
    const view = workspace.view(id);
    if (view === null) throw new Refusal('not-there', 'the view has been closed meanwhile');
    return view;
  };
  return {
    blocks: view().blocks,
    fill: (values) => {
      workspace.fillView(id, values);
    },
    describe: () => inView(workspace, view()),
    ...(view().type === 'modal' && { modal: id }),
    responses: null,
  };
}

function merged(below: Values, above: Values): Values {
  const result = { ...below };
  for (const [block, actions] of Object.entries(above)) result[block] = { ...result[block], ...actions };
  return result;
}
