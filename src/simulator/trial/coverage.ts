import type { NumberedEvent } from '../../incident/events.ts';
import { planPath } from '../../incident/step-path.ts';
import type { Plan, Step } from '../../playbook/plan.ts';
import { answersTo } from './replies.ts';
import { ownSteps } from './step-names.ts';

/** A place that scenarios should reach: a step, or one way out of it. `way` is null for the step itself. */
export type Point = { path: string; way: string | null };
export type Coverage = { steps: Share; branches: Share; missed: Point[] };
export type Share = { reached: number; of: number };

/** What of a playbook its scenarios reach. Playbooks that it runs have scenarios of their own. */
export function coverageOf(plan: Plan, runs: readonly (readonly NumberedEvent[])[]): Coverage {
  const events = runs.flat();
  const own = ownSteps(plan);
  const seen = seenIn(events);
  const points = own.flatMap((step): (Point & { hit: boolean })[] => [
    { path: step.path, way: null, hit: isReached(step.path, seen) },
    ...waysOf(step, seen).map(({ way, hit }) => ({ path: step.path, way, hit })),
  ]);
  const share = (some: typeof points): Share => ({ reached: some.filter(({ hit }) => hit).length, of: some.length });
  return {
    steps: share(points.filter(({ way }) => way === null)),
    branches: share(points.filter(({ way }) => way !== null)),
    missed: points.filter(({ hit }) => !hit).map(({ path, way }) => ({ path, way })),
  };
}

export const percent = ({ reached, of }: Share): number => (of === 0 ? 100 : Math.floor((100 * reached) / of));

export const sumOf = (shares: readonly Share[]): Share => ({
  reached: shares.reduce((sum, { reached }) => sum + reached, 0),
  of: shares.reduce((sum, { of }) => sum + of, 0),
});

/** What the timelines tell, by path in the plan. */
type Seen = {
  at: ReadonlyMap<string, readonly NumberedEvent[]>;
  reached: ReadonlySet<string>;
  entered: ReadonlySet<string>;
};

function seenIn(events: readonly NumberedEvent[]): Seen {
  const at = new Map<string, NumberedEvent[]>();
  const reached = new Set<string>();
  const entered = new Set<string>();
  for (const event of events) {
    const path = planPath(event.path);
    const here = at.get(path);
    if (here) here.push(event);
    else at.set(path, [event]);
    // A step that the end of its block passed over was not even looked at.
    const passedOver = event.type === 'step.skipped' && event.data.by === 'end';
    if (!passedOver) withParents(path, entered);
    if (event.type !== 'step.skipped') withParents(path, reached);
  }
  return { at, reached, entered };
}

function withParents(path: string, into: Set<string>): void {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) into.add(path.slice(0, end));
}

const isReached = (path: string, seen: Seen): boolean => seen.reached.has(path);
const entersBlock = (steps: readonly Step[], { entered }: Seen): boolean => steps.some(({ path }) => entered.has(path));

type Way = { way: string; hit: boolean };

/** The ways out of a step, and whether one of the scenarios took each. */
function waysOf(step: Step, seen: Seen): Way[] {
  const events = seen.at.get(step.path) ?? [];
  const had = (test: (event: NumberedEvent) => boolean) => events.some(test);
  const unneeded = had((event) => event.type === 'step.skipped' && event.data.by === 'condition');
  return [...(step.when ? [{ way: 'when: not needed', hit: unneeded }] : []), ...ownWays(step, seen, had)];
}

type Had = (test: (event: NumberedEvent) => boolean) => boolean;

function ownWays(step: Step, seen: Seen, had: Had): Way[] {
  const took = (branch: string) => had((event) => event.type === 'branch.taken' && event.data.branch === branch);
  switch (step.kind) {
    case 'do': {
      const undone = had((event) => event.type === 'act.done' && event.data.purpose === 'undo');
      const failed = had((event) => event.type === 'step.failed');
      return [
        ...(step.onFailure ? [{ way: 'on-failure', hit: failed }] : []),
        ...(step.undo ? [{ way: 'undo', hit: undone }] : []),
      ];
    }
    case 'ask': {
      const outcome = (answer: string, by: string) =>
        had((event) => event.type === 'decision.made' && event.data.by === by && event.data.outcome === answer);
      return [
        ...answersTo(step).map((answer) => ({ way: answer, hit: outcome(answer, 'votes') })),
        { way: `silence: ${step.otherwise}`, hit: outcome(step.otherwise, 'default') },
      ];
    }
    case 'if':
      return ['then', 'else'].map((way) => ({ way, hit: took(way) }));
    case 'parallel':
      return step.branches.map(({ name, steps }) => ({ way: name, hit: entersBlock(steps, seen) }));
    case 'try':
      return [
        ...(step.onFailure ? [{ way: 'on-failure', hit: took('on-failure') }] : []),
        ...(step.finally.length > 0 ? [{ way: 'finally', hit: entersBlock(step.finally, seen) }] : []),
      ];
    case 'wait': {
      const ended = (because: string) => had((event) => event.type === 'wait.ended' && event.data.because === because);
      const early = step.until ? 'condition' : step.alert ? 'alert' : null;
      return early === null ? [] : [early, 'elapsed'].map((way) => ({ way, hit: ended(way) }));
    }
    case 'each':
      return [
        { way: 'items', hit: had((event) => event.type === 'round.started') },
        { way: 'no items', hit: had((event) => event.type === 'rounds.finished' && event.data.count === 0) },
      ];
    case 'repeat':
      return [
        { way: 'until', hit: had((event) => event.type === 'rounds.finished') },
        { way: 'times used up', hit: had((event) => event.type === 'step.failed' && event.data.code === 'times-up') },
      ];
    case 'say':
    case 'run':
    case 'oblige':
      return [];
    default:
      return step satisfies never;
  }
}
