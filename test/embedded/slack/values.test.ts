import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block } from '../../../src/embedded/slack/contract.ts';
import { elementsOf } from '../../../src/embedded/slack/interactions/elements.ts';
import { Refusal } from '../../../src/embedded/slack/interactions/refusal.ts';
import { fillIn, type Known, missing, readValues, stateOf } from '../../../src/embedded/slack/interactions/values.ts';
import { HOLDS } from '../../../src/embedded/slack/state/view-state.ts';

const option = (value: string) => ({ text: { type: 'plain_text', text: value.toUpperCase() }, value });
const file = { id: 'F1', name: 'log.txt', title: '', mimetype: 'text/plain', size: 3, user: 'U1' };
const known: Known = {
  isUser: (id) => id === 'U1',
  isChannel: (id) => id === 'C1',
  file: (id) => (id === 'F1' ? file : null),
};
const options = [option('a'), option('b')];
const groups = [{ label: { type: 'plain_text', text: 'G' }, options }];

/** For every kind: the element, what a person enters, what Slack keeps, and what nobody can enter. */
const kinds: [string, object, unknown, object, unknown][] = [
  ['plain_text_input', {}, 'x', { value: 'x' }, 7],
  ['email_text_input', {}, 'a@example.com', { value: 'a@example.com' }, 'a@'],
  ['url_text_input', {}, 'https://example.com', { value: 'https://example.com' }, 'example'],
  ['number_input', {}, 4.5, { value: '4.5' }, 'four'],
  ['datepicker', {}, '2026-02-28', { selected_date: '2026-02-28' }, '2026-02-30'],
  ['timepicker', {}, '09:30', { selected_time: '09:30' }, '24:00'],
  ['datetimepicker', {}, 1_767_225_600, { selected_date_time: 1_767_225_600 }, 'now'],
  ['static_select', { options }, 'b', { selected_option: option('b') }, 'c'],
  ['static_select', { option_groups: groups }, option('a'), { selected_option: option('a') }, 'c'],
  ['radio_buttons', { options }, 'a', { selected_option: option('a') }, 'c'],
  ['overflow', { options }, 'a', { selected_option: option('a') }, 'c'],
  ['external_select', {}, option('z'), { selected_option: option('z') }, 'z'],
  ['multi_static_select', { options }, ['a', 'b'], { selected_options: options }, ['a', 'c']],
  ['checkboxes', { options }, ['b'], { selected_options: [option('b')] }, ['c']],
  ['multi_external_select', {}, [option('z')], { selected_options: [option('z')] }, ['z']],
  ['users_select', {}, 'U1', { selected_user: 'U1' }, 'U2'],
  ['conversations_select', {}, 'C1', { selected_conversation: 'C1' }, 'C2'],
  ['channels_select', {}, 'C1', { selected_channel: 'C1' }, 'U1'],
  ['multi_users_select', {}, ['U1'], { selected_users: ['U1'] }, ['U2']],
  ['multi_conversations_select', {}, ['C1'], { selected_conversations: ['C1'] }, ['C2']],
  ['multi_channels_select', {}, ['C1'], { selected_channels: ['C1'] }, ['C2']],
  [
    'rich_text_input',
    {},
    { type: 'rich_text', elements: [] },
    { rich_text_value: { type: 'rich_text', elements: [] } },
    'x',
  ],
  ['file_input', {}, ['F1'], { files: [file] }, ['F2']],
];

test.each(kinds)(
  '%s keeps what a person enters, and refuses what nobody can',
  (type, more, entered, kept, impossible) => {
    const element = { type, action_id: 'it', ...more };
    expect(fillIn(element, entered, known)).toEqual({ type, ...kept });
    expect(() => fillIn(element, impossible, known)).toThrow(Refusal);
  },
);

test.each(kinds)('%s refuses what cannot even be put into words', (type, more) => {
  const element = { type, action_id: 'it', ...more };
  // As JSON may hold it.
  for (const entered of [{ toString: '' }, [{ toString: '' }], { value: { valueOf: 1, toString: 1 } }])
    expect(() => fillIn(element, entered, known)).toThrow(Refusal);
});

test('every kind that Slack keeps can be filled in', () => {
  expect(Object.keys(HOLDS).filter((type) => !kinds.some(([kind]) => kind === type))).toEqual([]);
});

const view = (element: object, more: object = {}): { blocks: Block[] } => ({
  blocks: [{ type: 'input', block_id: 'field', element: { action_id: 'it', ...element }, ...more } as Block],
});
const said = (element: object, entered: unknown, more: object = {}) => {
  const shown = view(element, more);
  return missing(
    shown,
    stateOf(elementsOf(shown.blocks), readValues(shown, { field: { it: entered as never } }, known)),
  );
};

test('a field says what is wrong with it, unless it may be left empty', () => {
  const text = { type: 'plain_text_input' };
  expect(said(text, '')).toEqual({ field: 'Please complete this required field.' });
  expect(said(text, '', { optional: true })).toEqual({});
  expect(said({ type: 'checkboxes', options }, [])).toEqual({ field: 'Please complete this required field.' });
  expect(said({ ...text, min_length: 3 }, 'no')).toEqual({ field: 'Must be at least 3 characters.' });
  expect(said({ ...text, max_length: 1 }, 'no')).toEqual({ field: 'Must be at most 1 characters.' });
  const number = { type: 'number_input', is_decimal_allowed: false, min_value: '2', max_value: '5' };
  expect(said(number, '1')).toEqual({ field: 'Must be at least 2.' });
  expect(said(number, '10')).toEqual({ field: 'Must be at most 5.' });
  expect(said(number, '2.5')).toEqual({ field: 'Must be a whole number.' });
  expect(said(number, '3')).toEqual({});
});

test('what a field starts with counts until it is changed', () => {
  const shown = view({ type: 'static_select', options, initial_option: option('a') });
  expect(stateOf(elementsOf(shown.blocks), {})).toEqual({
    field: { it: { type: 'static_select', selected_option: option('a') } },
  });
  expect(missing(shown, stateOf(elementsOf(shown.blocks), {}))).toEqual({});
});

test('whatever is entered, the answer is a value or a refusal', () => {
  const elements = kinds.map(([type, more]) => ({ type, action_id: 'it', ...more }));
  fc.assert(
    fc.property(fc.constantFrom(...elements), fc.jsonValue(), (element, value) => {
      try {
        expect(fillIn(element, value, known)).toMatchObject({ type: element.type });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }),
  );
});
