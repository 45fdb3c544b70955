import type { Block } from '../contract.ts';

type MentionSource = {
  isUser(id: string): boolean;
  /** Who is in a user group. */
  usersOf(group: string): readonly string[];
  /** Who is meant by `<!here>`, `<!channel>` and `<!everyone>` where it is written. */
  everybody(): readonly string[];
};

/**
 * Whom a message tells. Blocks take the place of the text when there are any; in plain text and in code nobody is mentioned.
 */
export function mentionsOf(text: string, blocks: readonly Block[], source: MentionSource): string[] {
  const found = new Set<string>();
  const read = (mrkdwn: string) => {
    for (const user of mentionsInText(mrkdwn, source)) found.add(user);
  };
  if (blocks.length === 0) read(text);
  else for (const block of blocks) inValue(block, source, read, found);
  return [...found];
}

function mentionsInText(mrkdwn: string, source: MentionSource): string[] {
  const outsideCode = mrkdwn.replace(/```[\s\S]*?```/g, ' ').replace(/`[^`\n]*`/g, ' ');
  return [...outsideCode.matchAll(/<(@[UW]|!subteam\^S|!here|!channel|!everyone)([A-Z0-9]*)(?:\|[^>]*)?>/g)].flatMap(
    ([, sign = '', id = '']) => {
      if (sign.startsWith('@')) return source.isUser(sign.slice(1) + id) ? [sign.slice(1) + id] : [];
      if (sign === '!subteam^S') return [...source.usersOf(`S${id}`)];
      return [...source.everybody()];
    },
  );
}

function inValue(value: unknown, source: MentionSource, read: (mrkdwn: string) => void, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) inValue(item, source, read, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Record<string, unknown>;
  if (node.type === 'mrkdwn' || node.type === 'markdown') {
    if (typeof node.text === 'string') read(node.text);
    return;
  }
  if (node.type === 'rich_text_preformatted') return;
  if (node.type === 'user' && typeof node.user_id === 'string' && source.isUser(node.user_id)) found.add(node.user_id);
  if (node.type === 'usergroup' && typeof node.usergroup_id === 'string') {
    for (const user of source.usersOf(node.usergroup_id)) found.add(user);
  }
  if (node.type === 'broadcast') for (const user of source.everybody()) found.add(user);
  for (const inner of Object.values(node)) inValue(inner, source, read, found);
}
