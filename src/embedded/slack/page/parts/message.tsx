import type { SlackMessage } from '../../contract.ts';
import { dayOf, dayText, stampMs, timeText } from '../dates.ts';
import { emojiOf } from '../emoji.ts';
import { channelPath, type Eye, nameOf, seenBy } from '../eye.ts';
import type { Note } from '../notes.ts';
import { Blocks } from './blocks.tsx';
import { Mrkdwn } from './mrkdwn.tsx';
import { Notice } from './notice.tsx';

type ListProps = {
  messages: readonly SlackMessage[];
  eye: Eye;
  back: string;
  note: Note | null;
  /** In a thread: its parent stands above and replies are not counted. */
  thread?: string;
};

export function MessageList({ messages, eye, back, note, thread }: ListProps) {
  const now = eye.workspace.clock.now();
  const { tz } = eye.me;
  let day = '';
  return (
    <ol class="messages">
      {messages.map((message) => {
        const at = stampMs(message.ts);
        const today = dayOf(at, tz);
        const first = today !== day;
        day = today;
        return (
          <li id={`${thread ? 't' : 'm'}-${message.ts}`} data-id={message.ts}>
            {first && !thread && <p class="day">{dayText(at, now, tz)}</p>}
            <Message message={message} eye={eye} back={back} note={note} thread={thread} />
          </li>
        );
      })}
    </ol>
  );
}

type MessageProps = { message: SlackMessage; eye: Eye; back: string; note: Note | null; thread?: string };

function Message({ message, eye, back, note, thread }: MessageProps) {
  const { workspace, me } = eye;
  const ephemeral = message.ephemeralTo !== undefined;
  const own = message.mentions.includes(me.id) && message.user !== me.id;
  return (
    <article class={`message${ephemeral ? ' ephemeral' : ''}${own ? ' called' : ''}`}>
      <Author message={message} eye={eye} thread={thread} />
      {ephemeral && <p class="only">Only visible to you</p>}
      <div class="said">
        {message.blocks.length > 0 ? (
          <Blocks
            blocks={message.blocks}
            place={{ kind: 'message', eye, back, channel: message.channel, ts: message.ts, scope: thread ? 't' : 'm' }}
          />
        ) : (
          <div class="b-text" dir="auto">
            <Mrkdwn text={message.text} eye={eye} />
          </div>
        )}
      </div>
      {message.files.length > 0 && <Files message={message} eye={eye} />}
      {message.reactions.length > 0 && (
        <ul class="reactions" aria-label="Reactions">
          {message.reactions.map(({ name, users }) => (
            <li>
              <span aria-hidden="true">{emojiOf(name) ?? `:${name}:`}</span> {users.length}
              <span class="sr">
                {' '}
                {name} from {users.map((user) => nameOf(workspace, user)).join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
      {!thread && <Replies message={message} eye={eye} />}
      {note?.kind === 'failed' && note.where === 'message' && note.ts === message.ts && <Notice note={note} />}
      {!ephemeral && <More message={message} eye={eye} back={back} thread={thread} />}
    </article>
  );
}

function Author({ message, eye, thread }: { message: SlackMessage; eye: Eye; thread?: string }) {
  const at = stampMs(message.ts);
  const bot = message.bot_id !== undefined;
  const parent = message.thread_ts;
  const link = `${channelPath(eye, message.channel, parent)}#${parent ? 't' : 'm'}-${message.ts}`;
  return (
    <header>
      <strong class="author">
        <bdi>{nameOf(eye.workspace, message.user)}</bdi>
      </strong>
      {bot && <span class="tag">App</span>}
      <a class="at" href={link} aria-label={`Sent at ${timeText(at, eye.me.tz)}: link to this message`}>
        <time datetime={new Date(at).toISOString()}>{timeText(at, eye.me.tz)}</time>
      </a>
      {message.edited && <span class="quiet">edited</span>}
      {message.pinned && !thread && <span class="quiet">pinned</span>}
    </header>
  );
}

const Files = ({ message, eye }: { message: SlackMessage; eye: Eye }) => (
  <ul class="files" aria-label="Files">
    {message.files.map((file) => (
      <li>
        <a
          href={`${eye.base}/files/${encodeURIComponent(message.channel)}/${message.ts}/${encodeURIComponent(file.id)}`}
        >
          <bdi>{file.title || file.name}</bdi>
        </a>{' '}
        <span class="quiet">
          {file.mimetype}, {sizeText(file.size)}
        </span>
      </li>
    ))}
  </ul>
);

const sizeText = (bytes: number): string =>
  bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

function Replies({ message, eye }: { message: SlackMessage; eye: Eye }) {
  const replies = eye.workspace.messages(message.channel, message.ts).filter((reply) => seenBy(eye, reply));
  const last = replies.at(-1);
  if (last === undefined) return null;
  return (
    <a class="replies" href={channelPath(eye, message.channel, message.ts)}>
      {replies.length === 1 ? '1 reply' : `${replies.length} replies`}
      <span class="quiet">, last at {timeText(stampMs(last.ts), eye.me.tz)}</span>
    </a>
  );
}

/** Reply, and the shortcuts that apps offer for a message. */
function More({ message, eye, back, thread }: { message: SlackMessage; eye: Eye; back: string; thread?: string }) {
  const shortcuts = eye.workspace.app.shortcuts.filter(({ type }) => type === 'message');
  const when = timeText(stampMs(message.ts), eye.me.tz);
  return (
    <details class="more" id={`more-${thread ? 't-' : ''}${message.ts}`}>
      <summary aria-label={`Actions for the message of ${when}`}>⋯</summary>
      <div class="menu">
        {message.thread_ts === undefined && !thread && (
          <a href={channelPath(eye, message.channel, message.ts)}>Reply in thread</a>
        )}
        {shortcuts.map(({ callbackId, name }) => (
          <form method="post" action={`${eye.base}/shortcut`}>
            <input type="hidden" name="back" value={back} />
            <input type="hidden" name="channel" value={message.channel} />
            <input type="hidden" name="ts" value={message.ts} />
            <button type="submit" name="callback" value={callbackId}>
              <bdi>{name}</bdi> <span class="quiet">of {eye.workspace.app.name}</span>
            </button>
          </form>
        ))}
        {shortcuts.length === 0 && (message.thread_ts !== undefined || thread) && (
          <p class="quiet">No app offers any.</p>
        )}
      </div>
    </details>
  );
}

/** What is pinned in a channel: one line each, above its messages. */
export function Pinned({ messages }: { messages: readonly SlackMessage[] }) {
  const pinned = messages.filter((message) => message.pinned);
  if (pinned.length === 0) return null;
  return (
    <nav class="pinned" aria-label="Pinned messages">
      <span>Pinned</span>
      <ul>
        {pinned.slice(-5).map((message) => (
          <li>
            <a href={`#m-${message.ts}`}>
              <bdi>{oneLine(message.text) || 'a message'}</bdi>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The words of a message without markup. */
function oneLine(text: string): string {
  const plain = text
    .replace(/<[^<>|]*\|([^<>]*)>/g, '$1')
    .replace(/[*_~`]/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > 120 ? `${plain.slice(0, 119)}…` : plain;
}
