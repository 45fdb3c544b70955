import type { Normal, NormalStep } from './normal.ts';
import type { Notes } from './notes.ts';

/** Everything that a step can lead to, in the order of its text. */
export function leadsTo(step: NormalStep): string[] {
  const some = (...ids: (string | null)[]) => ids.flatMap((id) => (id === null ? [] : [id]));
  switch (step.kind) {
    case 'end':
      return [];
    case 'start':
      return some(step.next);
    case 'action':
    case 'playbook-action':
      return some(step.next, step.failure);
    case 'parallel':
      return [...step.branches, ...some(step.next)];
    case 'choice':
      return [...some(...step.cases.map(({ to }) => to)), ...some(step.next)];
    default:
      return step satisfies never;
  }
}

/** Refuses loops and steps that cannot be reached. Returns the steps that can, each after all it leads to. */
export function order({ steps, start, exception }: Normal, notes: Notes): NormalStep[] {
  const done: NormalStep[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (first: string): void => {
    const trail = [{ step: steps.get(first) as NormalStep, at: 0 }];
    state.set(first, 'open');
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const next = leadsTo(top.step)[top.at++];
      if (next === undefined) {
        state.set(top.step.id, 'done');
        done.push(top.step);
        trail.pop();
      } else if (state.get(next) === 'open') {
        const ids = trail.map(({ step }) => step.id);
        const loop = [...ids.slice(ids.indexOf(next)), next];
        const said = loop.length > 6 ? [...loop.slice(0, 3), '…', ...loop.slice(-2)] : loop;
        notes.refuse(top.step.path, 'unbounded-loop', `these steps repeat without a bound: ${said.join(' → ')}`);
      } else if (!state.has(next)) {
        state.set(next, 'open');
        trail.push({ step: steps.get(next) as NormalStep, at: 0 });
      }
    }
  };
  visit(start);
  if (exception !== null && !state.has(exception)) visit(exception);
  for (const step of steps.values()) {
    if (state.has(step.id)) continue;
    if (step.kind === 'end') notes.repair(step.path, 'unreachable', 'no way leads to this end; left out');
    else notes.refuse(step.path, 'unreachable', `no way leads to "${step.name}" (${step.id})`);
  }
  return done;
}

/** Null: only the end of the workflow. */
export type Joins = ReadonlyMap<string, string | null>;

/** For each step the first one that every way out of it comes to: where branches of it end. */
export function joins(ordered: readonly NormalStep[]): Joins {
  const after = new Map<string, string | null>();
  const depth = new Map<string, number>();
  const meet = (a: string | null, b: string | null): string | null => {
    let [left, right] = [a, b];
    while (left !== right) {
      if (left === null || right === null) return null;
      if ((depth.get(left) as number) >= (depth.get(right) as number)) left = after.get(left) ?? null;
      else right = after.get(right) ?? null;
    }
    return left;
  };
  const ends = new Set(ordered.flatMap(({ kind, id }) => (kind === 'end' ? [id] : [])));
  for (const step of ordered) {
    const ways = goesOn(step).map((to) => (to !== null && ends.has(to) ? null : to));
    const join = ways.reduce<string | null | undefined>(
      (met, to) => (met === undefined ? to : meet(met, to)),
      undefined,
    );
    after.set(step.id, join ?? null);
    depth.set(step.id, join == null ? 1 : (depth.get(join) as number) + 1);
  }
  return after;
}

/** The ways out of a step; a step that says what follows its branches has only that one. */
function goesOn(step: NormalStep): (string | null)[] {
  switch (step.kind) {
    case 'end':
      return [null];
    case 'start':
      return [step.next];
    case 'action':
    case 'playbook-action':
      return step.failure === null ? [step.next] : [step.next, step.failure];
    case 'parallel':
      return step.next === null ? step.branches : [step.next];
    case 'choice':
      return step.next === null ? step.cases.map(({ to }) => to) : [step.next];
    default:
      return step satisfies never;
  }
}
