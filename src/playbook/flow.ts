import type { Fields } from './types.ts';

/** Which steps are done at one point of a playbook: for certain, or perhaps (skippable, in a branch, before an early end). */
export type Flow = {
  sure: ReadonlySet<string>;
  maybe: ReadonlySet<string>;
  /** Names that expressions know in this block alone, with their types. */
  locals?: Fields;
};

export const START: Flow = { sure: new Set(), maybe: new Set() };

export const after = (flow: Flow, sure: Iterable<string>, maybe: Iterable<string> = []): Flow => ({
  ...flow,
  sure: new Set([...flow.sure, ...sure]),
  maybe: new Set([...flow.maybe, ...maybe]),
});

/** Nothing is certain any more: `finally` runs whatever happened. */
export const perhaps = (ids: Iterable<string>): Flow => ({ sure: new Set(), maybe: new Set(ids) });

export const withLocals = (flow: Flow, locals: Fields): Flow => ({ ...flow, locals: { ...flow.locals, ...locals } });
