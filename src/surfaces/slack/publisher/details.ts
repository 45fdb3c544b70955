import { counted } from '../../../incident/phrases.ts';
import type { StoredEvent } from '../../ports.ts';
import type { Messages, SlackPost, Story } from '../contract.ts';
import { context, post } from '../messages/blocks.ts';
import { markFirst, markWord } from '../messages/facts.ts';
import { fitMarkup, link, md, ready } from '../messages/text.ts';

/** So many stories fit into one message; of a longer row the latest are told, the rest is in the console. */
const TOLD_MAX = 8;
const BLOCKS_MAX = 45;
const TEXT_MAX = 3_000;

export type Details = { post: SlackPost; upTo: number };

/**
 * What happened since event `after`, as one message for the thread; null when nothing of it needs telling. `upTo`: the last event
 * it covers.
 */
export function foldDetails(
  messages: Pick<Messages, 'detail'>,
  story: Story,
  events: readonly StoredEvent[],
  after: number,
): Details | null {
  const posts = events.slice(after).flatMap((event) => messages.detail(story, event) ?? []);
  const upTo = events.at(-1)?.seq ?? after;
  if (posts.length === 0) return null;
  const [only] = posts;
  if (only && posts.length === 1) return { post: only, upTo };
  const told = posts.slice(-TOLD_MAX);
  while (told.length > 1 && told.flatMap(({ blocks }) => blocks).length > BLOCKS_MAX) told.shift();
  const left = posts.length - told.length;
  const lead = left === 0 ? [] : [earlier(left, story)];
  return {
    post: {
      text: fitMarkup(ready([...lead, ...told].map(({ text }) => text).join('\n')), TEXT_MAX),
      blocks: [...lead.flatMap(({ blocks }) => blocks), ...told.flatMap(({ blocks }) => blocks)].map(unnamed),
    },
    upTo,
  };
}

function earlier(count: number, story: Story): SlackPost {
  const words = `${counted(count, 'earlier event')}: see the console.`;
  return post(md`${markWord(story.view.mode)}${words}`, [
    ...markFirst(story),
    context(md`${words} ${link(story.url, 'Open')}`),
  ]);
}

/** Messages that were made apart may name their blocks alike. */
function unnamed(block: SlackPost['blocks'][number]): SlackPost['blocks'][number] {
  const { block_id: _, ...rest } = block;
  return rest as typeof block;
}
