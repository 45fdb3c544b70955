import type { KnownBlock, ModalView } from '@slack/types';
import type { ViewContext } from '../contract.ts';
import { bounded, section, VIEW_BLOCKS_MAX } from './blocks.ts';
import { line } from './text.ts';

/** A modal of ours. Without `submit` it only says something. */
export function modal(parts: {
  callback: string;
  context: ViewContext;
  title: string;
  submit?: string;
  close?: string;
  error?: string | undefined;
  blocks: readonly KnownBlock[];
}): ModalView {
  const notTaken = parts.error ? [section(`■ Not done. ${parts.error}`)] : [];
  return {
    type: 'modal',
    callback_id: parts.callback,
    private_metadata: metadata(parts.context),
    title: line(parts.title, 24),
    ...(parts.submit === undefined ? {} : { submit: line(parts.submit, 24) }),
    close: line(parts.close ?? (parts.submit === undefined ? 'Close' : 'Go back'), 24),
    blocks: bounded([...notTaken, ...parts.blocks], VIEW_BLOCKS_MAX),
  };
}

/** Slack keeps 3,000 characters; only a permalink can be that long, and a report does without it. */
function metadata(context: ViewContext): string {
  const whole = JSON.stringify(context);
  if (whole.length <= 3_000) return whole;
  const { permalink: _, ...rest } = context;
  return JSON.stringify(rest);
}
