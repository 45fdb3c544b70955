import { boolean, type Check, type Fields, integer, list, matching, object, one, string, typed } from './checks.ts';
import { address, channelId, id, userId } from './parts.ts';

const styles: Fields = {
  style: object(
    {},
    {
      bold: boolean,
      italic: boolean,
      strike: boolean,
      code: boolean,
      underline: boolean,
      highlight: boolean,
      client_highlight: boolean,
      unlink: boolean,
    },
  ),
};

function inline(type: string, required: Fields, optional: Fields = {}): Check {
  return object({ type: one(type), ...required }, { ...styles, ...optional });
}

const TEXT_LETTERS_MAX = 12_000;

const text = inline('text', { text: string(TEXT_LETTERS_MAX) });
const link = inline('link', { url: address }, { text: string(TEXT_LETTERS_MAX, 0), unsafe: boolean });

const INLINE: Record<string, Check> = {
  text,
  link,
  broadcast: inline('broadcast', { range: one('here', 'channel', 'everyone') }),
  color: inline('color', { value: matching(/^#[0-9a-fA-F]{3,8}$/, 'must be a valid hex color') }),
  channel: inline('channel', { channel_id: channelId }),
  date: inline(
    'date',
    { timestamp: integer(0, 9_999_999_999), format: string(3000) },
    { url: address, fallback: string(3000, 0) },
  ),
  emoji: inline('emoji', { name: string(255) }, { unicode: string(255), url: address, skin_tone: integer(1, 6) }),
  team: inline('team', { team_id: string(255) }),
  user: inline('user', { user_id: userId }),
  usergroup: inline('usergroup', { usergroup_id: matching(/^S[A-Z0-9]+$/, 'must be a valid user group ID') }),
};

const words = list(typed(INLINE), 10_000, 0);
const section = object({ type: one('rich_text_section'), elements: words });
const border: Fields = { border: integer(0, 1) };

const PARTS: Record<string, Check> = {
  rich_text_section: section,
  rich_text_list: object(
    {
      type: one('rich_text_list'),
      style: one('bullet', 'ordered'),
      elements: list(typed({ rich_text_section: section }), 1000),
    },
    { ...border, indent: integer(0, 8), offset: integer(0, 100_000) },
  ),
  rich_text_quote: object({ type: one('rich_text_quote'), elements: words }, border),
  rich_text_preformatted: object(
    { type: one('rich_text_preformatted'), elements: list(typed({ text, link }), 10_000, 0) },
    { ...border, language: string(255) },
  ),
};

export const richText = object({ type: one('rich_text'), elements: list(typed(PARTS), 1000, 0) }, { block_id: id });
