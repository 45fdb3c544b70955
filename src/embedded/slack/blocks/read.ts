import type { Block, Draft, ViewDraft } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { shortId } from '../state/ids.ts';
import { elementsOf } from '../state/view-state.ts';
import { blocksOn, MARKDOWN_LETTERS_MAX, type Surface } from './blocks.ts';
import { boolean, type Check, isObject, object, one, string } from './checks.ts';
import { ELEMENTS } from './elements.ts';
import { plainText } from './parts.ts';
import { uniqueIds } from './unique.ts';

const TEXT_LETTERS_MAX = 40_000;
const VIEW_BYTES_MAX = 250_000;
const PROBLEMS_MAX = 20;

/** The text of a message. Throws `msg_too_long`. */
export function readText(text: string): string {
  if (text.length > TEXT_LETTERS_MAX) throw new SlackError('msg_too_long');
  return text;
}

/** The blocks of a message, with ids where they lack. Throws `invalid_blocks_format` and `invalid_blocks`. */
export function readBlocks(value: unknown, surface: Surface): Block[] {
  if (!Array.isArray(value)) throw new SlackError('invalid_blocks_format');
  const problems = problemsOf(value, '/blocks', blocksOn(surface), uniqueIds);
  const markdown = value.filter((block) => isObject(block) && block.type === 'markdown');
  const letters = markdown.reduce((sum, { text }) => sum + (typeof text === 'string' ? text.length : 0), 0);
  if (markdown.length > 1 && letters > MARKDOWN_LETTERS_MAX) {
    problems.push(
      `markdown blocks together must be less than ${MARKDOWN_LETTERS_MAX + 1} characters [json-pointer:/blocks]`,
    );
  }
  if (problems.length > 0) throw new SlackError('invalid_blocks', { details: problems });
  return withIds(value as Block[]);
}

/**
 * What a message says: in text, in blocks, or in both. Throws `no_text`, `msg_too_long`, `invalid_blocks`, … Everything that writes
 * messages for an app reads them here: `chat.*`, response URLs, answers to commands.
 */
export function readContent(given: {
  text?: string;
  blocks?: unknown;
  attachments?: unknown;
  markdown_text?: string;
}): Draft {
  if (Array.isArray(given.attachments) && given.attachments.length > 0) {
    throw new SlackError('invalid_arguments', { details: ['local Slack does not show attachments: use blocks'] });
  }
  if (given.markdown_text !== undefined) {
    if (given.text || given.blocks !== undefined) throw new SlackError('markdown_text_conflict');
    if (given.markdown_text.length > MARKDOWN_LETTERS_MAX) throw new SlackError('msg_too_long');
    return {
      text: given.markdown_text,
      blocks: readBlocks([{ type: 'markdown', text: given.markdown_text }], 'message'),
    };
  }
  const text = readText(given.text ?? '');
  const blocks = given.blocks === undefined || given.blocks === null ? [] : readBlocks(given.blocks, 'message');
  if (text.trim() === '' && blocks.length === 0) throw new SlackError('no_text');
  return { text, blocks };
}

const viewCommon = {
  callback_id: string(255, 0),
  external_id: string(255, 0),
  private_metadata: string(3000, 0),
};

const nullable =
  (check: Check): Check =>
  (value, at, report) => {
    if (value !== null) check(value, at, report);
  };

const VIEWS: Record<'modal' | 'home', Check> = {
  modal: object(
    { type: one('modal'), title: plainText(24), blocks: blocksOn('modal') },
    {
      ...viewCommon,
      submit: nullable(plainText(24)),
      close: nullable(plainText(24)),
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
    submittable,
  ),
  home: object({ type: one('home'), blocks: blocksOn('home') }, viewCommon),
};

/** A modal or Home, with ids where they lack. `type` null: either. Throws `view_too_large` and `invalid_arguments`. */
export function readView(value: unknown, type: 'modal' | 'home' | null = null): ViewDraft {
  if (!isObject(value))
    throw new SlackError('invalid_arguments', { details: ['must provide an object [json-pointer:/view]'] });
  const kind = type ?? (value.type === 'home' ? 'home' : 'modal');
  const problems = problemsOf(value, '/view', VIEWS[kind], ({ blocks }, at, report) =>
    uniqueIds(blocks, `${at}/blocks`, report),
  );
  if (problems.length > 0) throw new SlackError('invalid_arguments', { details: problems });
  // Only now: what has been checked is not nested without end.
  if (Buffer.byteLength(JSON.stringify(value)) > VIEW_BYTES_MAX) throw new SlackError('view_too_large');
  const view = value as Partial<ViewDraft>;
  return {
    type: kind,
    callback_id: view.callback_id ?? '',
    external_id: view.external_id ?? '',
    private_metadata: view.private_metadata ?? '',
    title: view.title,
    submit: view.submit ?? null,
    close: view.close ?? null,
    clear_on_close: view.clear_on_close ?? false,
    notify_on_close: view.notify_on_close ?? false,
    blocks: withIds(view.blocks ?? []),
  };
}

/** Inputs without a button to hand them in lead nowhere. */
function submittable(value: unknown, at: string, report: (problem: string, at: string) => void): void {
  if (!isObject(value) || !Array.isArray(value.blocks)) return;
  const asks = value.blocks.some((block) => isObject(block) && block.type === 'input');
  if (asks && (value.submit === undefined || value.submit === null)) report('missing required field: submit', at);
}

function problemsOf<T>(
  value: T,
  at: string,
  ...checks: ((value: T, at: string, report: (p: string, at: string) => void) => void)[]
): string[] {
  const problems: string[] = [];
  for (const check of checks) {
    check(value, at, (problem, place) => {
      if (problems.length < PROBLEMS_MAX) problems.push(`${problem} [json-pointer:${place}]`);
    });
  }
  return problems;
}

/** A copy in which every block and every element has an id, as Slack makes them. */
function withIds(blocks: readonly Block[]): Block[] {
  const copy = structuredClone(blocks) as Block[];
  for (const block of copy) {
    block.block_id ??= shortId();
    for (const element of elementsOf(block)) {
      if (Object.hasOwn(ELEMENTS, element.type)) element.action_id ??= shortId();
    }
  }
  return copy;
}
