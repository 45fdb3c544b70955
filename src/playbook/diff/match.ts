import type { Json } from '../../incident/json.ts';
import type { Plan, Step } from '../plan.ts';

/** Where a step stands: in which block of which step (null: of the playbook), and at which place in it. */
export type Entry = { step: Step; parent: Entry | null; slot: string; at: number; order: number };
export type Pair = { before: Entry; after: Entry };
export type Matching = {
  pairs: Pair[];
  added: Entry[];
  removed: Entry[];
  /** By paths. */
  toAfter: ReadonlyMap<string, Entry>;
  toBefore: ReadonlyMap<string, Entry>;
};

/** Steps that hold steps name them so. */
const BLOCKS = ['steps', 'then', 'else', 'onDeny', 'onFailure', 'finally'] as const;
export const BLOCK_FIELDS: ReadonlySet<string> = new Set([...BLOCKS, 'branches']);

/** As alike as this, and it is the same step under another name. */
const ALIKE_MIN = 0.6;
/** Comparing each with each is worth so much work and no more; beyond it steps were added and removed. */
const COMPARISONS_MAX = 250_000;

/** Every step with its place, parents before children. */
export function entriesOf(plan: Pick<Plan, 'steps' | 'finally'>): Entry[] {
  const found: Entry[] = [];
  const block = (steps: readonly Step[], parent: Entry | null, slot: string): void => {
    for (const [at, step] of steps.entries()) {
      const entry: Entry = { step, parent, slot, at, order: found.length };
      found.push(entry);
      for (const [name, inner] of blocksOf(step)) block(inner, entry, name);
    }
  };
  block(plan.steps, null, 'steps');
  block(plan.finally, null, 'finally');
  return found;
}

export function blocksOf(step: Step): [slot: string, steps: Step[]][] {
  const held = step as unknown as Record<string, Step[] | null | undefined>;
  const own = BLOCKS.flatMap((name): [string, Step[]][] => (held[name] ? [[name, held[name]]] : []));
  const branches = step.kind === 'parallel' ? step.branches : [];
  return [...own, ...branches.map(({ name, steps }): [string, Step[]] => [name, steps])];
}

/** Finds for each step the one that it was: by its path, else by its id, else by what it says. */
export function matchSteps(before: Plan, after: Plan): Matching {
  const toAfter = new Map<string, Entry>();
  const toBefore = new Map<string, Entry>();
  const olds = entriesOf(before);
  const news = entriesOf(after);
  const join = (old: Entry, now: Entry): void => {
    toAfter.set(old.step.path, now);
    toBefore.set(now.step.path, old);
  };
  const openOlds = () => olds.filter(({ step }) => !toAfter.has(step.path));
  const openNews = () => news.filter(({ step }) => !toBefore.has(step.path));

  const byPath = new Map(olds.map((entry) => [entry.step.path, entry]));
  for (const now of news) {
    const old = byPath.get(now.step.path);
    if (old?.step.kind === now.step.kind) join(old, now);
  }
  const sameId = groupBy(openOlds(), ({ step }) => `${step.kind} ${step.id}`);
  for (const now of openNews()) {
    const old = sameId.get(`${now.step.kind} ${now.step.id}`)?.shift();
    if (old) join(old, now);
  }
  joinAlike(openOlds(), openNews(), join);
  const pairs = news.flatMap((entry) => {
    const old = toBefore.get(entry.step.path);
    return old ? [{ before: old, after: entry }] : [];
  });
  return { pairs, added: openNews(), removed: openOlds(), toAfter, toBefore };
}

/** The most alike first. */
function joinAlike(olds: readonly Entry[], news: readonly Entry[], join: (old: Entry, now: Entry) => void): void {
  if (olds.length * news.length > COMPARISONS_MAX) return;
  const said = new Map([...olds, ...news].map((entry) => [entry, wordsOf(entry.step)]));
  const near = olds
    .flatMap((old) => news.map((now) => ({ old, now, alike: alike(old, now, said) })))
    .filter((one) => one.alike >= ALIKE_MIN)
    .sort((a, b) => b.alike - a.alike || a.now.order - b.now.order || a.old.order - b.old.order);
  const taken = new Set<Entry>();
  for (const { old, now } of near) {
    if (taken.has(old) || taken.has(now)) continue;
    taken.add(old).add(now);
    join(old, now);
  }
}

function alike(old: Entry, now: Entry, said: ReadonlyMap<Entry, readonly string[]>): number {
  const [a, b] = [old.step, now.step];
  if (a.kind !== b.kind) return 0;
  if (a.kind === 'do' && b.kind === 'do' && a.use.capability !== b.use.capability) return 0;
  const mine = new Map<string, number>();
  const [left, right] = [said.get(old) ?? [], said.get(now) ?? []];
  for (const word of left) mine.set(word, (mine.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of right) {
    const count = mine.get(word) ?? 0;
    if (count > 0) common++;
    mine.set(word, count - 1);
  }
  return (2 * common) / Math.max(1, left.length + right.length);
}

/** All that a step says, and the ids of what it holds. */
function wordsOf(step: Step): string[] {
  const own = Object.entries(step).filter(
    ([name]) => !BLOCK_FIELDS.has(name) && !['id', 'path', 'kind', 'covers', 'coveredBy', 'outputs'].includes(name),
  );
  const ids = blocksOf(step).flatMap(([, steps]) => steps.map(({ id }) => id));
  return [...own.flatMap(([, value]) => leaves(value as Json)), ...ids].join(' ').split(/[^\p{L}\p{N}.-]+/u);
}

function leaves(value: Json | undefined): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(leaves);
}

export function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}
