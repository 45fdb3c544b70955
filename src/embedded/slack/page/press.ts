import type { Context } from 'hono';
import type { Block, Outcome } from '../contract.ts';
import { type Element, elementsOf } from '../interactions/elements.ts';
import type { Eye } from './eye.ts';
import { isFields } from './fields.ts';
import type { Note, PendingAct } from './notes.ts';
import { leadBack, type Site } from './site.ts';
import { bareOf } from './values.ts';
import { failure } from './words.ts';

export const field = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** Where on the page it is said. */
export type Spot = Pick<Extract<Note, { kind: 'failed' }>, 'where' | 'ts' | 'draft'>;

/** Keeps what went wrong for the page that comes next; null when all is well. */
export function told(site: Site, eye: Eye, outcome: Outcome, spot: Spot): string | null {
  if (outcome.ok) return null;
  const text = failure(outcome, site.workspace.app.name);
  return site.notes.put(eye.me.id, { kind: 'failed', text, detail: outcome.detail, ...spot });
}

/** Asks "are you sure?" first where the element has words for it. */
export async function press(
  site: Site,
  c: Context,
  eye: Eye,
  pending: PendingAct,
  confirmed: boolean,
): Promise<Response> {
  const { on, channel, ts, block, action, value, back } = pending;
  const anchor = on === 'message' ? `#m-${ts}` : '';
  const element = elementOf(blocksAt(site, eye, pending), block, action);
  if (!confirmed && element && isFields(element.confirm))
    return leadBack(c, back, site.notes.put(eye.me.id, { kind: 'confirm', act: pending, words: element.confirm }));
  const outcome = await site.interactions.act({
    user: eye.me.id,
    on: on === 'message' ? { channel, ts } : on,
    actionId: action,
    ...(block !== '' && { blockId: block }),
    ...(element && element.type !== 'button' && { value: bareOf(element, value, eye.me.tz) }),
    confirmed,
  });
  return leadBack(c, back, told(site, eye, outcome, { where: on, ts: on === 'message' ? ts : undefined }), anchor);
}

function blocksAt(site: Site, eye: Eye, { on, channel, ts }: PendingAct): readonly Block[] {
  const { workspace } = site;
  switch (on) {
    case 'modal':
      return workspace.modals(eye.me.id).at(-1)?.blocks ?? [];
    case 'home':
      return workspace.home(eye.me.id)?.blocks ?? [];
    case 'message':
      return workspace.message(channel, ts)?.blocks ?? [];
    default:
      return on satisfies never;
  }
}

const elementOf = (blocks: readonly Block[], block: string, action: string): Element | undefined =>
  elementsOf(blocks).find(({ blockId, element }) => blockId === block && element.action_id === action)?.element;
