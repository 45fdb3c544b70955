import { z } from 'zod';
import type { SlackFile, SlackView } from '../contract.ts';
import { HOLDS } from '../state/view-state.ts';
import { type Element, elementsOf, type Found, list } from './elements.ts';
import { Refusal } from './refusal.ts';

export type Values = SlackView['state']['values'];
/** What an element holds, as `state.values` has it. */
export type Entry = { type: string } & Record<string, unknown>;

/** What a value may name besides options. */
export type Known = {
  isUser(id: string): boolean;
  isChannel(id: string): boolean;
  file(id: string): SlackFile | null;
};

/** Makes of a bare value what Slack keeps; a Refusal when no person could have entered it. */
type Read = (value: unknown, element: Element, known: Known) => unknown;

const Option = z.looseObject({ text: z.looseObject({ type: z.string(), text: z.string() }), value: z.string() });
type Option = z.infer<typeof Option>;

const as =
  (format: z.ZodType): Read =>
  (value) =>
    parse(format, value);
const one =
  (name: string, check: (known: Known) => (id: string) => boolean): Read =>
  (value, _, known) => {
    if (typeof value === 'string' && check(known)(value)) return value;
    throw new Refusal('invalid', `there is no ${name} "${inWords(value)}"`);
  };
const many =
  (read: Read): Read =>
  (value, element, known) =>
    (Array.isArray(value) ? value : [value]).map((each) => read(each, element, known));

const READS: Record<string, Read> = {
  plain_text_input: as(z.string()),
  email_text_input: as(z.email()),
  url_text_input: as(z.url()),
  number_input: (value) => parse(z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a number'), inWords(value)),
  datepicker: as(z.iso.date()),
  timepicker: as(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:30')),
  datetimepicker: as(z.int().min(1_000_000_000).max(9_999_999_999)),
  static_select: ownOption,
  radio_buttons: ownOption,
  overflow: ownOption,
  external_select: as(Option),
  multi_static_select: many(ownOption),
  checkboxes: many(ownOption),
  multi_external_select: many(as(Option)),
  users_select: one('user', (known) => known.isUser),
  conversations_select: one('conversation', (known) => known.isChannel),
  channels_select: one('channel', (known) => known.isChannel),
  multi_users_select: many(one('user', (known) => known.isUser)),
  multi_conversations_select: many(one('conversation', (known) => known.isChannel)),
  multi_channels_select: many(one('channel', (known) => known.isChannel)),
  rich_text_input: as(z.looseObject({ type: z.literal('rich_text') })),
  file_input: many((value, _, known) => {
    const file = known.file(inWords(value));
    if (file === null) throw new Refusal('invalid', `there is no file "${inWords(value)}"`);
    return file;
  }),
};

/** Buttons hold nothing, and an overflow menu forgets what was chosen. */
export function isStateful(element: Element): boolean {
  return element.type in HOLDS;
}

/** `value`: the bare value (an option's value, a date, a text, a list of them) or an entry as `state.values` holds it. */
export function fillIn(element: Element, value: unknown, known: Known): Entry {
  const read = READS[element.type];
  const field = HOLDS[element.type]?.field ?? 'selected_option';
  if (read === undefined) throw new Refusal('invalid', `"${element.action_id}" (${element.type}) takes no value`);
  const bare = isEntry(value, element) ? value[field] : value;
  if (bare === null || bare === undefined || bare === '')
    return { type: element.type, [field]: field.endsWith('s') ? [] : null };
  try {
    return { type: element.type, [field]: read(bare, element, known) };
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.reason, `"${element.action_id}": ${error.message}`);
    throw error;
  }
}

function isEmpty(entry: Entry): boolean {
  const value = entry[HOLDS[entry.type]?.field ?? 'selected_option'];
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** What these elements hold: what was filled in, else what they started with. */
export function stateOf(found: readonly Found[], filled: Values): Values {
  const state: Values = {};
  for (const { blockId, element } of found) {
    const holds = HOLDS[element.type];
    if (holds === undefined) continue;
    const start = element[holds.initial] ?? (holds.field.endsWith('s') ? [] : null);
    const entry = filled[blockId]?.[element.action_id] ?? { type: element.type, [holds.field]: start };
    (state[blockId] ??= {})[element.action_id] = entry;
  }
  return state;
}

/** Checks what a person filled in against the view, as Slack's own screen does, and gives it in the form Slack has it. */
export function readValues(view: Pick<SlackView, 'blocks'>, values: Values, known: Known): Values {
  const found = elementsOf(view.blocks);
  const read: Values = {};
  for (const [blockId, actions] of Object.entries(values)) {
    for (const [actionId, value] of Object.entries(actions)) {
      const match = found.find((one) => one.blockId === blockId && one.element.action_id === actionId);
      if (match === undefined)
        throw new Refusal(
          'not-there',
          `the modal has no "${blockId}" / "${actionId}"; it has: ${list(found.map((one) => `${one.blockId}/${one.element.action_id}`))}`,
        );
      (read[blockId] ??= {})[actionId] = fillIn(match.element, value, known);
    }
  }
  return read;
}

/** What Slack says under a field before it tells the app, by block id. */
export function missing(view: Pick<SlackView, 'blocks'>, state: Values): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { blockId, element, input, optional } of elementsOf(view.blocks)) {
    if (!input) continue;
    const entry = state[blockId]?.[element.action_id] as Entry | undefined;
    if (entry === undefined) continue;
    const wrong = isEmpty(entry)
      ? optional
        ? null
        : 'Please complete this required field.'
      : outOfBounds(element, entry);
    if (wrong !== null) errors[blockId] = wrong;
  }
  return errors;
}

function outOfBounds(element: Element, entry: Entry): string | null {
  const value = typeof entry.value === 'string' ? entry.value : null;
  if (value === null) return null;
  const { min_length, max_length, min_value, max_value } = element;
  if (typeof min_length === 'number' && value.length < min_length) return `Must be at least ${min_length} characters.`;
  if (typeof max_length === 'number' && value.length > max_length) return `Must be at most ${max_length} characters.`;
  if (min_value !== undefined && Number(value) < Number(min_value)) return `Must be at least ${min_value}.`;
  if (max_value !== undefined && Number(value) > Number(max_value)) return `Must be at most ${max_value}.`;
  if (element.is_decimal_allowed === false && value.includes('.')) return 'Must be a whole number.';
  return null;
}

function isEntry(value: unknown, element: Element): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === element.type;
}

function ownOption(value: unknown, element: Element): Option {
  const wanted = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  const groups = z
    .array(z.looseObject({ options: z.array(Option) }))
    .catch([])
    .parse(element.option_groups);
  const own = [...z.array(Option).catch([]).parse(element.options), ...groups.flatMap((group) => group.options)];
  const match = own.find((candidate) => candidate.value === wanted);
  if (match === undefined)
    throw new Refusal('invalid', `has no option "${inWords(wanted)}"; options: ${list(own.map((each) => each.value))}`);
  return match;
}

/** For messages, whatever it is: objects from outside may not even have a text of their own. */
const inWords = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

function parse(format: z.ZodType, value: unknown): unknown {
  const result = format.safeParse(value);
  if (result.success) return result.data;
  throw new Refusal('invalid', result.error.issues.map(({ message }) => message).join('; '));
}
