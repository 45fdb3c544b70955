import type {
  ActionsBlock,
  Button,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types';
import type { SlackPost } from '../contract.ts';
import { fitMarkup, line, type Markup, md, mrkdwn, plain } from './text.ts';

/** Block Kit, as far as Tocsin uses it, within its limits. */
export type Said = string | Markup;

/** Text that is notified and read aloud is short: what matters stands in the blocks as well. */
const TEXT_LENGTH_MAX = 1_500;
const FIELDS_MAX = 10;
const MESSAGE_BLOCKS_MAX = 50;
export const VIEW_BLOCKS_MAX = 100;

const said = (words: Said, lengthMax?: number) =>
  typeof words === 'string' ? plain(words, lengthMax) : mrkdwn(words, lengthMax);

export const header = (words: string): HeaderBlock => ({ type: 'header', text: line(words, 150) });

export const section = (words: Said, lengthMax = 2_000): SectionBlock => ({
  type: 'section',
  text: said(words, lengthMax),
});

/** Small print. Ten elements at most. */
export const context = (...elements: readonly Said[]): ContextBlock => ({
  type: 'context',
  elements: elements.slice(0, 10).map((words) => said(words, 900)),
});

export const divider: DividerBlock = { type: 'divider' };

/** A label and what is true of it. */
export type Fact = readonly [label: string, value: Said];

/** Pairs of fields: two columns on a screen, one below the other on a phone. */
export function facts(list: readonly Fact[]): SectionBlock[] {
  const fields = list.flatMap(([label, value]) => [mrkdwn(md`*${label}*`, 400), said(value, 1_200)]);
  return Array.from({ length: Math.ceil(fields.length / FIELDS_MAX) }, (_, i) => ({
    type: 'section',
    fields: fields.slice(i * FIELDS_MAX, (i + 1) * FIELDS_MAX),
  }));
}

export type Press = { text: string; action: string; value?: string; url?: string; label?: string };

export const button = ({ text, action, value, url, label }: Press): Button => ({
  type: 'button',
  text: line(text, 30),
  action_id: action,
  ...(value === undefined ? {} : { value }),
  ...(url === undefined ? {} : { url }),
  ...(label === undefined ? {} : { accessibility_label: line(label, 75).text }),
});

export const actions = (presses: readonly Press[], blockId?: string): ActionsBlock => ({
  type: 'actions',
  ...(blockId === undefined ? {} : { block_id: blockId }),
  elements: presses.slice(0, 25).map(button),
});

export const post = (text: Markup, blocks: readonly KnownBlock[]): SlackPost => ({
  text: fitMarkup(text, TEXT_LENGTH_MAX),
  blocks: bounded(blocks, MESSAGE_BLOCKS_MAX),
});

/** What does not fit is left to the console, and that is said. */
export function bounded(blocks: readonly KnownBlock[], max: number): KnownBlock[] {
  if (blocks.length <= max) return [...blocks];
  return [...blocks.slice(0, max - 1), context('There is more than Slack can show here: see the console.')];
}
