import { conditionKnown, type Facts, learnt } from './known.ts';
import {
  type AskStep,
  type DoStep,
  type EachStep,
  everyStep,
  type ParallelStep,
  type RepeatStep,
  type RunStep,
  type Step,
  type TryStep,
} from './plan.ts';
import type { Making, Report } from './unit.ts';
import { isRisky } from './uses.ts';

/**
 * A way through the plan on which somebody must be told and nobody is: after a risky act that was done, or that failed and was
 * answered by `on-failure`, and after the deny of a question on which such an act depends. Telling is `say`, `oblige`, an act
 * `notify.*`, and a question or a task for somebody who did not decide. Where nobody can know which way a condition goes, both
 * are looked at; what a condition asks about the steps of the way so far is known. A list of `each` is taken to hold something.
 */
export function checkSilence(
  plan: { steps: readonly Step[]; finally: readonly Step[] },
  making: Making,
  report: Report,
): void {
  const acts = new Set([...everyStep([...plan.steps, ...plan.finally])].filter(mustBeHeardOf).map(({ path }) => path));
  if (acts.size === 0) return;
  const seats = new Map([...making.asks].map(([path, ask]) => [path, rolesOf(ask)]));
  const trails = whole(plan.steps, plan.finally, [BEGINNING], { scope: '', seats, acts });
  const said = new Set<string>();
  for (const { due, words } of shortest(trails)) {
    if (!due || said.has(due.path)) continue;
    said.add(due.path);
    const at = making.places.get(due.path);
    if (!at) throw new Error(`no place is known for step ${due.path}`);
    const way = wordsOf(words).join(' and ');
    report(at(), 'silent-path', `nobody is told when ${way}: put a say on that way, or in finally`, {
      severity: 'warning',
    });
  }
}

const tells = (step: DoStep): boolean => step.use.capability.startsWith('notify.');
const mustBeHeardOf = (step: Step): boolean => step.kind === 'do' && isRisky(step.use.risk) && !tells(step);

/** What somebody should hear of, and who knows of it because they decided it. */
type Due = { path: string; deciders: ReadonlySet<string> };
type Words = { text: string; before: Words | null; length: number };
/** One way so far: what was decided on it since somebody was told, and why its block has ended early, if it has. */
type Trail = {
  due: Due | null;
  words: Words | null;
  facts: Facts | null;
  told: number;
  end: 'denied' | 'failed' | null;
};
/** `scope`: the playbook whose steps are walked; ids are its own. */
type Walk = {
  scope: string;
  seats: ReadonlyMap<string, ReadonlySet<string>>;
  acts: ReadonlySet<string>;
  /** Collects where a failure can leave the steps of a `try`. */
  risen?: Trail[];
};

const BEGINNING: Trail = { due: null, words: null, facts: null, told: 0, end: null };
const KEPT_MAX = 3;
const EVENTS_MAX = 12;

function whole(steps: readonly Step[], last: readonly Step[], trails: readonly Trail[], walk: Walk): Trail[] {
  const first = block(steps, trails, walk);
  const ended = first.map(({ end }) => end);
  return last.length === 0
    ? first
    : first.flatMap((trail, i) =>
        // Whatever happened in `finally`, how the steps before it ended is how the whole did.
        block(last, [{ ...trail, end: null }], walk).map((one) => ({ ...one, end: ended[i] ?? null })),
      );
}

/** A way whose block has ended early skips what is left of it. */
function block(steps: readonly Step[], trails: readonly Trail[], walk: Walk): Trail[] {
  let all = [...trails];
  for (const step of steps) {
    const going = all.filter(({ end }) => end === null);
    if (going.length === 0) break;
    for (const trail of going) if (trail.due) walk.risen?.push(saying(trail, 'a step after that fails'));
    all = shortest([...all.filter(({ end }) => end !== null), ...going.flatMap((trail) => ways(step, trail, walk))]);
  }
  return all;
}

function ways(step: Step, trail: Trail, walk: Walk): Trail[] {
  const holds = step.when === null || conditionKnown(step.when.cel, walk.scope, trail.facts);
  const run = holds === false ? [] : taken(step, trail, walk);
  const skipped = { ...trail, facts: learnt(trail.facts, walk.scope, step.id, false) };
  if (holds === true) return run;
  return holds === null ? either(trail, run, [saying(skipped, `"${step.path}" is skipped`)]) : [skipped];
}

function taken(step: Step, trail: Trail, walk: Walk): Trail[] {
  const done = { ...trail, facts: learnt(trail.facts, walk.scope, step.id, true) };
  switch (step.kind) {
    case 'do':
      return act(step, done, trail, walk);
    case 'ask':
      return question(step, done, walk);
    case 'say':
    case 'oblige':
      return [told(done)];
    case 'wait':
      return [done];
    case 'if': {
      const holds = conditionKnown(step.cel, walk.scope, trail.facts);
      const when = (way: boolean, steps: readonly Step[], words: string) =>
        holds === !way ? [] : within(steps, [holds === null ? saying(done, words) : done], walk);
      const yes = when(true, step.then, `"${step.path}" holds`);
      return either(trail, yes, when(false, step.else, `"${step.path}" does not hold`));
    }
    case 'parallel':
      return branches(step, done, walk);
    case 'run':
    case 'try':
      return outcomes(step, trail, walk);
    case 'each':
    case 'repeat':
      return rounds(step, done, walk);
    default:
      return step satisfies never;
  }
}

function act(step: DoStep, done: Trail, before: Trail, walk: Walk): Trail[] {
  if (tells(step)) return [told(done), ...failed(step, before, before, walk)];
  if (!walk.acts.has(step.path)) return [done, ...failed(step, before, before, walk)];
  const deciders = (step.coveredBy !== null && walk.seats.get(step.coveredBy)) || new Set<string>();
  const failing = owed(before, step.path, `"${step.path}" fails`, deciders);
  if (!step.onFailure) walk.risen?.push(failing);
  return [owed(done, step.path, `"${step.path}" is done`, deciders), ...failed(step, before, failing, walk)];
}

function failed(step: Pick<AskStep | DoStep, 'onFailure' | 'path'>, before: Trail, after: Trail, walk: Walk): Trail[] {
  if (!step.onFailure) return [];
  const words = after === before ? saying(after, `"${step.path}" fails`) : after;
  return within(step.onFailure, [words], walk).map((one) => ({ ...one, end: 'failed' as const }));
}

/** Whoever is asked something new hears what happened; whoever decided it knew. */
function question(step: AskStep, done: Trail, walk: Walk): Trail[] {
  const roles = rolesOf(step);
  const heard = done.due && [...roles].some((role) => !done.due?.deciders.has(role)) ? told(done) : done;
  if (step.task) return [heard, ...failed(step, heard, heard, walk)];
  if (step.options) return [heard];
  const answered = (outcome: string): Trail => ({
    ...heard,
    facts: learnt(heard.facts, walk.scope, step.id, outcome),
  });
  const words = `"${step.path}" is denied`;
  const denied = step.covers.some((path) => walk.acts.has(path))
    ? owed(answered('deny'), step.path, words, roles)
    : saying(answered('deny'), words);
  return [
    answered('approve'),
    ...within(step.onDeny ?? [], [denied], walk).map((one) => ({ ...one, end: 'denied' as const })),
  ];
}

const rolesOf = (step: AskStep): ReadonlySet<string> => new Set(step.by.map(({ role }) => role));

/**
 * All run, in an order that nobody knows: what one branch tells counts for what any of them did. Where the first that completes
 * calls off the others, only that one is sure to have told anything.
 */
function branches(step: ParallelStep, trail: Trail, walk: Walk): Trail[] {
  if (step.any) return shortest(step.branches.flatMap((branch) => within(branch.steps, [trail], walk)));
  let all: Trail[] = [trail];
  // With fail-fast a deny or a failure in a branch ends the block around it.
  const run = step.failFast ? block : within;
  for (const branch of step.branches) all = shortest(run(branch.steps, all, walk));
  return all.map((one) => (one.told > trail.told ? { ...one, due: null, words: null } : one));
}

/** A deny ends one round of an `each`, and the whole of a `repeat`; both go on with what follows. */
const rounds = (step: EachStep | RepeatStep, trail: Trail, walk: Walk): Trail[] => within(step.steps, [trail], walk);

function outcomes(step: RunStep | TryStep, trail: Trail, walk: Walk): Trail[] {
  const inner = { ...walk, scope: step.kind === 'run' ? `${step.path}/` : walk.scope };
  const ended =
    step.kind === 'try' && step.onFailure
      ? tried(step.steps, step.onFailure, trail, inner)
      : block(step.steps, [trail], inner);
  return shortest(ended).flatMap((one) =>
    whole([], step.finally, [one], inner).map((last) => ({
      ...last,
      facts: learnt(last.facts, walk.scope, step.id, one.end ?? 'completed'),
      end: null,
    })),
  );
}

/** Any of the steps may fail: before it did anything, or after what went before it was done. */
function tried(steps: readonly Step[], answer: readonly Step[], trail: Trail, walk: Walk): Trail[] {
  const risen: Trail[] = [];
  const through = block(steps, [trail], { ...walk, risen });
  const failing = shortest([saying(trail, 'a step of it fails'), ...risen]);
  return [...through, ...within(answer, failing, walk).map((one) => ({ ...one, end: 'failed' as const }))];
}

/** A block inside a step: how it ended is no matter to what follows the step. */
const within = (steps: readonly Step[], trails: readonly Trail[], walk: Walk): Trail[] =>
  block(steps, trails, walk).map((one) => (one.end === null ? one : { ...one, end: null }));

const told = (trail: Trail): Trail => ({ ...trail, due: null, words: null, told: trail.told + 1 });

const more = (words: Words | null, text: string): Words => ({ text, before: words, length: (words?.length ?? 0) + 1 });

/** How a way came to what somebody should hear of is of no interest: that it did says it all. */
const saying = (trail: Trail, text: string): Trail =>
  trail.due ? { ...trail, words: more(trail.words, text) } : trail;

/** Two ways of which each can leave things as they are: which one was taken need not be said. */
function either(before: Trail, one: readonly Trail[], other: readonly Trail[]): Trail[] {
  const same = (trail: Trail) => trail.due === before.due && trail.told === before.told && trail.end === null;
  const needless = one.some(same) && other.some(same);
  return [...one, ...other].map((trail) => (needless && same(trail) ? { ...trail, words: before.words } : trail));
}

/** What was owed before is owed still, now also to be heard by others than these. */
function owed(trail: Trail, path: string, words: string, deciders: ReadonlySet<string>): Trail {
  const { due } = trail;
  if (!due) return { ...trail, due: { path, deciders }, words: more(null, words) };
  if ([...deciders].every((role) => due.deciders.has(role))) return trail;
  return { ...trail, due: { path: due.path, deciders: new Set([...due.deciders, ...deciders]) } };
}

function wordsOf(words: Words | null): string[] {
  const list: string[] = [];
  for (let at = words; at; at = at.before) list.unshift(at.text);
  return list;
}

/** Of the ways on which the same is owed the few with the fewest turns: a plan has more ways than anybody can count. */
function shortest(trails: readonly Trail[]): Trail[] {
  if (trails.length < 2) return [...trails];
  const groups = new Map<string, Trail[]>();
  for (const trail of [...trails].sort((a, b) => (a.words?.length ?? 0) - (b.words?.length ?? 0))) {
    const key = `${trail.due?.path ?? ''} ${trail.end ?? ''}`;
    const group = groups.get(key);
    if (group === undefined && groups.size < EVENTS_MAX) groups.set(key, [trail]);
    else if (group && group.length < KEPT_MAX) group.push(trail);
  }
  return [...groups.values()].flat();
}
