import { boolean, type Check, type Fields, integer, list, object, one, oneOf, string, typed } from './checks.ts';
import { ELEMENTS, elementsNamed, IN_ACTIONS, IN_INPUT, IN_SECTION } from './elements.ts';
import { address, anyText, id, imageBlock, imageElement, mrkdwn, plainText } from './parts.ts';
import { richText } from './rich-text.ts';

export type Surface = 'message' | 'modal' | 'home';

const SECTION_LETTERS_MAX = 3000;
const FIELD_LETTERS_MAX = 2000;
const TEXT_LETTERS_MAX = 3000;
export const MARKDOWN_LETTERS_MAX = 12_000;

function block(type: string, required: Fields, optional: Fields = {}, also?: Check): Check {
  return object({ type: one(type), ...required }, { block_id: id, ...optional }, also);
}

const actions = block('actions', { elements: list(typed(elementsNamed(IN_ACTIONS)), 25) });

const context = block('context', {
  elements: list(
    typed({ image: imageElement, plain_text: anyText(TEXT_LETTERS_MAX), mrkdwn: anyText(TEXT_LETTERS_MAX) }),
    10,
  ),
});

const section = block(
  'section',
  {},
  {
    text: anyText(SECTION_LETTERS_MAX),
    fields: list(anyText(FIELD_LETTERS_MAX), 10),
    accessory: typed({ ...elementsNamed(IN_SECTION), image: imageElement }),
    expand: boolean,
  },
  oneOf(['text', 'fields'], { atLeast: true }),
);

const input = (elements: readonly string[]): Check =>
  block(
    'input',
    { label: plainText(2000), element: typed(elementsNamed(elements)) },
    { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  );

const video = block(
  'video',
  { alt_text: string(2000), title: plainText(199), thumbnail_url: address, video_url: address },
  {
    author_name: string(49),
    description: plainText(200),
    provider_icon_url: address,
    provider_name: string(255),
    title_url: address,
  },
);

const card = block(
  'card',
  {},
  {
    hero_image: imageElement,
    icon: imageElement,
    title: mrkdwn(150),
    subtitle: mrkdwn(150),
    body: mrkdwn(200),
    actions: list(typed({ button: ELEMENTS.button ?? typed({}) }), 25),
  },
  oneOf(['hero_image', 'title', 'actions', 'body'], { atLeast: true }),
);

const cell = typed({
  raw_text: object({ type: one('raw_text'), text: string(TEXT_LETTERS_MAX) }),
  rich_text: richText,
});

const table = block(
  'table',
  { rows: list(list(cell, 20), 100) },
  { column_settings: list(object({}, { align: one('left', 'center', 'right'), is_wrapped: boolean }), 20) },
);

const everywhere: Record<string, Check> = {
  actions,
  context,
  divider: block('divider', {}),
  header: block('header', { text: plainText(150) }, { level: integer(1, 6) }),
  image: imageBlock,
  rich_text: richText,
  section,
  video,
};

/** Which blocks stand where. */
const BLOCKS: Record<Surface, Check> = {
  message: typed({
    ...everywhere,
    input: input(IN_INPUT.filter((type) => type !== 'file_input')),
    alert: block('alert', { text: anyText(200) }, { level: one('default', 'info', 'warning', 'error', 'success') }),
    card,
    carousel: block('carousel', { elements: list(typed({ card }), 10) }),
    file: block('file', { external_id: string(255), source: one('remote') }),
    markdown: block('markdown', { text: string(MARKDOWN_LETTERS_MAX) }),
    table,
  }),
  modal: typed({ ...everywhere, input: input(IN_INPUT) }),
  home: typed({ ...everywhere, input: input(IN_INPUT.filter((type) => type !== 'file_input')) }),
};

const BLOCKS_MAX: Record<Surface, number> = { message: 50, modal: 100, home: 100 };

export function blocksOn(surface: Surface): Check {
  return list(BLOCKS[surface], BLOCKS_MAX[surface], 0);
}
