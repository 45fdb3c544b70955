import type { Outbox } from '../contract.ts';

/** What we need to know of a channel, as Slack tells it. */
export type Conversation = {
  id: string;
  name: string;
  creator?: string;
  /** Seconds. */
  created?: number;
  is_archived?: boolean;
  is_member?: boolean;
};

const PAGE = 999;

/** All channels that the app can see. Page by page: only as many as it takes. */
export async function* eachConversation(outbox: Outbox, types: string): AsyncGenerator<Conversation> {
  let cursor: string | undefined;
  do {
    const page = await outbox.call<{ channels: Conversation[]; response_metadata?: { next_cursor?: string } }>({
      method: 'conversations.list',
      args: { types, exclude_archived: true, limit: PAGE, ...(cursor ? { cursor } : {}) },
      queue: 'conversations',
      urgency: 'decision',
    });
    yield* page.channels;
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor);
}
