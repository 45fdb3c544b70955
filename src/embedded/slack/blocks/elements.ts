import {
  boolean,
  type Check,
  type Fields,
  integer,
  isObject,
  list,
  matching,
  object,
  one,
  oneOf,
  string,
} from './checks.ts';
import {
  address,
  channelId,
  confirm,
  id,
  markedOption,
  optionGroup,
  overflowOption,
  plainOption,
  plainText,
  style,
  userId,
} from './parts.ts';
import { richText } from './rich-text.ts';

/** Everything that people press, choose and fill in. */

const acts: Fields = { action_id: id };
const confirms: Fields = { confirm };
const focuses: Fields = { focus_on_load: boolean };
const hints: Fields = { placeholder: plainText(150) };
const dispatches: Fields = {
  dispatch_action_config: object({}, { trigger_actions_on: list(one('on_enter_pressed', 'on_character_entered'), 2) }),
};

function element(type: string, required: Fields, optional: Fields, also?: Check): Check {
  return object({ type: one(type), ...required }, { ...acts, ...optional }, also);
}

const choices: Fields = { options: list(plainOption, 100), option_groups: list(optionGroup, 100) };
const fromChoices = oneOf(['options', 'option_groups']);
const select: Fields = { ...confirms, ...focuses, ...hints };
const multi: Fields = { ...select, max_selected_items: integer(1, 100_000) };
const filter = object(
  {},
  {
    include: list(one('im', 'mpim', 'private', 'public'), 4),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
);
const conversations: Fields = { default_to_current_conversation: boolean, filter };

/** What is chosen at first must be there to choose. */
const chosenAmongOptions: Check = (value, at, report) => {
  if (!isObject(value)) return;
  const groups = Array.isArray(value.option_groups) ? value.option_groups : [];
  const options = [value.options, ...groups.map((group) => (isObject(group) ? group.options : []))].flat();
  const known = new Set(options.map((entry) => (isObject(entry) ? entry.value : undefined)));
  for (const field of ['initial_option', 'initial_options']) {
    const chosen = value[field];
    for (const entry of chosen === undefined ? [] : [chosen].flat()) {
      if (isObject(entry) && !known.has(entry.value)) report('must be one of the provided options', `${at}/${field}`);
    }
  }
};

const both =
  (...checks: Check[]): Check =>
  (value, at, report) => {
    for (const check of checks) check(value, at, report);
  };

/** At least is at most. */
const lengthsInOrder: Check = (value, at, report) => {
  if (!isObject(value)) return;
  const { min_length: min, max_length: max } = value;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    report('must be less than or equal to max_length', `${at}/min_length`);
  }
};

const typedIn: Fields = { ...focuses, ...hints, ...dispatches };
const numeral = matching(/^-?\d+(\.\d+)?$/, 'must be a number as text');

export const ELEMENTS: Record<string, Check> = {
  button: element(
    'button',
    { text: plainText(75) },
    { ...confirms, style, url: address, value: string(2000, 0), accessibility_label: string(75) },
  ),
  workflow_button: element(
    'workflow_button',
    {
      text: plainText(75),
      workflow: object({
        trigger: object(
          { url: address },
          { customizable_input_parameters: list(object({ name: string(255), value: string(3000, 0) }), 100, 0) },
        ),
      }),
    },
    { ...confirms, style, accessibility_label: string(75) },
  ),
  overflow: element('overflow', { options: list(overflowOption, 5) }, confirms),
  checkboxes: element(
    'checkboxes',
    { options: list(markedOption, 10) },
    { ...confirms, ...focuses, initial_options: list(markedOption, 10) },
    chosenAmongOptions,
  ),
  radio_buttons: element(
    'radio_buttons',
    { options: list(markedOption, 10) },
    { ...confirms, ...focuses, initial_option: markedOption },
    chosenAmongOptions,
  ),
  static_select: element(
    'static_select',
    {},
    { ...select, ...choices, initial_option: plainOption },
    both(fromChoices, chosenAmongOptions),
  ),
  multi_static_select: element(
    'multi_static_select',
    {},
    { ...multi, ...choices, initial_options: list(plainOption, 100) },
    both(fromChoices, chosenAmongOptions),
  ),
  external_select: element(
    'external_select',
    {},
    { ...select, min_query_length: integer(0, 255), initial_option: plainOption },
  ),
  multi_external_select: element(
    'multi_external_select',
    {},
    { ...multi, min_query_length: integer(0, 255), initial_options: list(plainOption, 100) },
  ),
  users_select: element('users_select', {}, { ...select, initial_user: userId }),
  multi_users_select: element('multi_users_select', {}, { ...multi, initial_users: list(userId, 1000, 0) }),
  channels_select: element(
    'channels_select',
    {},
    { ...select, initial_channel: channelId, response_url_enabled: boolean },
  ),
  multi_channels_select: element('multi_channels_select', {}, { ...multi, initial_channels: list(channelId, 1000, 0) }),
  conversations_select: element(
    'conversations_select',
    {},
    { ...select, ...conversations, initial_conversation: channelId, response_url_enabled: boolean },
  ),
  multi_conversations_select: element(
    'multi_conversations_select',
    {},
    { ...multi, ...conversations, initial_conversations: list(channelId, 1000, 0) },
  ),
  datepicker: element(
    'datepicker',
    {},
    {
      ...select,
      initial_date: matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a valid date (YYYY-MM-DD)'),
    },
  ),
  timepicker: element(
    'timepicker',
    {},
    {
      ...select,
      timezone: string(255),
      initial_time: matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a valid time (HH:mm)'),
    },
  ),
  datetimepicker: element(
    'datetimepicker',
    {},
    { ...confirms, ...focuses, initial_date_time: integer(1_000_000_000, 9_999_999_999) },
  ),
  plain_text_input: element(
    'plain_text_input',
    {},
    {
      ...typedIn,
      initial_value: string(3000, 0),
      multiline: boolean,
      min_length: integer(0, 3000),
      max_length: integer(1, 3000),
    },
    lengthsInOrder,
  ),
  number_input: element(
    'number_input',
    { is_decimal_allowed: boolean },
    { ...typedIn, initial_value: numeral, min_value: numeral, max_value: numeral },
  ),
  email_text_input: element('email_text_input', {}, { ...typedIn, initial_value: string(3000, 0) }),
  url_text_input: element('url_text_input', {}, { ...typedIn, initial_value: string(3000, 0) }),
  rich_text_input: element('rich_text_input', {}, { ...typedIn, initial_value: richText }),
  file_input: element('file_input', {}, { filetypes: list(string(255), 100), max_files: integer(1, 10) }),
};

const PICKED = [
  'button',
  'workflow_button',
  'overflow',
  'checkboxes',
  'radio_buttons',
  'static_select',
  'multi_static_select',
  'external_select',
  'multi_external_select',
  'users_select',
  'multi_users_select',
  'channels_select',
  'multi_channels_select',
  'conversations_select',
  'multi_conversations_select',
  'datepicker',
  'timepicker',
] as const;

const BUTTONS: readonly string[] = ['button', 'workflow_button', 'overflow'];

/** Which elements may stand where. */
export const IN_SECTION: readonly string[] = PICKED;
export const IN_ACTIONS: readonly string[] = [...PICKED, 'datetimepicker', 'rich_text_input'];
export const IN_INPUT: readonly string[] = [
  ...PICKED.filter((type) => !BUTTONS.includes(type)),
  'datetimepicker',
  'plain_text_input',
  'number_input',
  'email_text_input',
  'url_text_input',
  'rich_text_input',
  'file_input',
];

export function elementsNamed(types: readonly string[]): Record<string, Check> {
  return Object.fromEntries(Object.entries(ELEMENTS).filter(([type]) => types.includes(type)));
}
