import type { SlackView, WorkspaceState } from '../contract.ts';
import { type Element, elementsOf, type Found } from '../interactions/elements.ts';
import { Refusal } from '../interactions/refusal.ts';
import { type Entry, fillIn, isStateful, type Known, missing, stateOf, type Values } from '../interactions/values.ts';
import { epochOf, localOf } from './dates.ts';
import { list, strings, text, wordsOf } from './fields.ts';

/** Between the fields of a form, which are text, and what Slack keeps of them. */

/** Ids may hold anything; encoded they hold no slash, so the three parts cannot be confused. */
export const fieldName = (blockId: string, actionId: string): string =>
  `v/${encodeURIComponent(blockId)}/${encodeURIComponent(actionId)}`;

export const knownTo = (workspace: WorkspaceState): Known => ({
  isUser: (id) => workspace.user(id) !== null,
  isChannel: (id) => workspace.channel(id) !== null,
  file: (id) => workspace.file(id),
});

/** What the person chose, as `Interactions` takes it: an option's value, an id, a date, a list of them; null for nothing. */
export function bareOf(element: Element, raw: readonly string[], tz: string): unknown {
  const given = raw.filter((one) => one !== '');
  if (element.type === 'checkboxes' || element.type.startsWith('multi_')) return given;
  const [value] = given;
  if (value === undefined) return null;
  if (element.type === 'datetimepicker') return epochOf(value, tz);
  if (element.type === 'rich_text_input') return richText(value);
  // Browsers send line ends as CRLF and times with seconds.
  if (element.type === 'timepicker') return value.slice(0, 5);
  return value.replace(/\r\n/g, '\n');
}

const richText = (value: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: value }] }],
});

const WRONG: Readonly<Record<string, string>> = {
  email_text_input: 'Enter a mail address, such as name@example.com.',
  url_text_input: 'Enter a web address, such as https://example.com.',
  number_input: 'Enter a number.',
  datepicker: 'Enter a date.',
  timepicker: 'Enter a time, such as 09:30.',
  datetimepicker: 'Enter a date and a time.',
};

export type Filled = {
  /** What can be kept. */
  values: Values;
  /** What is wrong, by block: said before the app is asked, as Slack does. */
  errors: Record<string, string>;
  /** As it was typed, by field name: shown again when something is wrong. */
  raw: Record<string, string[]>;
};

/** Reads the form of a modal. */
export function readForm(view: SlackView, form: FormData, { tz, known }: { tz: string; known: Known }): Filled {
  const values: Values = {};
  const errors: Record<string, string> = {};
  const raw: Record<string, string[]> = {};
  const found = elementsOf(view.blocks).filter(({ element }) => isStateful(element) && isDrawn(element));
  for (const { blockId, element } of found) {
    const name = fieldName(blockId, element.action_id);
    const typed = form.getAll(name).filter((one) => typeof one === 'string');
    raw[name] = typed;
    try {
      const bare = bareOf(element, typed, tz);
      // A date and time that is none reads as nothing: it was not left empty.
      if (bare === null && typed.some((one) => one !== '')) throw new Refusal('invalid', 'cannot be read');
      (values[blockId] ??= {})[element.action_id] = fillIn(element, bare, known);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors[blockId] = WRONG[element.type] ?? error.message;
    }
  }
  return { values, errors: { ...missing(view, stateOf(found, values)), ...errors }, raw };
}

/** Kinds of fields that this page has no widget for. */
export const isDrawn = (element: Element): boolean => !/external_select|file_input/.test(element.type);

/** What a field shows: what was typed last, else what Slack keeps, else what it starts with. */
export function shownIn(found: Found, kept: Values, raw: Record<string, string[]> | null, tz: string): string[] {
  const typed = raw?.[fieldName(found.blockId, found.element.action_id)];
  if (typed !== undefined) return typed;
  const entry = stateOf([found], kept)[found.blockId]?.[found.element.action_id];
  return entry === undefined ? [] : rawOf(entry as Entry, tz);
}

function rawOf(entry: Entry, tz: string): string[] {
  const value = Object.entries(entry).find(([name]) => name !== 'type')?.[1];
  if (value === null || value === undefined || value === '') return [];
  switch (entry.type) {
    case 'datetimepicker':
      return [localOf(Number(value), tz)];
    case 'static_select':
    case 'radio_buttons':
      return [text((value as Entry).value)];
    case 'multi_static_select':
    case 'checkboxes':
      return list(value).map((option) => text(option.value));
    case 'rich_text_input':
      return [
        list((value as Entry).elements)
          .flatMap((part) => list(part.elements).map(({ text: t }) => text(t)))
          .join(''),
      ];
    default:
      return Array.isArray(value) ? strings(value) : [String(value)];
  }
}

/** What people are asked, for labels of fields that stand without one. */
export const placeholderOf = (element: Element): string => wordsOf(element.placeholder);
