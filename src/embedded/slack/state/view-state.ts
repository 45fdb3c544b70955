import type { Block, SlackView } from '../contract.ts';

type Values = SlackView['state']['values'];
type Element = { type: string; action_id?: string } & Record<string, unknown>;

/** What each kind of input holds, and from which field it is filled at first. */
export const HOLDS: Record<string, { field: string; initial: string }> = {
  plain_text_input: { field: 'value', initial: 'initial_value' },
  number_input: { field: 'value', initial: 'initial_value' },
  email_text_input: { field: 'value', initial: 'initial_value' },
  url_text_input: { field: 'value', initial: 'initial_value' },
  rich_text_input: { field: 'rich_text_value', initial: 'initial_value' },
  static_select: { field: 'selected_option', initial: 'initial_option' },
  external_select: { field: 'selected_option', initial: 'initial_option' },
  radio_buttons: { field: 'selected_option', initial: 'initial_option' },
  users_select: { field: 'selected_user', initial: 'initial_user' },
  conversations_select: { field: 'selected_conversation', initial: 'initial_conversation' },
  channels_select: { field: 'selected_channel', initial: 'initial_channel' },
  multi_static_select: { field: 'selected_options', initial: 'initial_options' },
  multi_external_select: { field: 'selected_options', initial: 'initial_options' },
  checkboxes: { field: 'selected_options', initial: 'initial_options' },
  multi_users_select: { field: 'selected_users', initial: 'initial_users' },
  multi_conversations_select: { field: 'selected_conversations', initial: 'initial_conversations' },
  multi_channels_select: { field: 'selected_channels', initial: 'initial_channels' },
  datepicker: { field: 'selected_date', initial: 'initial_date' },
  timepicker: { field: 'selected_time', initial: 'initial_time' },
  datetimepicker: { field: 'selected_date_time', initial: 'initial_date_time' },
  file_input: { field: 'files', initial: 'initial_files' },
};

/** What the inputs of these blocks hold before anybody has touched them: `state.values` of views and of messages. */
export function initialValues(blocks: readonly Block[]): Values {
  const values: Values = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const holds = HOLDS[element.type];
      if (!holds || !block.block_id || !element.action_id) continue;
      const empty = holds.field.endsWith('s') ? [] : null;
      const held = { type: element.type, [holds.field]: element[holds.initial] ?? empty };
      values[block.block_id] = { ...values[block.block_id], [element.action_id]: held };
    }
  }
  return values;
}

/** For a view that is changed: what people typed stays where the same input is still there. */
export function carriedValues(blocks: readonly Block[], before: Values): Values {
  const values = initialValues(blocks);
  for (const [block, actions] of Object.entries(values)) {
    for (const [action, held] of Object.entries(actions)) {
      const old = before[block]?.[action];
      if (old && old.type === held.type) actions[action] = old;
    }
  }
  return values;
}

/** The elements of a block that people can work with. */
export function elementsOf(block: Block): Element[] {
  const candidates = [...(Array.isArray(block.elements) ? block.elements : []), block.accessory, block.element];
  return candidates.filter(
    (candidate): candidate is Element =>
      typeof candidate === 'object' && candidate !== null && 'type' in candidate && typeof candidate.type === 'string',
  );
}
