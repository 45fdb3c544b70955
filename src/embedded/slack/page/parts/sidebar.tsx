import type { SlackChannel } from '../../contract.ts';
import { channelName, channelPath, type Eye, maySee } from '../eye.ts';
import { type Reads, unreadIn } from '../reads.ts';

/** The place that is open: a channel's id, or Home. */
export type Here = { channel: string } | 'home' | null;

export function Sidebar({ eye, reads, here }: { eye: Eye; reads: Reads; here: Here }) {
  const { workspace, me } = eye;
  const own = workspace.im(me.id);
  const all = workspace
    .channels()
    .filter((channel) => maySee(eye, channel))
    .sort((a, b) => a.name.localeCompare(b.name));
  const rooms = all.filter(({ kind, is_archived }) => (kind === 'public' || kind === 'private') && !is_archived);
  const joined = rooms.filter(({ members }) => members.includes(me.id));
  const others = rooms.filter(({ members }) => !members.includes(me.id));
  const direct = [own, ...all.filter(({ kind }) => kind === 'mpim')];
  const archived = all.filter(({ is_archived }) => is_archived);
  const item = (channel: SlackChannel) => <Item eye={eye} channel={channel} reads={reads} here={here} />;
  return (
    <nav class="sidebar" aria-label="Conversations">
      <h2>Channels</h2>
      {joined.length > 0 ? <ul>{joined.map(item)}</ul> : <p class="quiet">You are in no channel yet.</p>}
      <h2>Direct messages</h2>
      <ul>{direct.map(item)}</ul>
      <h2>Apps</h2>
      <ul>
        <li>
          <a class="row" href={`${eye.base}/home`} aria-current={here === 'home' ? 'page' : undefined}>
            <span class="mark" aria-hidden="true">
              ⌂
            </span>
            <span>Home of {workspace.app.name}</span>
          </a>
        </li>
      </ul>
      {others.length > 0 && (
        <details id="others" open={others.some(({ id }) => isHere(here, id))}>
          <summary>Other channels ({others.length})</summary>
          <ul>{others.map(item)}</ul>
        </details>
      )}
      {archived.length > 0 && (
        <details id="archived" open={archived.some(({ id }) => isHere(here, id))}>
          <summary>Archived ({archived.length})</summary>
          <ul>{archived.map(item)}</ul>
        </details>
      )}
    </nav>
  );
}

const isHere = (here: Here, channel: string): boolean => here !== null && here !== 'home' && here.channel === channel;

function Item({ eye, channel, reads, here }: { eye: Eye; channel: SlackChannel; reads: Reads; here: Here }) {
  const unread = unreadIn(eye, reads, channel);
  const current = isHere(here, channel.id);
  return (
    <li>
      <a
        class={unread.messages > 0 ? 'row unread' : 'row'}
        href={channelPath(eye, channel.id)}
        aria-current={current ? 'page' : undefined}
      >
        <span class="mark" aria-hidden="true">
          {channel.kind === 'private' ? '◇' : channel.kind === 'public' ? '#' : '@'}
        </span>
        <span>
          <bdi>{channelName(eye.workspace, channel)}</bdi>
          {channel.kind === 'private' && <span class="sr"> (private)</span>}
        </span>
        {unread.mentions > 0 && (
          <span class="count">
            {unread.mentions}
            <span class="sr"> for you</span>
          </span>
        )}
        {unread.messages > 0 && unread.mentions === 0 && (
          <span class="dot">
            <span class="sr">unread</span>
          </span>
        )}
      </a>
    </li>
  );
}
