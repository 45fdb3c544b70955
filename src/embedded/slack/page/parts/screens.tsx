import type { Child } from 'hono/jsx';
import type { SlackChannel, SlackMessage, SlackUser } from '../../contract.ts';
import { baseOf, channelName, channelPath, type Eye, maySee, nameOf } from '../eye.ts';
import type { Note } from '../notes.ts';
import { unreadIn } from '../reads.ts';
import type { Site } from '../site.ts';
import { Blocks } from './blocks.tsx';
import { Composer } from './composer.tsx';
import { Document } from './layout.tsx';
import { MessageList, Pinned } from './message.tsx';
import { Confirm, Modal } from './modal.tsx';
import { Mrkdwn } from './mrkdwn.tsx';
import { Notice } from './notice.tsx';
import { type Here, Sidebar } from './sidebar.tsx';

/** More than this and a channel shows its end; a link shows the rest. */
const SHOWN_MAX = 200;

type ScreenProps = {
  site: Site;
  eye: Eye;
  title: string;
  here: Here;
  at: 'list' | 'place' | 'thread';
  back: string;
  note: Note | null;
  children?: Child;
};

/** Everything around a conversation: band, list of conversations, and whatever is open above it all. */
function Screen({ site, eye, title, here, at, back, note, children }: ScreenProps) {
  const called = site.workspace
    .channels()
    .filter((channel) => maySee(eye, channel))
    .reduce((sum, channel) => sum + unreadIn(eye, site.reads, channel).mentions, 0);
  return (
    <Document
      title={`${called > 0 ? `(${called}) ` : ''}${title} – ${nameOf(site.workspace, eye.me.id)}`}
      assets={site.assets.hash}
      team={site.workspace.team.name}
      eye={eye}
      at={at}
    >
      <div class="panes">
        <Sidebar eye={eye} reads={site.reads} here={here} />
        {children}
      </div>
      <Modal views={site.workspace.modals(eye.me.id)} eye={eye} back={back} note={note} />
      {note?.kind === 'confirm' && <Confirm act={note.act} words={note.words} eye={eye} />}
    </Document>
  );
}

type AtProps = { site: Site; eye: Eye; back: string; note: Note | null };

export const NowhereScreen = (props: AtProps) => (
  <Screen {...props} title="Conversations" here={null} at="list">
    <main id="main" class="content empty" tabindex={-1}>
      <div>
        <h1>No conversation is open</h1>
        <p>
          Choose a channel, or the direct messages of {props.site.workspace.app.name}. What it asks you arrives in both.
        </p>
        {props.note?.kind === 'failed' && <Notice note={props.note} />}
      </div>
    </main>
  </Screen>
);

type ChannelProps = AtProps & {
  channel: SlackChannel;
  thread: SlackMessage | null;
  messages: SlackMessage[];
  replies: SlackMessage[];
  all: boolean;
};

export function ChannelScreen({ channel, thread, messages, replies, all, ...props }: ChannelProps) {
  const { site, eye, back, note } = props;
  const name = `${channel.kind === 'im' || channel.kind === 'mpim' ? '' : '#'}${channelName(site.workspace, channel)}`;
  const shown = all ? messages : messages.slice(-SHOWN_MAX);
  const heading = (
    <>
      <bdi>{name}</bdi>
      {channel.kind === 'private' && <span class="tag">Private</span>}
    </>
  );
  return (
    <Screen {...props} title={name} here={{ channel: channel.id }} at={thread ? 'thread' : 'place'}>
      <main id="main" class="content" tabindex={-1}>
        <div class="place">
          <header class="head">
            <a class="to-list" href={eye.base} aria-label="All conversations">
              ←
            </a>
            <div>
              {thread ? <h2 class="title">{heading}</h2> : <h1>{heading}</h1>}
              <p class="topic" dir="auto">
                {channel.topic ? <Mrkdwn text={channel.topic} eye={eye} /> : <Members channel={channel} site={site} />}
              </p>
            </div>
          </header>
          <Pinned messages={messages} />
          <div class="log" role="log" tabindex={0} aria-label={`Messages in ${name}`} data-log id={`log-${channel.id}`}>
            {messages.length === 0 && <p class="none">No message yet. {emptyHint(channel, site)}</p>}
            {shown.length < messages.length && (
              <p class="none">
                <a href="?all=yes">Show all {messages.length} messages</a>
              </p>
            )}
            <MessageList messages={shown} eye={eye} back={back} note={note} />
          </div>
          <Composer eye={eye} channel={channel} back={back} note={note} />
        </div>
        {thread && <ThreadPane {...props} channel={channel} parent={thread} replies={replies} />}
      </main>
    </Screen>
  );
}

const Members = ({ channel, site }: { channel: SlackChannel; site: Site }) => {
  const people = channel.members.filter((id) => id !== site.workspace.app.botUser).length;
  return <>{channel.kind === 'im' ? 'Only you and the app' : `${people} ${people === 1 ? 'person' : 'people'}`}</>;
};

const emptyHint = (channel: SlackChannel, site: Site): string =>
  channel.kind === 'im'
    ? `When ${site.workspace.app.name} asks you something, it says so here.`
    : 'What people and the app write appears here at once.';

type ThreadProps = AtProps & { channel: SlackChannel; parent: SlackMessage; replies: SlackMessage[] };

function ThreadPane({ eye, back, note, channel, parent, replies }: ThreadProps) {
  return (
    <section class="thread" aria-label="Thread">
      <header class="head">
        <a class="to-list" href={channelPath(eye, channel.id)} aria-label="Back to the channel">
          ←
        </a>
        <h1 class="title">Thread</h1>
        <a class="close" href={channelPath(eye, channel.id)} aria-label="Close the thread">
          ✕
        </a>
      </header>
      <div class="log" role="log" tabindex={0} aria-label="Messages in the thread" data-log id={`log-t-${parent.ts}`}>
        <MessageList messages={[parent]} eye={eye} back={back} note={note} thread={parent.ts} />
        <p class="day">
          {replies.length === 0 ? 'No reply yet' : replies.length === 1 ? '1 reply' : `${replies.length} replies`}
        </p>
        <MessageList messages={replies} eye={eye} back={back} note={note} thread={parent.ts} />
      </div>
      <Composer eye={eye} channel={channel} back={back} note={note} thread={parent.ts} />
    </section>
  );
}

export function HomeScreen(props: AtProps) {
  const { site, eye, back, note } = props;
  const view = site.workspace.home(eye.me.id);
  const app = site.workspace.app.name;
  return (
    <Screen {...props} title={`Home of ${app}`} here="home" at="place">
      <main id="main" class="content" tabindex={-1}>
        <div class="place">
          <header class="head">
            <a class="to-list" href={eye.base} aria-label="All conversations">
              ←
            </a>
            <div>
              <h1>Home of {app}</h1>
              <p class="topic">Only visible to you</p>
            </div>
          </header>
          <section class="log home" tabindex={0} aria-label={`Home of ${app}`} id="log-home">
            {note?.kind === 'failed' && note.where === 'home' && <Notice note={note} />}
            {view === null ? (
              <p class="none">{app} has not shown you anything here yet.</p>
            ) : (
              <Blocks blocks={view.blocks} place={{ kind: 'home', eye, back, view }} />
            )}
          </section>
        </div>
      </main>
    </Screen>
  );
}

/** Who is at the screen? `to`: where they go then, below their own address. */
export function PickScreen({ site, to = '' }: { site: Site; to?: string }) {
  const { workspace } = site;
  const people = workspace.users().filter((user) => !user.is_bot && !user.deleted);
  return (
    <Document title="Who are you?" assets={site.assets.hash} team={workspace.team.name} eye={null} at="place">
      <main id="main" class="pick" tabindex={-1}>
        <h1>Who are you?</h1>
        <p>
          Choose a person of {workspace.team.name}, and you see Slack as they do. Another tab can be another person.
        </p>
        {people.length === 0 && <p class="none">There is nobody in this workspace.</p>}
        <ul>
          {people.map((user) => (
            <li>
              <a href={`${baseOf(user.id)}${to}`}>
                <strong>
                  <bdi>{nameOf(workspace, user.id)}</bdi>
                </strong>
                <span class="quiet">
                  <bdi>{[user.title, standing(user)].filter(Boolean).join(' · ') || 'no title'}</bdi>
                </span>
              </a>
            </li>
          ))}
        </ul>
      </main>
    </Document>
  );
}

function standing(user: SlackUser): string {
  if (user.is_stranger) return 'of another workspace';
  if (user.is_ultra_restricted) return 'guest of one channel';
  return user.is_restricted ? 'guest' : '';
}

export const NotHereScreen = ({ site, eye, what }: { site: Site; eye: Eye | null; what: string }) => (
  <Document title="Not here" assets={site.assets.hash} team={site.workspace.team.name} eye={eye} at="place">
    <main id="main" class="pick" tabindex={-1}>
      <h1>Not here</h1>
      <p>{what}</p>
      <p>
        <a href={eye ? eye.base : '/'}>{eye ? 'All conversations' : 'Choose a person'}</a>
      </p>
    </main>
  </Document>
);
