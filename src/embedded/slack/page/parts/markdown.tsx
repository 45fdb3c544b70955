import type { Child } from 'hono/jsx';
import { lexer, type Token, type Tokens } from 'marked';
import { withEmoji } from '../emoji.ts';
import { Link } from './mrkdwn.tsx';

/** A `markdown` block. Only its reading is marked's: what is drawn is JSX, and HTML in it is shown as text. */
export const Markdown = ({ text }: { text: string }) => <>{nodes(lexer(text, { gfm: true, breaks: true }))}</>;

const nodes = (tokens: readonly Token[] | undefined): Child[] => (tokens ?? []).map((token) => node(token));

function node(token: Token): Child {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'heading':
      // Not a heading of the page: its order is the page's own matter.
      return <p class="md-heading">{nodes(token.tokens)}</p>;
    case 'paragraph':
      return <p>{nodes(token.tokens)}</p>;
    case 'blockquote':
      return <blockquote>{nodes(token.tokens)}</blockquote>;
    case 'code':
      return (
        <pre>
          <code>{token.text as string}</code>
        </pre>
      );
    case 'list':
      return <MarkdownList token={token as Tokens.List} />;
    case 'hr':
      return <hr />;
    case 'table':
      return <MarkdownTable token={token as Tokens.Table} />;
    case 'strong':
      return <strong>{nodes(token.tokens)}</strong>;
    case 'em':
      return <em>{nodes(token.tokens)}</em>;
    case 'del':
      return <s>{nodes(token.tokens)}</s>;
    case 'codespan':
      return <code>{token.text as string}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link url={token.href as string}>{nodes(token.tokens)}</Link>;
    case 'image':
      return <Link url={token.href as string}>{(token.text as string) || 'picture'}</Link>;
    case 'text':
      return token.tokens ? nodes(token.tokens) : withEmoji(token.text as string);
    default:
      return 'text' in token && typeof token.text === 'string' && token.type === 'escape' ? token.text : token.raw;
  }
}

function MarkdownList({ token }: { token: Tokens.List }) {
  const items = token.items.map((item) => (
    <li>
      {item.task && (item.checked ? '☑ ' : '☐ ')}
      {nodes(item.tokens)}
    </li>
  ));
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

const MarkdownTable = ({ token }: { token: Tokens.Table }) => (
  <table>
    <thead>
      <tr>
        {token.header.map((cell) => (
          <th scope="col">{nodes(cell.tokens)}</th>
        ))}
      </tr>
    </thead>
    <tbody>
      {token.rows.map((row) => (
        <tr>
          {row.map((cell) => (
            <td>{nodes(cell.tokens)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
