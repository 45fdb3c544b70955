import type { Child } from 'hono/jsx';
import { slackDate } from '../dates.ts';
import { withEmoji } from '../emoji.ts';
import { channelPath, type Eye, maySee, nameOf } from '../eye.ts';
import { messagePath } from '../permalink.ts';

/** Slack's own text format. All that is not markup ends in JSX as text, which escapes it. */
export function Mrkdwn({ text, eye }: { text: string; eye: Eye }) {
  return <>{blocksOf(text, eye)}</>;
}

/** Text without markup, with line breaks and the emoji that Slack shows in it. */
export const PlainText = ({ text, emoji = true }: { text: string; emoji?: boolean }) => (
  <bdi class="lines">{emoji ? withEmoji(text) : text}</bdi>
);

const decoded = (text: string): string => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

/** Fences first: nothing within them is markup. Then quotes, which are whole lines. */
function blocksOf(text: string, eye: Eye): Child[] {
  return text.split(/(```[\s\S]+?```)/).flatMap((part): Child[] => {
    if (part === '') return [];
    if (part.length > 6 && part.startsWith('```') && part.endsWith('```'))
      return [
        <pre>
          <code>{decoded(bare(part.slice(3, -3).replace(/^\n|\n$/g, '')))}</code>
        </pre>,
      ];
    return part.split(/((?:^(?:&gt;|>).*(?:\n|$))+)/m).flatMap((piece): Child[] => {
      if (piece === '') return [];
      if (!/^(?:&gt;|>)/.test(piece)) return [<span class="lines">{inline(piece, eye)}</span>];
      const said = piece.replace(/\n$/, '').replace(/^(?:&gt;|>) ?/gm, '');
      return [<blockquote class="lines">{inline(said, eye)}</blockquote>];
    });
  });
}

/** In code Slack keeps the text of links and drops the brackets. */
const bare = (text: string): string =>
  text.replace(
    /<(https?:[^<>|\n]+|mailto:[^<>|\n]+)(?:\|([^<>\n]+))?>/g,
    (_, url: string, label?: string) => label ?? url,
  );

// Bounded, so that a long line of opening marks costs no more than it is long.
const INLINE =
  /`([^`\n]{1,3000})`|<([^<>\n]{1,3500})>|(?<![\p{L}\p{N}])(?:\*(?=[^\s*])([^\n]{0,800}?[^\s*])\*|_(?=[^\s_])([^\n]{0,800}?[^\s_])_|~(?=[^\s~])([^\n]{0,800}?[^\s~])~)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])(?:\*([^\s*])\*|_([^\s_])_|~([^\s~])~)(?![\p{L}\p{N}])/gu;

function inline(text: string, eye: Eye): Child[] {
  const out: Child[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) out.push(words(text.slice(from, match.index)));
    from = match.index + match[0].length;
    const [whole, code, angled, bold, italic, struck, bold1, italic1, struck1] = match;
    if (code !== undefined) out.push(<code>{decoded(bare(code))}</code>);
    else if (angled !== undefined) out.push(<Angled inner={angled} eye={eye} />);
    else if (bold ?? bold1) out.push(<strong>{inline((bold ?? bold1)!, eye)}</strong>);
    else if (italic ?? italic1) out.push(<em>{inline((italic ?? italic1)!, eye)}</em>);
    else if (struck ?? struck1) out.push(<s>{inline((struck ?? struck1)!, eye)}</s>);
    else out.push(words(whole));
  }
  if (from < text.length) out.push(words(text.slice(from)));
  return out;
}

const words = (text: string): string => withEmoji(decoded(text));

/** What stands in `<…>`: a person, a channel, a group, everybody, a date or a link. */
function Angled({ inner, eye }: { inner: string; eye: Eye }) {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : inner.slice(bar + 1);
  if (target.startsWith('@')) return <UserMention id={target.slice(1)} eye={eye} />;
  if (target.startsWith('#')) return <ChannelMention id={target.slice(1)} eye={eye} />;
  const [command = '', ...rest] = target.split('^');
  switch (command) {
    case '!subteam':
      return <GroupMention id={rest[0] ?? ''} eye={eye} />;
    case '!here':
    case '!channel':
    case '!everyone':
      return <strong class="mention">@{command.slice(1)}</strong>;
    case '!date':
      return <DateText epochS={rest[0]} format={rest[1] ?? ''} link={rest[2]} fallback={label ?? ''} eye={eye} />;
    default:
      return command.startsWith('!') ? (
        words(label ?? target)
      ) : (
        <Link url={decoded(target)} eye={eye}>
          {label === null ? null : words(label)}
        </Link>
      );
  }
}

type DateProps = { epochS: string | number | undefined; format: string; link?: string; fallback: string; eye: Eye };

export function DateText({ epochS, format, link, fallback, eye }: DateProps) {
  const text = slackDate(decoded(format), Number(epochS), eye.workspace.clock.now(), eye.me.tz);
  const shown =
    text === null ? (
      words(fallback)
    ) : (
      <time datetime={new Date(Number(epochS) * 1000).toISOString()}>{words(text)}</time>
    );
  return link ? <Link url={decoded(link)}>{shown}</Link> : shown;
}

/** Only addresses that lead to a page or a letter are links; anything else is shown as text. */
export const safeUrl = (url: unknown): string | null =>
  typeof url === 'string' && /^(https?:\/\/|mailto:)/i.test(url) && URL.canParse(url) ? url : null;

export function Link({ url, eye, children }: { url: string; eye?: Eye; children?: Child }) {
  const href = safeUrl(url);
  if (href === null) return <>{children ?? url}</>;
  const own = eye && href.startsWith(`${eye.origin}/`) ? messagePath(new URL(href)) : null;
  // To a message of this Slack: one stays who one is.
  if (own !== null) return <a href={`${eye?.base}${own}`}>{children ?? href}</a>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      <bdi>{children ?? href.replace(/^mailto:/i, '')}</bdi>
    </a>
  );
}

export function UserMention({ id, eye }: { id: string; eye: Eye }) {
  const { workspace, me } = eye;
  const known = workspace.user(id) !== null || id === workspace.app.botUser;
  return (
    <strong class={id === me.id ? 'mention own' : 'mention'}>
      @<bdi>{known ? nameOf(workspace, id) : `unknown person ${id}`}</bdi>
    </strong>
  );
}

export function GroupMention({ id, eye }: { id: string; eye: Eye }) {
  const group = eye.workspace.groups().find((group) => group.id === id);
  return (
    <strong class={group?.users.includes(eye.me.id) ? 'mention own' : 'mention'}>
      @<bdi>{group?.handle ?? `unknown group ${id}`}</bdi>
    </strong>
  );
}

export function ChannelMention({ id, eye }: { id: string; eye: Eye }) {
  const channel = eye.workspace.channel(id);
  if (channel === null) return <>#unknown channel {id}</>;
  if (!maySee(eye, channel)) return <>a private channel</>;
  return <a href={channelPath(eye, id)}>#{channel.name}</a>;
}
