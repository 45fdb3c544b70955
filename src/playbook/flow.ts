import type { Fields } from './types.ts';

/** Which steps are done at one point of a playbook: for certain, or perhaps (skippable, in a branch, before an early end). */
export type Flow = {
  sure: Ids;
  maybe: Ids;
  /** Names that expressions know in this block alone, with their types. */
  locals?: Fields;
};

/** A set that is never changed, in layers that at least double in size: thousands of steps in a row each know all that were before them. */
class Ids {
  readonly #top: ReadonlySet<string>;
  readonly #below: Ids | null;

  constructor(ids: Iterable<string> = [], below: Ids | null = null) {
    const top = new Set(ids);
    let rest = below;
    for (; rest && rest.#top.size <= top.size; rest = rest.#below) for (const id of rest.#top) top.add(id);
    this.#top = top;
    this.#below = rest;
  }

  has(id: string): boolean {
    for (let layer: Ids | null = this; layer; layer = layer.#below) if (layer.#top.has(id)) return true;
    return false;
  }
}

export const START: Flow = { sure: new Ids(), maybe: new Ids() };

export const after = (flow: Flow, sure: readonly string[], maybe: readonly string[] = []): Flow => ({
  ...flow,
  sure: sure.length > 0 ? new Ids(sure, flow.sure) : flow.sure,
  maybe: maybe.length > 0 ? new Ids(maybe, flow.maybe) : flow.maybe,
});

/** Nothing is certain any more: `finally` runs whatever happened. */
export const perhaps = (ids: Iterable<string>): Flow => ({ sure: new Ids(), maybe: new Ids(ids) });

export const withLocals = (flow: Flow, locals: Fields): Flow => ({ ...flow, locals: { ...flow.locals, ...locals } });
