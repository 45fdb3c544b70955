import type { Child } from 'hono/jsx';
import { emojiOf } from '../emoji.ts';
import type { Eye } from '../eye.ts';
import { type Fields, list, text } from '../fields.ts';
import { ChannelMention, DateText, GroupMention, Link, UserMention } from './mrkdwn.tsx';

/** A `rich_text` block. */
export const RichText = ({ block, eye }: { block: Fields; eye: Eye }) => (
  <>
    {list(block.elements).map((part) => (
      <Part part={part} eye={eye} />
    ))}
  </>
);

function Part({ part, eye }: { part: Fields; eye: Eye }) {
  const inner = list(part.elements);
  switch (part.type) {
    case 'rich_text_list': {
      const items = inner.map((item) => (
        <li>
          <Part part={item} eye={eye} />
        </li>
      ));
      const deep = `indent-${Math.min(4, Number(part.indent ?? 0) || 0)}`;
      return part.style === 'ordered' ? <ol class={deep}>{items}</ol> : <ul class={deep}>{items}</ul>;
    }
    case 'rich_text_quote':
      return (
        <blockquote class="lines">
          <Pieces of={inner} eye={eye} />
        </blockquote>
      );
    case 'rich_text_preformatted':
      return (
        <pre>
          <code>{inner.map((piece) => text(piece.text) || text(piece.url))}</code>
        </pre>
      );
    default:
      return (
        <span class="lines">
          <Pieces of={inner} eye={eye} />
        </span>
      );
  }
}

const Pieces = ({ of, eye }: { of: Fields[]; eye: Eye }) => (
  <>
    {of.map((piece) => (
      <Piece piece={piece} eye={eye} />
    ))}
  </>
);

function Piece({ piece, eye }: { piece: Fields; eye: Eye }) {
  switch (piece.type) {
    case 'link':
      return styled(
        piece,
        <Link url={text(piece.url)} eye={eye}>
          {text(piece.text) || null}
        </Link>,
      );
    case 'user':
      return <UserMention id={text(piece.user_id)} eye={eye} />;
    case 'usergroup':
      return <GroupMention id={text(piece.usergroup_id)} eye={eye} />;
    case 'channel':
      return <ChannelMention id={text(piece.channel_id)} eye={eye} />;
    case 'broadcast':
      return <strong class="mention">@{text(piece.range)}</strong>;
    case 'emoji':
      return <>{emojiOf(text(piece.name)) ?? `:${text(piece.name)}:`}</>;
    case 'date':
      return (
        <DateText
          epochS={Number(piece.timestamp)}
          format={text(piece.format)}
          link={text(piece.url) || undefined}
          fallback={text(piece.fallback)}
          eye={eye}
        />
      );
    default:
      return styled(piece, text(piece.text) || text(piece.value));
  }
}

function styled(piece: Fields, inner: Child) {
  const style = (piece.style ?? {}) as Fields;
  let shown = inner;
  if (style.code) shown = <code>{shown}</code>;
  if (style.strike) shown = <s>{shown}</s>;
  if (style.italic) shown = <em>{shown}</em>;
  if (style.bold) shown = <strong>{shown}</strong>;
  return <>{shown}</>;
}
