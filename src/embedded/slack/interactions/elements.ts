import type { Block } from '../contract.ts';
import { Refusal } from './refusal.ts';

/** Something in a message or a view that can be pressed, chosen or filled in. */
export type Element = { type: string; action_id: string } & Record<string, unknown>;

export type Found = {
  blockId: string;
  element: Element;
  /** Inside an `input` block: the app hears of it only when the view is submitted, unless `dispatch`. */
  input: boolean;
  dispatch: boolean;
  optional: boolean;
};

export function elementsOf(blocks: readonly Block[]): Found[] {
  return blocks.flatMap((block) => {
    const input = block.type === 'input';
    return candidates(block)
      .filter(isElement)
      .map((element) => ({
        blockId: block.block_id ?? '',
        element,
        input,
        dispatch: !input || block.dispatch_action === true,
        optional: block.optional === true,
      }));
  });
}

export function findElement(blocks: readonly Block[], actionId: string, blockId: string | undefined): Found {
  const all = elementsOf(blocks);
  const matches = all.filter(
    (found) => found.element.action_id === actionId && (blockId === undefined || found.blockId === blockId),
  );
  if (matches.length > 1)
    throw new Refusal(
      'invalid',
      `"${actionId}" is in several blocks (${list(matches.map((m) => m.blockId))}): name one`,
    );
  if (matches[0] !== undefined) return matches[0];
  const where = blockId === undefined ? '' : ` in the block "${blockId}"`;
  throw new Refusal(
    'not-there',
    `there is no "${actionId}"${where}; there is: ${list(all.map((found) => found.element.action_id))}`,
  );
}

export function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `"${name}"`).join(', ');
}

function candidates(block: Block): unknown[] {
  switch (block.type) {
    case 'actions':
    case 'context_actions':
      return Array.isArray(block.elements) ? block.elements : [];
    case 'section':
      return [block.accessory];
    case 'input':
      return [block.element];
    default:
      return [];
  }
}

function isElement(candidate: unknown): candidate is Element {
  if (typeof candidate !== 'object' || candidate === null) return false;
  // Images may stand where elements do, and nobody can press them.
  return 'action_id' in candidate && typeof candidate.action_id === 'string' && 'type' in candidate;
}
