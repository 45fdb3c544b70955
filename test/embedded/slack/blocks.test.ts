import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBlocks, readContent, readView } from '../../../src/embedded/slack/blocks/read.ts';
import { SlackError } from '../../../src/embedded/slack/slack-error.ts';
import { opened, refused, section } from './workspace.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), ...more });
const option = (value: string) => ({ text: plain(value), value });
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain('Label'), element, ...more });
const x = (letters: number) => 'x'.repeat(letters);
const many = <T>(length: number, make: (n: number) => T) => Array.from({ length }, (_, n) => make(n));

function problems(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof SlackError) return error.details.length > 0 ? error.details : [error.code];
    throw error;
  }
}

const inMessage = (...blocks: unknown[]) => problems(() => readBlocks(blocks, 'message'));
const inModal = (...blocks: unknown[]) =>
  problems(() => readView({ type: 'modal', title: plain('T'), submit: plain('S'), blocks }));
const inHome = (...blocks: unknown[]) => problems(() => readView({ type: 'home', blocks }));

describe('the limits of messages', () => {
  /** What fits to the letter, and what is one too many with what is said about it. */
  const limits: { what: string; fits: unknown[]; over: unknown[]; problem: string }[] = [
    {
      what: 'blocks',
      fits: many(50, () => section('x')),
      over: many(51, () => section('x')),
      problem: 'no more than 50 items allowed [json-pointer:/blocks]',
    },
    {
      what: 'text of a section',
      fits: [section(x(3000))],
      over: [section(x(3001))],
      problem: 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    },
    {
      what: 'empty text',
      fits: [section('x')],
      over: [section('')],
      problem: 'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    },
    {
      what: 'text of a field',
      fits: [{ type: 'section', fields: [mrkdwn(x(2000))] }],
      over: [{ type: 'section', fields: [mrkdwn(x(2001))] }],
      problem: 'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    },
    {
      what: 'fields',
      fits: [{ type: 'section', fields: many(10, () => mrkdwn('x')) }],
      over: [{ type: 'section', fields: many(11, () => mrkdwn('x')) }],
      problem: 'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    },
    {
      what: 'header',
      fits: [{ type: 'header', text: plain(x(150)) }],
      over: [{ type: 'header', text: plain(x(151)) }],
      problem: 'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    },
    {
      what: 'text of a button',
      fits: [{ type: 'actions', elements: [button({ text: plain(x(75)) })] }],
      over: [{ type: 'actions', elements: [button({ text: plain(x(76)) })] }],
      problem: 'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    },
    {
      what: 'value of a button',
      fits: [{ type: 'actions', elements: [button({ value: x(2000) })] }],
      over: [{ type: 'actions', elements: [button({ value: x(2001) })] }],
      problem: 'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    },
    {
      what: 'label of a button for screen readers',
      fits: [{ type: 'actions', elements: [button({ accessibility_label: x(75) })] }],
      over: [{ type: 'actions', elements: [button({ accessibility_label: x(76) })] }],
      problem: 'must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]',
    },
    {
      what: 'ids',
      fits: [{ type: 'actions', block_id: x(255), elements: [button({ action_id: x(255) })] }],
      over: [{ type: 'actions', elements: [button({ action_id: x(256) })] }],
      problem: 'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    },
    {
      what: 'elements of actions',
      fits: [{ type: 'actions', elements: many(25, () => button()) }],
      over: [{ type: 'actions', elements: many(26, () => button()) }],
      problem: 'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    },
    {
      what: 'elements of context',
      fits: [{ type: 'context', elements: many(10, () => mrkdwn('x')) }],
      over: [{ type: 'context', elements: many(11, () => mrkdwn('x')) }],
      problem: 'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    },
    {
      what: 'value of an option',
      fits: [{ ...section('x'), accessory: { type: 'static_select', options: [{ text: plain('a'), value: x(150) }] } }],
      over: [{ ...section('x'), accessory: { type: 'static_select', options: [{ text: plain('a'), value: x(151) }] } }],
      problem: 'must be less than 151 characters [json-pointer:/blocks/0/accessory/options/0/value]',
    },
    {
      what: 'options of a menu',
      fits: [{ ...section('x'), accessory: { type: 'static_select', options: many(100, (n) => option(`${n}`)) } }],
      over: [{ ...section('x'), accessory: { type: 'static_select', options: many(101, (n) => option(`${n}`)) } }],
      problem: 'no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]',
    },
    {
      what: 'markdown',
      fits: [{ type: 'markdown', text: x(12_000) }],
      over: [{ type: 'markdown', text: x(12_001) }],
      problem: 'must be less than 12001 characters [json-pointer:/blocks/0/text]',
    },
    {
      what: 'text of a confirmation',
      fits: [{ type: 'actions', elements: [button({ confirm: confirm(x(300)) })] }],
      over: [{ type: 'actions', elements: [button({ confirm: confirm(x(301)) })] }],
      problem: 'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    },
  ];

  test.each(limits)('$what', ({ fits, over, problem }) => {
    expect(inMessage(...fits)).toEqual([]);
    expect(inMessage(...over)).toEqual([problem]);
  });

  test('markdown blocks share one limit', () => {
    const half = { type: 'markdown', text: x(6_001) };
    expect(inMessage(half, half)).toEqual([expect.stringContaining('must be less than 12001 characters')]);
  });
});

function confirm(text: string) {
  return { title: plain('Sure?'), text: plain(text), confirm: plain('Yes'), deny: plain('No') };
}

describe('what blocks may be', () => {
  const wrong: [string, unknown, string][] = [
    [
      'an unknown type',
      { type: 'sektion', text: plain('x') },
      'unsupported type: sektion [json-pointer:/blocks/0/type]',
    ],
    ['no type', { text: plain('x') }, 'missing required field: type [json-pointer:/blocks/0]'],
    ['no object', 'divider', 'must provide an object [json-pointer:/blocks/0]'],
    [
      'an unknown field',
      { type: 'divider', colour: 'red' },
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      'markup in a header',
      { type: 'header', text: mrkdwn('x') },
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    ['a section without words', { type: 'section' }, 'missing required field: text or fields [json-pointer:/blocks/0]'],
    [
      'an unknown style',
      { type: 'actions', elements: [button({ style: 'default' })] },
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a text input among actions',
      { type: 'actions', elements: [{ type: 'plain_text_input' }] },
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'a choice that is not offered',
      { ...section('x'), accessory: { type: 'static_select', options: [option('a')], initial_option: option('b') } },
      'must be one of the provided options [json-pointer:/blocks/0/accessory/initial_option]',
    ],
    [
      'a menu without options',
      { ...section('x'), accessory: { type: 'static_select' } },
      'missing required field: options or option_groups [json-pointer:/blocks/0/accessory]',
    ],
    [
      'a link that is none',
      { type: 'actions', elements: [button({ url: 'not a link' })] },
      'must be a valid URL [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'a name from the prototype of objects',
      { type: 'constructor' },
      'unsupported type: constructor [json-pointer:/blocks/0/type]',
    ],
  ];
  test.each(wrong)('%s is refused', (_what, block, problem) => {
    expect(inMessage(block)).toEqual([problem]);
  });

  test('ids are unique: of blocks everywhere, of actions in their block', () => {
    expect(inMessage({ type: 'divider', block_id: 'a' }, { type: 'divider', block_id: 'a' })).toEqual([
      'block_id `a` already exists for another block [json-pointer:/blocks/1/block_id]',
    ]);
    const twice = [button({ action_id: 'a' }), button({ action_id: 'a' })];
    expect(inMessage({ type: 'actions', elements: twice })).toEqual([
      'action_id `a` already exists for another element [json-pointer:/blocks/0/elements/1/action_id]',
    ]);
    const apart = { type: 'actions', elements: [button({ action_id: 'a' })] };
    expect(inMessage(apart, apart)).toEqual([]);
  });

  test('some blocks stand only on some surfaces', () => {
    const markdown = { type: 'markdown', text: '# x' };
    expect(inMessage(markdown)).toEqual([]);
    expect(inModal(markdown)).toEqual(['unsupported type: markdown [json-pointer:/view/blocks/0/type]']);
    expect(inHome(markdown)).toEqual(['unsupported type: markdown [json-pointer:/view/blocks/0/type]']);
    const upload = input({ type: 'file_input' });
    expect(inModal(upload)).toEqual([]);
    expect(inHome(upload)).toEqual(['unsupported type: file_input [json-pointer:/view/blocks/0/element/type]']);
    expect(inModal(...many(100, () => section('x')))).toEqual([]);
  });

  test('every kind of input is taken in a modal', () => {
    const options = [option('a'), option('b')];
    const elements: object[] = [
      { type: 'plain_text_input', multiline: true, min_length: 1, max_length: 3000, placeholder: plain('Say') },
      { type: 'number_input', is_decimal_allowed: false, min_value: '0', max_value: '10', initial_value: '3' },
      { type: 'email_text_input' },
      { type: 'url_text_input' },
      { type: 'rich_text_input' },
      { type: 'static_select', options, initial_option: option('a') },
      { type: 'static_select', option_groups: [{ label: plain('G'), options }] },
      { type: 'multi_static_select', options, max_selected_items: 2 },
      { type: 'external_select', min_query_length: 0 },
      { type: 'users_select', initial_user: 'U0ASHA' },
      { type: 'multi_users_select' },
      { type: 'channels_select', initial_channel: 'C0INC' },
      { type: 'conversations_select', default_to_current_conversation: true, filter: { include: ['public'] } },
      { type: 'radio_buttons', options },
      { type: 'checkboxes', options: [{ text: mrkdwn('*a*'), value: 'a', description: mrkdwn('why') }] },
      { type: 'datepicker', initial_date: '2026-02-28' },
      { type: 'timepicker', initial_time: '23:59' },
      { type: 'datetimepicker', initial_date_time: 1_780_000_000 },
    ];
    expect(inModal(...elements.map((element) => input(element, { hint: plain('Hint'), optional: true })))).toEqual([]);
    expect(inModal(input({ type: 'datepicker', initial_date: '2026-2-3' }))).toEqual([
      'must be a valid date (YYYY-MM-DD) [json-pointer:/view/blocks/0/element/initial_date]',
    ]);
    expect(inModal(input({ type: 'number_input' }))).toEqual([
      'missing required field: is_decimal_allowed [json-pointer:/view/blocks/0/element]',
    ]);
    expect(inModal(input({ type: 'plain_text_input', min_length: 5, max_length: 4 }))).toEqual([
      'must be less than or equal to max_length [json-pointer:/view/blocks/0/element/min_length]',
    ]);
    expect(inModal(input(button()))).toEqual(['unsupported type: button [json-pointer:/view/blocks/0/element/type]']);
  });

  test('one input takes the focus at most', () => {
    const focused = input({ type: 'plain_text_input', focus_on_load: true });
    expect(inModal(focused)).toEqual([]);
    expect(inModal(focused, focused)).toEqual([
      'only one element may have focus_on_load [json-pointer:/view/blocks/1/element/focus_on_load]',
    ]);
  });

  test('rich text is read to its leaves', () => {
    const rich = (...elements: unknown[]) => ({ type: 'rich_text', elements });
    const words = [
      { type: 'text', text: 'a', style: { bold: true } },
      { type: 'user', user_id: 'U0ASHA' },
      { type: 'link', url: 'https://example.com/' },
      { type: 'emoji', name: 'wave' },
    ];
    const line = { type: 'rich_text_section', elements: words };
    expect(inMessage(rich(line, { type: 'rich_text_list', style: 'bullet', elements: [line], indent: 1 }))).toEqual([]);
    expect(inMessage(rich({ type: 'rich_text_quote', elements: [{ type: 'text' }] }))).toEqual([
      'missing required field: text [json-pointer:/blocks/0/elements/0/elements/0]',
    ]);
    expect(inMessage(rich({ type: 'rich_text_preformatted', elements: [{ type: 'emoji', name: 'x' }] }))).toEqual([
      'unsupported type: emoji [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ]);
  });

  test('blocks and elements without an id get one, and what was sent is not touched', () => {
    const sent = [{ type: 'actions', elements: [button(), button()] }];
    const before = structuredClone(sent);
    const [block] = readBlocks(sent, 'message');
    expect(sent).toEqual(before);
    const ids = (block as unknown as { elements: { action_id: string }[] }).elements.map(({ action_id }) => action_id);
    expect(block?.block_id).toMatch(/^.{5}$/);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('whatever is sent', () => {
  const names = ['type', 'text', 'elements', 'fields', 'accessory', 'element', 'label', 'blocks', 'title', 'options'];
  const types = [
    'section',
    'actions',
    'context',
    'input',
    'rich_text',
    'modal',
    'home',
    'button',
    'plain_text',
    'mrkdwn',
  ];
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(...types),
      fc.jsonValue(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 5 }),
    ),
  }));

  test('is taken or refused with a code, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(tree, fc.array(tree), fc.jsonValue()), (value) => {
        problems(() => readBlocks(value, 'message'));
        problems(() => readView(value));
        problems(() => readContent({ blocks: value, text: typeof value === 'string' ? value : undefined }));
      }),
      { numRuns: 2_000 },
    );
  });

  test('very deep nesting does no harm', () => {
    let deep: unknown = 'x';
    for (let depth = 0; depth < 5_000; depth += 1) deep = { type: 'section', accessory: [deep], elements: deep };
    expect(inMessage(deep).length).toBeGreaterThan(0);
    expect(problems(() => readView(deep)).length).toBeGreaterThan(0);
  });
});

describe('blocks.validate', () => {
  test('says what is wrong with blocks, a message or a view, and posts nothing', async () => {
    const { client, slack, channel } = await opened();
    await client.apiCall('blocks.validate', { blocks: JSON.stringify([section('x')]) });
    await client.apiCall('blocks.validate', { message: JSON.stringify({ text: 'x', blocks: [section('x')] }) });
    const modal = { type: 'modal', title: plain(x(25)), blocks: [] };
    const view = await refused(client.apiCall('blocks.validate', { view: JSON.stringify(modal) }));
    const message = 'must be less than 25 characters';
    expect(view).toMatchObject({
      error: 'invalid_view',
      errors: [{ pointer: '/title/text', code: 'failed_constraint', message }],
    });
    const blocks = await refused(client.apiCall('blocks.validate', { blocks: JSON.stringify([section('')]) }));
    expect(blocks).toMatchObject({ error: 'invalid_blocks', errors: [{ pointer: '/0/text/text' }] });
    const neither = await refused(client.apiCall('blocks.validate', {}));
    expect(neither.error).toBe('invalid_arguments');
    expect(slack.workspace.messages(channel, null)).toEqual([]);
  });
});
