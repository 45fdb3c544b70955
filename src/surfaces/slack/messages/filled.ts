import type { InputBlock, PlainTextInput, StaticSelect } from '@slack/types';
import { z } from 'zod';
import type { ViewValues } from '../contract.ts';
import { line, plain } from './text.ts';

/** Input blocks, and what was filled into them. One element a block, always under the same action. */
const ACTION = 'value';

/** What Slack sends for the elements that we use. */
const Filled = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_date_time: z.number().int().nullish(),
});

/** As it was typed or chosen; moments in ISO 8601; empty for what was left out. */
export function typedIn(values: ViewValues, block: string): string {
  const filled = Filled.safeParse(values[block]?.[ACTION] ?? {});
  if (!filled.success) return '';
  const { value, selected_option, selected_date_time } = filled.data;
  if (typeof selected_date_time === 'number') return new Date(selected_date_time * 1000).toISOString();
  return selected_option?.value ?? (value ?? '').trim();
}

/** `type` is missing: the caller says which element it is. */
export type Blank = { block: string; label: string; required: boolean; hint?: string | undefined };
type Element = InputBlock['element'];

export const input = ({ block, label, required, hint }: Blank, element: Element): InputBlock => ({
  type: 'input',
  block_id: block,
  label: line(label, 1_000),
  optional: !required,
  ...(hint ? { hint: line(hint, 1_000) } : {}),
  element: { ...element, action_id: ACTION } as Element,
});

/** Slack takes 3,000 characters at most. */
export function textInput(lengthMax: number, more: { long?: boolean; start?: string } = {}): PlainTextInput {
  const start = more.start ? startOf(more.start, Math.min(lengthMax, 3_000)) : '';
  return {
    type: 'plain_text_input',
    multiline: more.long ?? false,
    max_length: Math.min(lengthMax, 3_000),
    ...(start === '' ? {} : { initial_value: start }),
  };
}

/** Words that somebody may change before they are sent: whole characters, as they are. */
function startOf(words: string, lengthMax: number): string {
  const kept = words.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '');
  return kept.replace(/\p{Cs}/gu, '\ufffd').trim();
}

/** `about`: stands below the label. */
export type Choice = { value: string; label: string; about?: string };

/** In groups of a hundred where there are more than a select holds. */
export function select(choices: readonly Choice[], words: string): StaticSelect {
  const options = unique(choices)
    .slice(0, GROUP * GROUP)
    .map(option);
  const groups = Array.from({ length: Math.ceil(options.length / GROUP) }, (_, i) => ({
    label: plain(`${i * GROUP + 1} to ${Math.min((i + 1) * GROUP, options.length)}`),
    options: options.slice(i * GROUP, (i + 1) * GROUP),
  }));
  return {
    type: 'static_select',
    placeholder: line(words, 150),
    ...(options.length <= GROUP ? { options } : { option_groups: groups }),
  };
}

const GROUP = 100;

export const option = ({ value, label, about }: Choice) => ({
  text: line(label, 75),
  value,
  ...(about !== undefined && { description: line(about, 75) }),
});

/** Values must differ, and what is too long to be sent back cannot be chosen. */
function unique(choices: readonly Choice[]): Choice[] {
  const fits = choices.filter(({ value }) => value.length > 0 && value.length <= 150);
  return [...new Map(fits.map((choice) => [choice.value, choice])).values()];
}
