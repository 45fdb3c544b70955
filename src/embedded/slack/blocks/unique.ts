import { isObject, type Report } from './checks.ts';

/** Ids of blocks are unique in a message or view, ids of actions in their block; at most one element takes the focus. */
export function uniqueIds(blocks: unknown, at: string, report: Report): void {
  if (!Array.isArray(blocks)) return;
  const seen = new Set<string>();
  let focused = 0;
  for (const [index, block] of blocks.entries()) {
    if (!isObject(block)) continue;
    if (typeof block.block_id === 'string') {
      if (seen.has(block.block_id))
        report(`block_id \`${block.block_id}\` already exists for another block`, `${at}/${index}/block_id`);
      seen.add(block.block_id);
    }
    const elements = elementsWithPlaces(block, `${at}/${index}`);
    const actions = new Set<string>();
    for (const { element, place } of elements) {
      if (typeof element.action_id === 'string') {
        if (actions.has(element.action_id))
          report(`action_id \`${element.action_id}\` already exists for another element`, `${place}/action_id`);
        actions.add(element.action_id);
      }
      if (element.focus_on_load === true && ++focused > 1)
        report('only one element may have focus_on_load', `${place}/focus_on_load`);
    }
  }
}

function elementsWithPlaces(block: Record<string, unknown>, at: string) {
  const several = Array.isArray(block.elements) ? block.elements : [];
  return [
    ...several.map((element: unknown, index) => ({ element, place: `${at}/elements/${index}` })),
    { element: block.accessory, place: `${at}/accessory` },
    { element: block.element, place: `${at}/element` },
  ].flatMap(({ element, place }) => (isObject(element) ? [{ element, place }] : []));
}
