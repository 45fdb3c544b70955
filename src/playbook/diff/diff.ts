import { quoted } from '../../incident/phrases.ts';
import { titleOf } from '../graph/words.ts';
import type { DoStep, Plan, Step } from '../plan.ts';
import { ABOUT, type Change, changeOf, type Said } from './change.ts';
import { headChanges } from './head-changes.ts';
import { type Entry, groupBy, type Matching, matchSteps, type Pair } from './match.ts';
import { isRisky, type Renamed, stepChanges, wholeStep } from './step-changes.ts';

/**
 * What changes for a responder from one plan to another, the most dangerous first. Empty when the two ask, do and say the same,
 * whatever their versions.
 */
export function diffPlans(before: Plan, after: Plan): Change[] {
  const matching = matchSteps(before, after);
  const renamed = renamer(matching.pairs);
  const steps = [
    ...matching.pairs.flatMap((pair) => tellPair(pair, matching, renamed)),
    ...tellMoves(matching),
    ...matching.added.map(({ step, order }) => ({ order, change: changeOf(step, wholeStep(step, true)) })),
    ...matching.removed.map(({ step, order }) => ({ order, change: changeOf(step, wholeStep(step, false)) })),
  ];
  const head = headChanges(renamed(before), after).map((said) => ({ order: -1, change: changeOf(null, said) }));
  return [...head, ...steps]
    .sort((a, b) => weight(a.change) - weight(b.change) || a.order - b.order)
    .map(({ change }) => change);
}

const weight = ({ danger, about }: Change): number => (danger ? 0 : ABOUT.length) + ABOUT.indexOf(about);

type Told = { order: number; change: Change };

function tellPair({ before, after }: Pair, matching: Matching, renamed: Renamed): Told[] {
  const said = [
    ...coverChange(before.step, after.step, matching),
    ...freedChange({ before, after }, matching),
    ...stepChanges(before.step, after.step, renamed),
    ...(before.step.id === after.step.id
      ? []
      : [
          {
            code: 'renamed',
            about: 'wording',
            text: `it is ${after.step.id} on the timeline; it was ${before.step.id}`,
          } satisfies Said,
        ]),
  ];
  return said.map((one) => ({ order: after.order, change: changeOf(after.step, one) }));
}

/** Names of steps in expressions, and paths, of before as they are now. */
function renamer(pairs: readonly Pair[]): Renamed {
  const ids = new Map(
    pairs
      .filter(({ before, after }) => before.step.id !== after.step.id)
      .map(({ before, after }) => [before.step.id, after.step.id]),
  );
  const paths = new Map(
    pairs
      .filter(({ before, after }) => before.step.path !== after.step.path)
      .map(({ before, after }) => [before.step.path, after.step.path]),
  );
  const named = (text: string): string =>
    text.replace(
      /\bsteps(?:\.([A-Za-z_][\w]*)|\[\s*["']([^"']+)["']\s*\])/g,
      (all, plain?: string, quotedId?: string) => {
        const to = ids.get(plain ?? quotedId ?? '');
        if (to === undefined) return all;
        return /^[A-Za-z_]\w*$/.test(to) ? `steps.${to}` : `steps["${to}"]`;
      },
    );
  const change = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return key === 'fulfils' ? (paths.get(value) ?? value) : named(value);
    if (Array.isArray(value)) return value.map((one) => change(one, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one, name)]));
  };
  // Most of the time nothing was renamed; what is said is the same kind of thing before and after.
  return ids.size + paths.size === 0 ? (value) => value : <T>(value: T) => change(value, '') as T;
}

/** Whether people still decide about an act, and which of them. */
function coverChange(a: Step, b: Step, { toAfter }: Matching): Said[] {
  if (a.kind !== 'do' || b.kind !== 'do') return [];
  if (a.coveredBy === null && b.coveredBy === null) return [];
  const say = (danger: boolean, text: string): Said[] => [{ code: 'cover', danger, about: 'decisions', text }];
  if (b.coveredBy === null) return say(true, `nobody decides about it any more${reasonOf(b)}`);
  if (a.coveredBy === null)
    return say(false, `it needs the approval of ${b.coveredBy}; before, nobody decided about it`);
  return toAfter.get(a.coveredBy)?.step.path === b.coveredBy
    ? []
    : say(true, `another decision covers it: ${b.coveredBy}; it was ${a.coveredBy}`);
}

const reasonOf = ({ unattended, use }: DoStep): string =>
  unattended ? `: ${unattended}` : ` (${use.capability} is ${use.risk} now)`;

/** Steps in another block, or in another order among those that stayed. What only got something put around it did not move. */
function tellMoves({ pairs, toAfter, toBefore }: Matching): Told[] {
  const stayed: (Pair & { block: string })[] = [];
  const moved: Entry[] = [];
  for (const { before, after } of pairs) {
    const [old, now] = [placeOf(before, toAfter), placeOf(after, toBefore)];
    const block = old.block && toAfter.get(old.block.step.path);
    if (block === now.block && slotNow(old, now) === now.slot)
      stayed.push({ before, after, block: `${now.block?.step.path ?? ''} ${now.slot}` });
    else moved.push(after);
  }
  for (const block of groupBy(stayed, (one) => one.block).values()) {
    const kept = longestRising(block.map(({ before }) => before.order));
    moved.push(...block.flatMap(({ after }, i) => (kept.has(i) ? [] : [after])));
  }
  return moved.map((entry) => ({ order: entry.order, change: changeOf(entry.step, movedTo(entry)) }));
}

type Place = { block: Entry | null; slot: string; around: readonly Entry[] };

/** Where a step stands as if nothing stood around it that is only in one of the two plans, and what that is. */
function placeOf(entry: Entry, known: ReadonlyMap<string, Entry>): Place {
  const around: Entry[] = [];
  let outermost = entry;
  while (outermost.parent && !known.has(outermost.parent.step.path)) {
    outermost = outermost.parent;
    around.push(outermost);
  }
  return { block: outermost.parent, slot: outermost.slot, around };
}

/** The branch of a `parallel` that was only given another name is the same branch. */
function slotNow(before: Place, after: Place): string {
  const [old, now] = [before.block?.step, after.block?.step];
  if (old?.kind !== 'parallel' || now?.kind !== 'parallel') return before.slot;
  const at = old.branches.findIndex(({ name }) => name === before.slot);
  const gone = !now.branches.some(({ name }) => name === before.slot);
  const fresh = !old.branches.some(({ name }) => name === after.slot);
  return gone && fresh && now.branches[at]?.name === after.slot ? after.slot : before.slot;
}

/** A risky act around which an `if` stood and stands no more. */
function freedChange({ before, after }: Pair, { toAfter, toBefore }: Matching): Said[] {
  if (after.step.kind !== 'do' || !isRisky(after.step.use) || after.step.when !== null) return [];
  const conditions = ({ around }: Place) => around.flatMap(({ step }) => (step.kind === 'if' ? [step.cel] : []));
  const gone = conditions(placeOf(before, toAfter));
  return gone.length === 0 || conditions(placeOf(after, toBefore)).length > 0
    ? []
    : [
        {
          code: 'condition',
          danger: true,
          about: 'order',
          text: `it stood under a condition that is gone: ${gone[0]}`,
        },
      ];
}

function movedTo({ parent, slot, at, step }: Entry): Said {
  const where =
    parent === null
      ? slot === 'finally'
        ? 'at the end, in finally'
        : 'in the playbook'
      : `in ${quoted(titleOf(parent.step))} (${slot})`;
  const place = at === 0 ? 'first' : `as number ${at + 1}`;
  return { code: 'moved', about: 'order', text: `it stands ${place} ${where}${riskOf(step)}` };
}

const riskOf = (step: Step): string =>
  step.kind === 'do' && step.use.risk !== 'read' ? `; it is ${step.use.risk}` : '';

/** Which of the places make up the longest run in the old order: the fewest others have moved. */
function longestRising(list: readonly number[]): ReadonlySet<number> {
  const last: number[] = [];
  const before = list.map(() => -1);
  for (const [i, value] of list.entries()) {
    let at = last.findIndex((one) => (list[one] as number) >= value);
    if (at < 0) at = last.length;
    before[i] = last[at - 1] ?? -1;
    last[at] = i;
  }
  const kept = new Set<number>();
  for (let i = last.at(-1) ?? -1; i >= 0; i = before[i] as number) kept.add(i);
  return kept;
}
